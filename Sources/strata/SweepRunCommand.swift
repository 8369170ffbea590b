internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep run`: the main job.
struct SweepRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs the cells of a plan and prints recovery over mask ratio.",
    discussion: """
      Every finished cell is kept in DIR/results.sqlite. An interrupted run goes on where it was when the same command is \
      given again; a plan with added ratios or seeds runs only the new cells. DIR/results.csv holds all scores in long \
      form, DIR/plan.resolved.yaml the plan with every default spelled out and the machine it ran on.

      With --shard, tasks on several machines run disjoint parts of a plan; 'strata sweep merge' puts them together.

      Examples:
        strata sweep run plan.yaml --out results --workers 4
        strata sweep run plan.yaml --out results --shard 1/8
      """)

  @OptionGroup var sweep: SweepOptions

  @Option(
    help: ArgumentHelp(
      "Run only part i of n, into a store of its own in DIR/shards (default: all of it).", valueName: "i/n"))
  var shard: String?

  @OptionGroup var running: SweepRunOptions

  @OptionGroup var scores: ScoreOptions

  @OptionGroup var rows: RowOptions

  @Flag(help: "Print no tables.")
  var quiet = false

  func validate() throws {
    if let shard, Shard(shard) == nil {
      throw ValidationError("--shard \(shard): give a part and the number of parts, such as 1/4 or 4/4")
    }
  }

  func run() async throws {
    try await reporting {
      let (planPath, directory) = (sweep.planPath, sweep.directory)
      let plan = try SweepPlan.load(planPath)
      let selection = try TableSelection(scores, plan: plan, file: planPath)
      var options = running.sweepOptions
      options.shard = shard.flatMap { Shard($0) }
      let outcome = try await running.run(plan, in: directory, options: options)
      guard let shard else {
        if !quiet {
          let tables = RecoveryTables(
            outcome, plan: plan, selection: selection, showsNormalised: rows.normalised, missing: 0)
          print(tables.markdown, terminator: "")
        }
        return try reportEnd(of: outcome, in: directory)
      }
      let count = outcome.cells.count
      print("shard \(shard): \(count) cell\(count == 1 ? "" : "s") in \(outcome.storePath)")
      try reportFailures(outcome.failures, of: count + outcome.failures.count, in: directory)
    }
  }
}
