extension RecoveryTable {
  /// The table as Markdown that also reads well on a terminal: title, caption, then a heading and a table for each block.
  ///
  /// The estimator's name stands on the first row of its group only. A figure with fewer runs behind it than the caption
  /// states says so, e.g. `0.605 ± 0.004 (2 of 3)`.
  public var markdown: String {
    var text = "## \(title)\n\n\(caption.text)\n"
    for block in blocks { text += "\n### \(block.title)\n\n\(markdown(of: block))" }
    return text
  }

  private func markdown(of block: Block) -> String {
    let ratios = block.maskRatios.map { "\($0)" }
    var table = MarkdownTable(
      headings: ["estimator", "level"] + ratios,
      alignments: [.left, .left] + ratios.map { _ in .right })
    let top = block.groups.flatMap(\.rows).compactMap(\.level).max()
    for group in block.groups {
      for (index, row) in group.rows.sorted(by: { $0.level ?? -1 > $1.level ?? -1 }).enumerated() {
        table.append([index == 0 ? group.title : "", label(of: row.level, top: top)] + row.estimates.map(text(of:)))
      }
    }
    return table.text
  }
}
