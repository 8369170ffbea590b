/// One line about the progress of a sweep, as a pure function of its numbers.
///
/// ``TerminalLine`` puts it on a terminal and redraws it in place.
public struct ProgressLine: Sendable, Equatable {
  /// What is running, e.g. `mask-ratio`.
  public let title: String
  /// Cells finished now, those of earlier runs included.
  public let done: Int
  /// Cells in all.
  public let total: Int
  /// Cells that an earlier run had finished; they say nothing about today's rate.
  public let resumed: Int
  /// Cells among `done` that diverged or failed.
  public let failed: Int
  /// Seconds since the start of this run.
  public let elapsed: Double

  /// A line from its numbers.
  ///
  /// - Precondition: `0 <= resumed <= done <= total`, `0 <= failed <= done`, `elapsed >= 0`.
  public init(title: String, done: Int, total: Int, resumed: Int = 0, failed: Int = 0, elapsed: Double) {
    precondition(
      0 <= resumed && resumed <= done && done <= total && 0 <= failed && failed <= done && elapsed >= 0,
      "\(done) of \(total) cells, \(resumed) resumed, \(failed) failed, after \(elapsed) s")
    self.title = title
    self.done = done
    self.total = total
    self.resumed = resumed
    self.failed = failed
    self.elapsed = elapsed
  }

  /// Cells a second in this run; `nil` before the first one.
  public var rate: Double? {
    let finished = done - resumed
    return finished > 0 && elapsed > 0 ? Double(finished) / elapsed : nil
  }

  /// Seconds until the end at today's rate; `nil` while the rate is unknown.
  public var remaining: Double? { rate.map { Double(total - done) / $0 } }

  /// The line in at most `width` characters, e.g. `mask-ratio  12/84 cells (14 %) · 3.1 cells/min · 23 min left`.
  ///
  /// What does not fit is left out from the right, part by part; a first part that does not fit ends in an ellipsis.
  public func text(width: Int) -> String {
    let percent = total > 0 ? done * 100 / total : 100
    var parts = ["\(title)  \(done)/\(total) cells (\(percent) %)"]
    if failed > 0 { parts.append("\(failed) failed") }
    if let rate { parts.append(Self.describe(rate: rate)) }
    if let remaining, done < total { parts.append("\(Self.describe(seconds: remaining)) left") }
    if done == total { parts.append("\(Self.describe(seconds: elapsed)) in all") }

    while parts.count > 1, parts.joined(separator: " · ").count > width { parts.removeLast() }
    let line = parts.joined(separator: " · ")
    return line.count <= width ? line : line.prefix(max(0, width - 1)) + (width > 0 ? "…" : "")
  }

  /// A rate in the unit in which it is at least one, down to hours.
  static func describe(rate: Double) -> String {
    let (value, unit) = rate >= 1 ? (rate, "s") : rate * 60 >= 1 ? (rate * 60, "min") : (rate * 3600, "h")
    return "\(NumberFormat(decimals: value < 100 ? 1 : 0).string(value)) cells/\(unit)"
  }

  /// A duration in its two leading units, e.g. `45 s`, `23 min`, `2 h 05 min`, `3 d 4 h`.
  package static func describe(seconds: Double) -> String {
    // Half a minute of error does not matter beyond an hour, half a second does not matter below.
    guard seconds < 1e9 else { return "years" }
    let seconds = Int(seconds.rounded())
    let minutes = (seconds + 30) / 60
    if seconds < 60 { return "\(seconds) s" }
    if minutes < 60 { return "\(minutes) min" }
    let (hours, rest) = (minutes / 60, minutes % 60)
    if hours < 24 { return "\(hours) h \(rest < 10 ? "0" : "")\(rest) min" }
    return "\(hours / 24) d \(hours % 24) h"
  }
}
