internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep table`: the tables of what is finished, in any target and metric, without running anything.
struct SweepTableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Prints the tables of a sweep's finished cells; runs nothing.",
    discussion: """
      The tables are those that 'strata sweep run' prints at its end, for any target and metric that the \
      plan measures. Cells that are not finished are left out and counted.

      Example:
        strata sweep table plan.yaml --out results --target epsilon --normalised
      """)

  @OptionGroup var sweep: SweepOptions

  @OptionGroup var scores: ScoreOptions

  @OptionGroup var rows: RowOptions

  @OptionGroup var form: FormOptions

  func run() throws {
    try reporting {
      let (planPath, directory) = (sweep.planPath, sweep.directory)
      let plan = try SweepPlan.load(planPath)
      let selection = try TableSelection(scores, plan: plan, file: planPath)
      let (outcome, missing) = try SweepDirectory(directory).finished(plan)
      guard !outcome.cells.isEmpty else {
        throw SpecificationError(
          file: directory, "no cell of this plan is finished here",
          remedy: "run 'strata sweep run \(planPath) --out \(directory)' first", status: .noInput)
      }
      let tables = RecoveryTables(
        outcome, plan: plan, selection: selection, showsNormalised: rows.normalised, missing: missing)
      print(form.text(markdown: tables.markdown, csv: tables.csv, json: tables.json), terminator: "")
    }
  }
}
