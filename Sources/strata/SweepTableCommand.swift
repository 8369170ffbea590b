internal import ArgumentParser
internal import Specifications
internal import Sweeps

/// `strata sweep table`: the tables of what is finished, in any target and metric, without running anything.
struct SweepTableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Print the tables of a sweep's finished cells; runs nothing.")

  @Argument(help: ArgumentHelp("The plan, a YAML file.", valueName: "plan"))
  var planPath: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the sweep.", valueName: "dir"))
  var directory: String

  @OptionGroup var tables: TableOptions

  func run() throws {
    try reporting {
      let plan = try SweepPlan.load(planPath)
      let selection = try TableSelection(tables, plan: plan, file: planPath)
      let (outcome, missing) = try SweepDirectory(directory).finished(plan)
      guard !outcome.cells.isEmpty else {
        throw SpecificationError(
          file: directory, "no cell of this plan is finished here",
          remedy: "run 'strata sweep run \(planPath) --out \(directory)' first", status: .noInput)
      }
      RecoveryTables.print(outcome, plan: plan, selection: selection)
      if missing > 0 { print("\(missing) of \(outcome.cells.count + missing) cells are not finished") }
    }
  }
}
