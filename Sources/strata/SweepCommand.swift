internal import ArgumentParser

/// `strata sweep`: many cells from one plan.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Runs plans: recovery over mask ratios, patch sizes, widths and seeds.",
    discussion: """
      A plan is a short YAML file with the axes of a sweep, described in docs/plan-format.md. A sweep lives in one \
      folder; what is finished there is never computed twice.

      Examples:
        strata sweep plan plan.yaml
        strata sweep run plan.yaml --out results
        strata sweep table plan.yaml --out results --csv
      """,
    subcommands: [
      SweepPlanCommand.self, SweepRunCommand.self, SweepSubmitCommand.self, SweepStatusCommand.self,
      SweepRetryCommand.self, SweepMergeCommand.self, SweepExportCommand.self, SweepTableCommand.self,
      SweepCompareCommand.self, SweepCellWorkerCommand.self, SweepSlurmMergeCommand.self,
    ])
}
