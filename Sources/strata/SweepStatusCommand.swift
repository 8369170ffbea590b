internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Specifications
internal import Sweeps

/// `strata sweep status`: how far a sweep is.
struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows how far a sweep is, while it runs or later: done, running, failed, diverged, remaining time.",
    discussion: """
      Reads the store of the folder, its shards, and the queue where the sweep was submitted to a cluster; it disturbs nothing that runs.

      Example:
        strata sweep status results --watch
      """)

  @Argument(help: ArgumentHelp("The folder of the sweep.", valueName: "dir"))
  var directory: String

  @Flag(help: "Print again every two seconds until nothing runs.")
  var watch = false

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    try reporting {
      let directory = SweepDirectory(directory)
      // Parsed once: the plan of a folder changes with another run only.
      let plan = try directory.lastPlan()
      while true {
        let status = try SweepStatus(of: directory, plan: plan)
        print(json ? try status.json : status.text, terminator: "")
        let queue = Result { try SlurmQueue(of: directory) }
        if !json, let line = queueLine(queue) { print(line) }
        let isActive = status.isRunning || (try? queue.get())?.isActive ?? false
        guard watch, isActive else { return }
        fflush(nil)
        sleep(2)
      }
    }
  }
}

/// What the cluster says of a submission; nil where nothing was submitted or all its jobs have ended.
private func queueLine(_ queue: Result<SlurmQueue?, any Error>) -> String? {
  switch queue {
  case .failure(let error): return "the queue is unknown: \(error)"
  case .success(nil): return nil
  case .success(let queue?):
    guard queue.isActive else { return nil }
    let states = queue.states.map { "\($0.count) \($0.state)" }.joined(separator: ", ")
    return "Slurm jobs \(queue.jobs.joined(separator: ", ")), round \(queue.rounds.done) of at most "
      + "\(queue.rounds.limit): \(states)"
  }
}

extension SweepStatus {
  /// Several lines for people.
  fileprivate var text: String {
    let waiting = total - done - failed.count - running.count
    var lines = [
      "\(name): \(done) of \(total) cells done, \(running.count) running, \(failed.count) failed, "
        + "\(diverged.count) diverged, \(waiting) waiting"
    ]
    if interrupted > 0 { lines.append("\(interrupted) were cut off and wait for the next run") }
    for process in processes { lines.append("\(process) is at work") }
    for cell in running { lines.append("running  \(cell.cell)  \(ProgressLine.describe(seconds: cell.seconds))") }
    for cell in failed { lines.append("failed   \(cell.cell)  \(cell.reason)") }
    for cell in diverged { lines.append("diverged \(cell.cell)  \(cell.reason)") }
    if let remaining, done + failed.count < total {
      lines.append("about \(ProgressLine.describe(seconds: remaining)) left")
    } else if let work, waiting > 0 {
      lines.append("about \(ProgressLine.describe(seconds: work)) of one worker are left")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One line.
  fileprivate var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}
