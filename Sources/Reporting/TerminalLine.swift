internal import Glibc
internal import Synchronization

/// A line at the bottom of a terminal that is redrawn in place. Where there is no terminal there is no such line, so
/// logs and pipes stay clean.
///
/// Safe to use from several tasks at once: each draw is one write.
public final class TerminalLine: Sendable {
  private let descriptor: Int32
  private let isShown = Mutex(false)

  /// The line of a terminal.
  ///
  /// - Parameters:
  ///   - descriptor: An open file descriptor, standard error by default.
  ///   - kind: The kind of terminal, by default what the environment variable `TERM` says.
  /// - Returns: `nil` if the descriptor is not a terminal, or one that cannot move its cursor (kind `dumb`).
  public init?(descriptor: Int32 = 2, kind: String? = TerminalLine.environmentKind) {
    guard isatty(descriptor) == 1, kind != "dumb" else { return nil }
    self.descriptor = descriptor
  }

  /// The kind of terminal that the environment variable `TERM` names.
  public static var environmentKind: String? { getenv("TERM").map { String(cString: $0) } }

  /// The number of characters that fit: one less than the terminal's columns, since a full line would wrap.
  public var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 79 }
    return Int(size.ws_col) - 1
  }

  /// Replaces the line.
  public func show(_ progress: ProgressLine) {
    let text = progress.text(width: width)
    isShown.withLock { isShown in
      write("\r\(text)\(Self.clearToEnd)")
      isShown = true
    }
  }

  /// Removes the line, so that whatever is printed next begins at the left of an empty line. Call it at the end, and
  /// before other messages.
  public func clear() {
    isShown.withLock { isShown in
      if isShown { write("\r\(Self.clearToEnd)") }
      isShown = false
    }
  }

  private static let clearToEnd = "\u{1B}[K"

  /// One write; a terminal that went away is no reason to stop a sweep, so errors are ignored.
  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }
}
