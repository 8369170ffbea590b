internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Specifications
internal import Sweeps
internal import Synchronization

/// How cells are run, for the commands that run some.
struct SweepRunOptions: ParsableArguments {
  @Option(help: "Cells that run at the same time, one thread each; default: one for each core.")
  var workers: Int?

  @Flag(help: "Run cells in processes of their own: one that crashes is noted as failed and the sweep goes on.")
  var isolate = false

  @Option(
    help: ArgumentHelp(
      "End a cell after so many seconds of wall time and note it as failed; implies --isolate (default: the plan's limit, or none).",
      valueName: "seconds"))
  var cellSeconds: Double?

  @Option(
    help: ArgumentHelp(
      "End a cell whose process holds more megabytes of memory and note it as failed; implies --isolate (default: the plan's limit, or none).",
      valueName: "megabytes"))
  var cellMemory: Int?

  @Flag(help: "Replace a damaged store by what is sound of it; the damaged one is kept beside it.")
  var recover = false

  func validate() throws {
    try WorkerCount.validate(workers)
    if let cellSeconds, !(cellSeconds >= 0.1) {
      throw ValidationError("--cell-seconds \(cellSeconds): give at least 0.1")
    }
    if let cellMemory, cellMemory < 16 { throw ValidationError("--cell-memory \(cellMemory): give at least 16") }
  }

  /// Options of the library's runner; workers are this very program.
  var sweepOptions: SweepRunnerOptions {
    var options = SweepRunnerOptions()
    options.isolates = isolate
    options.limits = CellLimits(seconds: cellSeconds, megabytes: cellMemory)
    options.recovers = recover
    options.worker = CellWorkerProgram(path: "/proc/self/exe", arguments: ["sweep", "cell-worker"])
    return options
  }

  /// Runs a sweep with a progress line, and with a word on what is kept if it is interrupted.
  func run(_ plan: SweepPlan, in directory: String, options: SweepRunnerOptions) async throws -> SweepOutcome {
    let runner = SweepRunner(
      plan: plan, directory: SweepDirectory(directory), workers: WorkerCount.resolve(workers), options: options)
    let line = TerminalLine()
    let counts = CellCounts(total: try plan.cells().count)
    Interruption.end {
      line?.clear()
      // Cells are committed whole, so there is nothing to save.
      return "interrupted: \(counts.text) cells are finished in \(directory); run the same command to go on"
    }
    defer { line?.clear() }
    let outcome = try await runner.run { progress in
      let finished = progress.reused + progress.done
      counts.note(finished: finished, of: progress.total)
      line?.show(
        ProgressLine(
          title: plan.name, done: finished, total: max(finished, progress.total), resumed: progress.reused,
          failed: min(finished, progress.failed), elapsed: progress.seconds))
    }
    line?.clear()
    if let recovery = outcome.recovery { printNote(recovery.text) }
    return outcome
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

extension StoreRecovery {
  /// One line for users.
  var text: String {
    let lost =
      self.lost.isEmpty
      ? "" : "; the scores of \(self.lost.count) were damaged and are run again: \(listed(self.lost))"
    return
      "the store was damaged: \(kept) cell\(kept == 1 ? " is" : "s are") kept\(lost); the damaged one is \(damagedPath)"
  }
}

/// Says where a finished sweep's results are, after its tables.
///
/// - Throws: The error of a sweep with failures.
func reportEnd(of outcome: SweepOutcome, in directory: String) throws {
  let count = outcome.cells.count
  print("\(count) cell\(count == 1 ? "" : "s") (\(outcome.reused) from an earlier run): \(directory)/results.csv")
  try reportFailures(outcome.failures, of: count + outcome.failures.count, in: directory)
}

/// Throws the error of a sweep with failures; nothing if there are none.
func reportFailures(_ failures: [CellFailure], of total: Int, in directory: String) throws {
  guard let first = failures.first else { return }
  let more = failures.count > 1 ? " (and \(failures.count - 1) more)" : ""
  throw SpecificationError(
    file: directory,
    "\(failures.count) of \(total) cells failed: \(first.specification.identifier): \(first.reason)\(more)",
    remedy: "'strata sweep status \(directory)' lists them, 'strata sweep retry \(directory) --failed' runs them again",
    status: .temporaryFailure)
}

/// The first names of a list.
func listed(_ names: [String]) -> String {
  names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
}
