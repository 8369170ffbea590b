import Foundation

/// A program that runs beside a test until it is killed, and whose own children may live on.
///
/// Foundation's `Process` learns of the end by a socket that such children inherit, and so waits for all of them; this
/// waits for the process alone, and never for ever.
final class Daemon {
  /// The process.
  let identifier: pid_t
  private var isReaped = false

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: The executable.
  ///   - arguments: What stands behind its name.
  ///   - environment: Variables set on top of the inherited ones.
  ///   - log: A file that both output streams are appended to.
  /// - Throws: `POSIXError` if it cannot be started.
  init(_ path: String, _ arguments: [String], environment: [String: String], log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // What other tests have open at this moment, or open until then, is not for a process that outlives them.
    let open = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    for descriptor in 3..<(open.max() ?? 3) + 64 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var pairs: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + pairs { free(text) } }
    var started = pid_t()
    let code = posix_spawn(&started, path, &actions, nil, &words, &pairs)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
    identifier = started
  }

  deinit { kill() }

  /// Whether it has not ended.
  var isRunning: Bool {
    if !isReaped, waitpid(identifier, nil, WNOHANG) != 0 { isReaped = true }
    return !isReaped
  }

  /// Asks it to end, waits for that, for thirty seconds at most, and ends it at once then.
  func terminate() {
    guard isRunning else { return }
    Foundation.kill(identifier, SIGTERM)
    for _ in 0..<3000 where isRunning { usleep(10_000) }
    kill()
  }

  /// Ends it at once and waits until it is gone, for ten seconds at most.
  func kill() {
    guard isRunning else { return }
    Foundation.kill(identifier, SIGKILL)
    for _ in 0..<1000 where isRunning { usleep(10_000) }
  }
}
