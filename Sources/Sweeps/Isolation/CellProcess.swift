internal import FoundationEssentials
internal import Glibc
internal import Specifications

/// A worker process and the two lines to it. It belongs to one thread at a time.
///
/// The worker's streams are pairs of sockets: when this process ends, however it ends, the worker reads
/// the end of its input and ends too. Signals that a terminal or a scheduler sends to the whole group are blocked in it, so
/// that it never looks as if the cell had crashed.
final class CellProcess: @unchecked Sendable {
  /// How a wait for an answer ended.
  enum Answer {
    case line(Data)
    /// The process is gone; what it said last on standard error.
    case ended(status: Int32, lastWords: String)
    case overTime
    case overMemory(Int)
  }

  private let process: pid_t
  private let input: Int32
  private let output: Int32
  private let errors: Int32
  private var pending = Data()
  private var words = Data()
  private var isReaped = false

  /// Starts a worker.
  ///
  /// - Throws: `SpecificationError` (software, temporaryFailure) if no process can be started.
  init(_ program: CellWorkerProgram) throws(SpecificationError) {
    var ends: [Int32] = [-1, -1, -1, -1, -1, -1]
    let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let made = ends.withUnsafeMutableBufferPointer { ends in
      [0, 2, 4].allSatisfy { socketpair(AF_UNIX, stream, 0, ends.baseAddress! + $0) == 0 }
    }
    func failure(_ code: Int32) -> SpecificationError {
      for end in ends where end >= 0 { close(end) }
      return SpecificationError(
        file: program.path, "a worker process cannot be started: \(String(cString: strerror(code)))",
        remedy: "lower --workers, or raise the limits of processes and open files (ulimit)", status: .temporaryFailure)
    }
    guard made else { throw failure(errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, end) in [(0, ends[1]), (1, ends[3]), (2, ends[5])] {
      posix_spawn_file_actions_adddup2(&actions, end, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var blocked = sigset_t()
    sigemptyset(&blocked)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&blocked, signal) }
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = ([program.path] + program.arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = Self.environment.map { strdup($0) } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var started = pid_t()
    let code = posix_spawn(&started, program.path, &actions, &attributes, &arguments, &variables)
    guard code == 0 else { throw failure(code) }
    for end in [ends[1], ends[3], ends[5]] { close(end) }
    (process, input, output, errors) = (started, ends[0], ends[2], ends[4])
  }

  deinit {
    kill()
    for end in [input, output, errors] { close(end) }
  }

  /// This process's own, without Swift's backtraces unless they are asked for: they take half a minute for each crash.
  private static var environment: [String] {
    let name = "SWIFT_BACKTRACE"
    var variables = ProcessInfo.processInfo.environment
    variables[name] = variables[name] ?? "enable=no"
    return variables.map { "\($0.key)=\($0.value)" }
  }

  /// Sends a line; a worker that is gone shows in the answer.
  func send(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.send(input, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno != EINTR { return }
      done += max(count, 0)
    }
  }

  /// Waits for a line.
  ///
  /// - Throws: `CancellationError` if the task is cancelled meanwhile.
  func receive(limits: CellLimits) throws -> Answer {
    let start = ContinuousClock.now
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(pending[..<end])
        pending = Data(pending[(end + 1)...])
        return .line(line)
      }
      var descriptors = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&descriptors, 2, 50)
      if descriptors[1].revents != 0 { readErrors() }
      if descriptors[0].revents != 0, !read(output, into: &pending) {
        while poll(&descriptors[1], 1, 0) > 0, readErrors() {}
        return .ended(status: reap(), lastWords: lastWords)
      }
      try Task.checkCancellation()
      if let limit = limits.seconds, ContinuousClock.now - start > .seconds(limit) { return .overTime }
      if let limit = limits.megabytes, let resident = ProcessMemory.resident(of: process),
        resident > limit * 1_000_000
      {
        return .overMemory(resident)
      }
    }
  }

  /// Ends the process at once, if it has not ended.
  func kill() {
    guard !isReaped else { return }
    Glibc.kill(process, SIGKILL)
    _ = reap()
  }

  private func reap() -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    isReaped = true
    return status
  }

  @discardableResult private func readErrors() -> Bool {
    let more = read(errors, into: &words)
    if words.count > 8192 { words = Data(words.suffix(8192)) }
    return more
  }

  /// Reads what is there; false at the end.
  private func read(_ descriptor: Int32, into data: inout Data) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count > 0 { data.append(contentsOf: buffer[..<count]) }
    return count > 0 || count < 0 && errno == EINTR
  }

  /// The line of standard error that says the most: a trap's message, or else the last one.
  private var lastWords: String {
    let lines = String(decoding: words, as: UTF8.self).split(separator: "\n").map(String.init)
    return lines.first { $0.contains("Fatal error:") } ?? lines.last ?? ""
  }
}
