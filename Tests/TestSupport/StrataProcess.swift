public import Foundation

/// The tool as it runs in the background: for tests that look at it, or end it, before it is done.
public final class StrataProcess {
  private let process = Process()
  private let folder: URL
  private let errors: URL

  /// Starts the tool.
  ///
  /// - Parameters:
  ///   - arguments: Arguments after the program name.
  ///   - directory: Working directory; standard error goes into a file there, `stderr`.
  /// - Throws: If it cannot be started.
  public init(_ arguments: [String], in directory: URL) throws {
    folder = directory
    errors = directory.appending(path: "stderr")
    try Data().write(to: errors)
    process.executableURL = StrataBinary.url
    process.arguments = arguments
    process.currentDirectoryURL = directory
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  /// The process.
  public var identifier: pid_t { process.processIdentifier }

  /// Whether it has not ended.
  public var isRunning: Bool { process.isRunning }

  /// Processes that it has started and that have not ended.
  public var children: [pid_t] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/task")) ?? []
    return tasks.flatMap { task in
      let text = (try? String(contentsOfFile: "/proc/\(identifier)/task/\(task)/children", encoding: .utf8)) ?? ""
      return text.split(separator: " ").compactMap { pid_t($0) }
    }
  }

  /// Waits until something is so or the tool has ended; false after 30 seconds.
  @discardableResult public func wait(until isReady: () throws -> Bool) rethrows -> Bool {
    let end = Date().addingTimeInterval(30)
    while Date() < end {
      if try isReady() { return true }
      if !process.isRunning { return false }
      usleep(2000)
    }
    return false
  }

  /// Sends a signal.
  public func send(_ signal: Int32) { kill(identifier, signal) }

  /// Waits for the end, for 60 seconds at most: what then still runs is killed, and the test fails by the exit code.
  ///
  /// - Returns: The exit code, negated for a signal, and standard error.
  public func end() -> (exitCode: Int32, standardError: String) {
    let limit = Date().addingTimeInterval(60)
    while process.isRunning, Date() < limit { usleep(2000) }
    if process.isRunning { kill(identifier, SIGKILL) }
    process.waitUntilExit()
    let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    let isSignal = process.terminationReason == .uncaughtSignal
    return (isSignal ? -process.terminationStatus : process.terminationStatus, text)
  }
}
