public import Foundation

/// Chromium without a window, in which pages are tested as readers see them. `scripts/setup --tests` installs it.
public enum HeadlessBrowser {
  /// What became of a page.
  public struct Page: Sendable {
    /// The document after its scripts have run, as HTML.
    public let document: String
    /// What the page's console said: errors and messages, one line each.
    public let console: [String]
  }

  /// Why there is nothing to look at.
  public struct Failure: Error, CustomStringConvertible {
    /// What happened.
    public let description: String
  }

  /// Opens a page and returns what it has become after four seconds of its own time.
  ///
  /// - Parameters:
  ///   - page: A file.
  ///   - width: The width of the window in pixels.
  ///   - isDark: Whether the reader prefers dark pages.
  /// - Throws: ``Failure`` if there is no browser or it fails; it is ended after a minute.
  public static func open(_ page: URL, width: Int = 1200, isDark: Bool = false) throws -> Page {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    guard
      let program = folders.map({ "\($0)/chromium" }).first(where: FileManager.default.isExecutableFile(atPath:))
    else { throw Failure(description: "there is no chromium on PATH; run scripts/setup --tests") }
    return try withTemporaryDirectory { scratch in
      let streams = ["stdout", "stderr"].map { scratch.appending(path: $0) }
      for stream in streams { try Data().write(to: stream) }
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
        "--no-first-run", "--user-data-dir=\(scratch.path)/profile", "--window-size=\(width),1000",
        "--enable-logging=stderr", "--virtual-time-budget=4000", "--dump-dom",
        "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", page.absoluteString,
      ]
      let (output, error) = (
        try FileHandle(forWritingTo: streams[0]), try FileHandle(forWritingTo: streams[1])
      )
      process.standardOutput = output
      process.standardError = error
      process.standardInput = FileHandle.nullDevice
      try process.run()
      let deadline = Date(timeIntervalSinceNow: 60)
      while process.isRunning, Date() < deadline { usleep(20_000) }
      guard !process.isRunning else {
        process.terminate()
        throw Failure(description: "chromium did not end within a minute")
      }
      try output.close()
      try error.close()
      let messages = String(decoding: try Data(contentsOf: streams[1]), as: UTF8.self)
      guard process.terminationStatus == 0 else { throw Failure(description: "chromium failed: \(messages)") }
      return Page(
        document: String(decoding: try Data(contentsOf: streams[0]), as: UTF8.self),
        console: messages.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init))
    }
  }
}
