internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep merge`: one store from those of shards or machines.
struct SweepMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Puts the results of shards, or of several machines, together.",
    discussion: """
      Writes results.sqlite, results.csv and plan.resolved.yaml, as one run of the whole plan does. A cell that comes twice is \
      counted once. Merging again changes nothing; where cells are missing, the exit code is 75.

      Example:
        strata sweep merge results --out results
      """)

  @Argument(help: ArgumentHelp("Folders of sweeps, with results.sqlite or shards.", valueName: "dir"))
  var directories: [String]

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("The folder for the result; may be one of the others.", valueName: "dir"))
  var output: String

  @Option(name: .customLong("plan"), help: ArgumentHelp("The plan; default: that of the stores.", valueName: "plan"))
  var planPath: String?

  @Flag(help: "Replace damaged stores by what is sound of them; the damaged ones are kept beside them.")
  var recover = false

  func run() throws {
    try reporting {
      let plan = try planPath.map { try SweepPlan.load($0) }
      let outcome = try SweepMerger(
        inputs: directories.map(SweepDirectory.init), output: SweepDirectory(output), plan: plan, recovers: recover
      ).run()
      for recovery in outcome.recoveries { printNote(recovery.text) }
      print(
        "\(outcome.finished) of \(outcome.total) cells: \(output)/results.csv "
          + "(\(outcome.stores) stores, \(outcome.added) cells new, \(outcome.duplicates) came twice, "
          + "\(outcome.differing) of these with other scores)")
      if !outcome.missing.isEmpty {
        throw SpecificationError(
          file: output, "\(outcome.missing.count) of \(outcome.total) cells are missing: \(listed(outcome.missing))",
          remedy: "run their shards again and merge, or 'strata sweep run PLAN --out \(output)'",
          status: .temporaryFailure)
      }
      try reportFailures(outcome.failures, of: outcome.total, in: output)
    }
  }
}
