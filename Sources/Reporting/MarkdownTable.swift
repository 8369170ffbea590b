/// A table in Markdown whose columns also line up as plain text on a terminal.
///
/// Every character counts as one column wide, which is right for Latin and Greek letters and signs such as ± and ².
public struct MarkdownTable: Sendable, Equatable {
  /// On which side of its column a cell stands.
  public enum Alignment: Sendable, Equatable {
    /// Right if every filled cell of the column is a number, a ``NumberFormat/missing`` mark, `nan` or `inf`; else left.
    case automatic
    /// Flush left.
    case left
    /// Flush right.
    case right
  }

  /// The headings, in order.
  public let headings: [String]
  /// The alignment of each column.
  public let alignments: [Alignment]
  /// The cells, row by row; every row is as long as ``headings``.
  public private(set) var rows: [[String]] = []

  /// A table without rows.
  ///
  /// - Parameters:
  ///   - headings: At least one; may be empty strings.
  ///   - alignments: One for each column; automatic if left out.
  /// - Precondition: `alignments`, if given, is as long as `headings`.
  public init(headings: [String], alignments: [Alignment]? = nil) {
    precondition(!headings.isEmpty, "a table without columns")
    precondition(
      alignments == nil || alignments?.count == headings.count,
      "\(alignments?.count ?? 0) alignments for \(headings.count) columns")
    self.headings = headings
    self.alignments = alignments ?? headings.map { _ in .automatic }
  }

  /// Adds a row at the bottom.
  ///
  /// - Parameter row: Plain text; pipes and backslashes are escaped and line breaks become spaces.
  /// - Precondition: `row.count == headings.count`.
  public mutating func append(_ row: [String]) {
    precondition(row.count == headings.count, "a row of \(row.count) cells in a table of \(headings.count) columns")
    rows.append(row)
  }

  /// The table as Markdown: heading, rule, rows; each line ends in a line break.
  public var text: String {
    let cells = ([headings] + rows).map { $0.map(Self.escaped) }
    let isRight = headings.indices.map { isRightAligned($0) }
    // Three is the least width of a rule that every renderer accepts.
    let widths = headings.indices.map { column in max(3, cells.map { $0[column].count }.max() ?? 0) }

    func line(_ row: [String]) -> String {
      let padded = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return isRight[column] ? space + row[column] : row[column] + space
      }
      return "| " + padded.joined(separator: " | ") + " |\n"
    }
    let rule = headings.indices.map { column in
      let dashes = String(repeating: "-", count: widths[column] + 1)
      return isRight[column] ? dashes + ":" : ":" + dashes
    }
    return line(cells[0]) + "|" + rule.joined(separator: "|") + "|\n" + cells.dropFirst().map(line).joined()
  }

  private func isRightAligned(_ column: Int) -> Bool {
    switch alignments[column] {
    case .left: return false
    case .right: return true
    case .automatic:
      let filled = rows.map { $0[column] }.filter { !$0.isEmpty }
      return !filled.isEmpty && filled.allSatisfy(Self.looksNumeric)
    }
  }

  /// Whether a cell reads as a number: it begins with a digit after an optional sign (`0.605 ± 0.004` and `12 %` do).
  private static func looksNumeric(_ cell: String) -> Bool {
    if cell == NumberFormat.missing { return true }
    let unsigned = cell.first.map { "+-−.".contains($0) } == true ? cell.dropFirst() : cell[...]
    return unsigned.first?.isWholeNumber == true || unsigned.hasPrefix("nan") || unsigned.hasPrefix("inf")
  }

  private static func escaped(_ cell: String) -> String {
    var result = ""
    for character in cell {
      switch character {
      case "|", "\\": result += "\\\(character)"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
}
