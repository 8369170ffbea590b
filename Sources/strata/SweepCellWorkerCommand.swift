internal import ArgumentParser
internal import Sweeps

/// `strata sweep cell-worker`: what isolated cells run in; `sweep run` starts it.
struct SweepCellWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cell-worker", abstract: "Runs cells for another process.", shouldDisplay: false)

  func run() throws { try reporting { try CellWorker.serve() } }
}
