internal import ArgumentParser

/// `strata sweep`: many cells from one plan.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Run plans: recovery over mask ratios, patch sizes, widths and seeds.",
    subcommands: [
      SweepPlanCommand.self, SweepRunCommand.self, SweepStatusCommand.self, SweepRetryCommand.self,
      SweepMergeCommand.self, SweepExportCommand.self, SweepTableCommand.self, SweepCompareCommand.self,
      SweepCellWorkerCommand.self,
    ])
}

/// What a printed table shows, for the commands that print one.
struct TableOptions: ParsableArguments {
  @Option(help: "What is recovered, in the printed tables: z, epsilon, content, leakage; default: the plan's first.")
  var target: String?

  @Option(help: "The score in the printed tables, a metric of the plan such as r2_linear; default: the plan's first.")
  var metric: String?
}
