extension RecoveryTable {
  /// One value of the setting that a figure is over.
  public struct Dose: Sendable {
    /// The value as readers know it, such as `rho-0.7` or `4`.
    public let label: String
    /// What was recovered at it: one block with one mask ratio.
    public let table: RecoveryTable

    /// A dose from its parts.
    ///
    /// - Precondition: the table has one block with one mask ratio.
    public init(label: String, table: RecoveryTable) {
      precondition(
        table.blocks.count == 1 && table.blocks[0].maskRatios.count == 1,
        "'\(table.title)' has more than one mask ratio or patch size")
      (self.label, self.table) = (label, table)
    }
  }

  /// The letters that the labels of a narrow panel may have together, with a space after each.
  private static let tickLetters = 20

  /// Recovery over a setting of a sweep, such as width, mechanism or environment: a panel for each level, in it a line for every
  /// estimator over the doses, at equal distances in their order, and the trained encoder's interval as a band.
  ///
  /// - Parameters:
  ///   - doses: Tables of the same estimators that differ in one setting.
  ///   - axis: The name of the setting, `representation width`.
  ///   - title: What all of them share, for the caption.
  /// - Returns: `nil` with fewer than two doses, or without a finite figure.
  public static func doseFigure(_ doses: [Dose], axis: String, title: String) -> GnuplotFigure? {
    guard doses.count > 1 else { return nil }
    let joined = RecoveryTable(
      title: title, caption: doses[0].table.caption, blocks: [Self.joined(doses)], format: doses[0].table.format)
    let lines = FigureLine.all(of: joined.blocks[0])
    guard let range = FigureLine.range(of: lines) else { return nil }
    let prefix = commonPrefix(doses.map(\.label))
    let short = doses.map { String($0.label.dropFirst(prefix.count)) }
    let isLong = short.reduce(0) { $0 + $1.count + 1 } > tickLetters
    let ticks = isLong ? doses.indices.map(letter) : short
    var caption = "\(title): recovery over the \(axis), a panel for each level. "
    if isLong { caption += zip(ticks, doses).map { "\($0): \($1.label)" }.joined(separator: "; ") + ". " }
    caption += "\(joined.caption.measurement) \(joined.caption.runsText)"
    let points = lines.flatMap(\.drawnPoints)
    if points.contains(where: { $0.interval != nil }) {
      caption += " Shaded: the trained encoder's interval; those of the others are in the tables."
    }
    if points.contains(where: { $0.isCut(by: range) }) { caption += " Values beyond the axis are cut off." }
    return joined.panels(
      lines, range: range, caption: caption,
      axis: PanelAxis(
        range: "[-0.3:\(Double(doses.count) - 0.7)]",
        ticks: "(" + ticks.enumerated().map { "\(GnuplotText.quoted($0.1)) \($0.0)" }.joined(separator: ", ") + ")",
        unlabelled: "(" + ticks.indices.map { "'' \($0)" }.joined(separator: ", ") + ")",
        label: isLong || prefix.isEmpty ? axis : "\(axis) (\(prefix)…)"))
  }

  /// What all labels begin with, up to a hyphen or a space in all of them.
  private static func commonPrefix(_ labels: [String]) -> String {
    let first = Array(labels[0])
    let shared = labels.dropFirst().map { zip(first, $0).prefix { $0 == $1 }.count }.min() ?? 0
    return String(first[..<((first[..<shared].lastIndex { $0 == "-" || $0 == " " } ?? -1) + 1)])
  }

  /// a, b, …, z, a1, b1, …
  private static func letter(_ index: Int) -> String {
    String(UnicodeScalar(UInt8(97 + index % 26))) + (index < 26 ? "" : "\(index / 26)")
  }

  /// The doses as one block whose columns they are.
  private static func joined(_ doses: [Dose]) -> Block {
    let blocks = doses.map { $0.table.blocks[0] }
    var groups: [Group] = []
    for group in blocks.flatMap(\.groups) where !groups.contains(where: { $0.title == group.title }) {
      let own = blocks.map { $0.groups.first { $0.title == group.title } }
      var levels: [Int?] = []
      for row in own.compactMap(\.self).flatMap(\.rows) where !levels.contains(row.level) { levels.append(row.level) }
      let rows = levels.map { level in
        Row(
          level: level,
          estimates: own.map { group in group?.rows.first { $0.level == level }.flatMap { $0.estimates[0] } })
      }
      groups.append(Group(title: group.title, role: group.role, rows: rows))
    }
    return Block(title: "", maskRatios: doses.indices.map(Double.init), groups: groups)
  }
}

/// The horizontal axis that all panels of a figure share.
struct PanelAxis {
  /// gnuplot's range, `[0:1]`.
  let range: String
  /// gnuplot's ticks of the panels that stand lowest.
  let ticks: String
  /// The same without labels, for the others.
  let unlabelled: String
  /// What the axis is.
  let label: String
}
