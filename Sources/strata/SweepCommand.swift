internal import ArgumentParser

/// `strata sweep`: many cells from one plan.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Run plans: recovery over mask ratios, patch sizes, widths and seeds.",
    subcommands: [
      SweepPlanCommand.self, SweepRunCommand.self, SweepSubmitCommand.self, SweepStatusCommand.self,
      SweepRetryCommand.self, SweepMergeCommand.self, SweepExportCommand.self, SweepTableCommand.self,
      SweepCompareCommand.self, SweepCellWorkerCommand.self, SweepSlurmMergeCommand.self,
    ])
}
