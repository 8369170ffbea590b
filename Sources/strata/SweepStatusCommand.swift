internal import ArgumentParser
internal import Foundation
internal import Reporting
internal import Specifications
internal import Sweeps

/// `strata sweep status`: how far a sweep is.
struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how far a sweep is, while it runs or later: done, running, failed, diverged, remaining time.")

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
        guard watch, status.isRunning else { return }
        fflush(nil)
        sleep(2)
      }
    }
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
