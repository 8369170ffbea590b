internal import FoundationEssentials
internal import Glibc
internal import Specifications
internal import Synchronization

/// Runs cells in worker processes, one for each cell that runs at a time. A worker that crashes, or goes beyond a limit, takes
/// nothing with it but its cell: that is noted as failed, and a new worker serves the next.
final class CellsInProcesses: CellExecutor {
  private let program: CellWorkerProgram
  private let setup: CellMessages.Setup
  private let limits: CellLimits
  private let idle = Mutex<[CellProcess]>([])

  init(program: CellWorkerProgram, plan: String, directory: String, limits: CellLimits) {
    self.program = program
    setup = CellMessages.Setup(plan: plan, directory: directory)
    self.limits = limits
  }

  func run(_ cell: PlannedCell) throws -> CellOutcome {
    let worker = try idle.withLock { $0.popLast() } ?? start()
    worker.send("\(cell.index) \(cell.name)")
    switch try worker.receive(limits: limits) {
    case .line(let line):
      guard let reply = try? CellResultCoding.decode(CellMessages.Reply.self, from: line) else {
        return .failed(reason: "its process sent no valid answer", peakMemory: nil)
      }
      if let end = reply.end {
        throw SpecificationError(
          file: nil, end, remedy: "", status: reply.status.flatMap(ExitStatus.init(rawValue:)) ?? .software)
      }
      idle.withLock { $0.append(worker) }
      if let result = reply.result, result.cell == cell.name { return .done(result, peakMemory: reply.peakMemory) }
      return .failed(
        reason: reply.failure ?? "its process sent the answer of another cell", peakMemory: reply.peakMemory)
    case .ended(let status, let words):
      return .failed(reason: Self.describe(status, words), peakMemory: nil)
    case .overTime:
      return .failed(reason: "time limit: not finished after \(Self.text(limits.seconds!)) s", peakMemory: nil)
    case .overMemory(let bytes):
      return .failed(
        reason: "memory limit: \(bytes / 1_000_000) MB are more than \(limits.megabytes!) MB", peakMemory: bytes)
    }
  }

  func end() { idle.withLock { $0.removeAll() } }

  private func start() throws -> CellProcess {
    let worker = try CellProcess(program)
    worker.send(String(decoding: try CellResultCoding.encode(setup), as: UTF8.self))
    return worker
  }

  /// How a process ended, as wait(2) says.
  static func describe(_ status: Int32, _ words: String) -> String {
    let signal = status & 0x7F
    guard signal != 0 else {
      let code = status >> 8 & 0xFF
      return "its process ended with exit code \(code)" + (words.isEmpty ? "" : ": \(words)")
    }
    let name = names[signal] ?? "?"
    let hint = signal == SIGKILL ? ", as when memory runs out" : ""
    return "its process was ended by signal \(signal) (\(name))\(hint)" + (words.isEmpty ? "" : ": \(words)")
  }

  private static let names = [
    SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGINT: "SIGINT", SIGKILL: "SIGKILL",
    SIGSEGV: "SIGSEGV", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGXCPU: "SIGXCPU",
  ]

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
