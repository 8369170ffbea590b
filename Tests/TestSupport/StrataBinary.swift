public import Foundation

/// The built command line tool, run as a user runs it.
///
/// The tool lies beside the test bundle, so the tests always run the binary of their own build.
public enum StrataBinary {
  /// Where the built `strata` executable is.
  public static let url: URL = {
    // The test runner is either the bundle itself or a tool that was given the bundle's path.
    let candidates = ([Bundle.main.bundlePath, Bundle.main.executablePath ?? ""] + CommandLine.arguments)
      .filter { $0.hasPrefix("/") }
      .flatMap { path in [URL(filePath: path), URL(filePath: path).deletingLastPathComponent()] }
      .map { $0.appending(path: "strata") }
    let isFile = { (url: URL) in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
    guard let found = candidates.first(where: isFile) else {
      fatalError("no strata executable beside the tests; looked for \(candidates.map(\.path))")
    }
    return found
  }()

  /// What a finished run left behind.
  public struct Output: Sendable {
    /// Everything written to standard output, as UTF-8.
    public let standardOutput: String
    /// Everything written to standard error, as UTF-8.
    public let standardError: String
    /// The exit code, or the negated signal number if a signal ended the run.
    public let exitCode: Int32
  }

  /// Runs the tool to its end.
  ///
  /// - Parameters:
  ///   - arguments: Arguments after the program name.
  ///   - directory: Working directory; the tests' own if nil.
  ///   - environment: Variables set on top of the inherited ones and of `COLUMNS=80`.
  ///   - standardInput: Text on standard input, which is empty (not a terminal) by default.
  /// - Throws: If the tool cannot be started, or its streams cannot be read.
  public static func run(
    _ arguments: [String], in directory: URL? = nil, environment: [String: String] = [:], standardInput: String = ""
  ) throws -> Output {
    // Files rather than pipes: no amount of output can fill them and stop the tool.
    try withTemporaryDirectory { scratch in
      let names = ["stdin", "stdout", "stderr"]
      let files = names.map { scratch.appending(path: $0) }
      try Data(standardInput.utf8).write(to: files[0])
      for file in files[1...] { try Data().write(to: file) }

      let process = Process()
      process.executableURL = url
      process.arguments = arguments
      process.currentDirectoryURL = directory
      // Help texts wrap at the terminal's width, which the environment may state.
      process.environment = ProcessInfo.processInfo.environment
        .merging(["COLUMNS": "80"]) { _, new in new }
        .merging(environment) { _, new in new }
      let input = try FileHandle(forReadingFrom: files[0])
      let output = try FileHandle(forWritingTo: files[1])
      let error = try FileHandle(forWritingTo: files[2])
      process.standardInput = input
      process.standardOutput = output
      process.standardError = error
      try process.run()
      process.waitUntilExit()
      for handle in [input, output, error] { try handle.close() }

      let isSignal = process.terminationReason == .uncaughtSignal
      return Output(
        standardOutput: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
        standardError: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self),
        exitCode: isSignal ? -process.terminationStatus : process.terminationStatus)
    }
  }

  /// Starts the tool, sends it a signal once it is ready, and waits for its end.
  ///
  /// Should the signal not be heard, the tool is killed after 20 seconds, so that the test fails and does not hang.
  ///
  /// - Parameters:
  ///   - arguments: Arguments after the program name.
  ///   - directory: Working directory.
  ///   - number: The signal.
  ///   - isReady: Asked every other millisecond while the tool runs.
  /// - Returns: Standard error and the exit code; standard output is not read.
  /// - Throws: If the tool cannot be started, or what `isReady` throws.
  public static func signal(
    _ arguments: [String], in directory: URL, with number: Int32, once isReady: () throws -> Bool
  ) throws -> Output {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, try !isReady() { usleep(2000) }
    kill(process.processIdentifier, number)
    let watchdog = Thread {
      sleep(20)
      kill(process.processIdentifier, SIGKILL)
    }
    watchdog.start()
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return Output(
      standardOutput: "",
      standardError: String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      exitCode: isSignal ? -process.terminationStatus : process.terminationStatus)
  }
}
