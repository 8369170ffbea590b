internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Specifications
internal import Sweeps
internal import Synchronization

/// `strata sweep run`: the main job.
struct SweepRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the cells of a plan and print recovery over mask ratio.",
    discussion: """
      Every finished cell is kept in DIR/cells. An interrupted run goes on where it was when the same command is given \
      again; a plan with added ratios or seeds runs only the new cells. DIR/results.csv holds all scores in long form, \
      DIR/plan.resolved.yaml the plan with every default spelled out and the machine it ran on.
      """)

  @OptionGroup var sweep: SweepOptions

  @Option(help: "Cells that run at the same time, one thread each; default: one for each core.")
  var workers: Int?

  @OptionGroup var scores: ScoreOptions

  @OptionGroup var rows: RowOptions

  @Flag(help: "Print no tables.")
  var quiet = false

  func validate() throws {
    if let workers, workers < 1 { throw ValidationError("--workers \(workers): give at least 1") }
  }

  func run() async throws {
    try await reporting {
      let (planPath, directory) = (sweep.planPath, sweep.directory)
      let plan = try SweepPlan.load(planPath)
      let selection = try TableSelection(scores, plan: plan, file: planPath)
      let count = workers ?? ProcessInfo.processInfo.activeProcessorCount
      let runner = SweepRunner(plan: plan, directory: SweepDirectory(directory), workers: count)
      let line = TerminalLine()
      let counts = CellCounts(total: try plan.cells().count)
      Interruption.end {
        line?.clear()
        // Cells are published whole, so there is nothing to save.
        return "interrupted: \(counts.text) cells are finished in \(directory); run the same command to go on"
      }
      let outcome = try await runner.run { progress in
        counts.note(finished: progress.reused + progress.done, of: progress.total)
        line?.show(
          ProgressLine(
            title: plan.name, done: progress.reused + progress.done, total: progress.total, resumed: progress.reused,
            elapsed: progress.seconds))
      }
      line?.clear()
      if !quiet {
        let tables = RecoveryTables(
          outcome, plan: plan, selection: selection, showsNormalised: rows.normalised, missing: 0)
        print(tables.markdown, terminator: "")
      }
      print(
        "\(outcome.cells.count) cell\(outcome.cells.count == 1 ? "" : "s") (\(outcome.reused) from an earlier run): \(directory)/results.csv"
      )
    }
  }
}

/// How many cells are finished, for whoever interrupts.
private final class CellCounts: Sendable {
  private let counts: Mutex<(finished: Int, total: Int)>

  init(total: Int) { counts = Mutex((0, total)) }

  /// Takes note of a finished cell.
  func note(finished: Int, of total: Int) { counts.withLock { $0 = (finished, total) } }

  /// `3 of 12`.
  var text: String { counts.withLock { "\($0.finished) of \($0.total)" } }
}
