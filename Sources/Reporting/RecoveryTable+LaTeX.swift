extension RecoveryTable {
  /// The table as a LaTeX float for `\input`: a tabular in the style of booktabs for each block, with caption and label.
  ///
  /// It needs `\usepackage{booktabs}` and nothing else. The label is `tab:` and the given name. Figures are those of
  /// ``markdown``.
  ///
  /// - Parameter name: Letters, digits, hyphens, underscores and points.
  public func latex(name: String) -> String {
    let caption = LaTeXText.escaped("\(title). \(self.caption.text)")
    let tabulars = blocks.map(tabular)
    return """
      % \(Self.comment(title)): needs \\usepackage{booktabs}.
      \\begin{table}[tbp]
      \\centering
      \\footnotesize
      \\caption{\(caption)}
      \\label{tab:\(name)}
      \(tabulars.joined(separator: "\n\\par\\medskip\n"))
      \\end{table}

      """
  }

  private func tabular(_ block: Block) -> String {
    let columns = 2 + block.maskRatios.count
    let heading = ["estimator", "level"] + block.maskRatios.map { "\($0)" }
    var lines = [
      "\\begin{tabular}{ll\(String(repeating: "r", count: block.maskRatios.count))}", "\\toprule",
      "\\multicolumn{\(columns)}{l}{\(LaTeXText.escaped(block.title))} \\\\", "\\midrule", Self.line(heading),
    ]
    let top = block.groups.flatMap(\.rows).compactMap(\.level).max()
    for group in block.groups where !group.rows.isEmpty {
      lines.append("\\midrule")
      for (index, row) in group.rows.sorted(by: { $0.level ?? -1 > $1.level ?? -1 }).enumerated() {
        lines.append(
          Self.line(
            [index == 0 ? group.title : "", label(of: row.level, top: top)] + row.estimates.map(text(of:))))
      }
    }
    return (lines + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
  }

  private static func line(_ cells: [String]) -> String {
    cells.map(LaTeXText.escaped).joined(separator: " & ") + " \\\\"
  }

  /// A text that stays within a comment.
  private static func comment(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
