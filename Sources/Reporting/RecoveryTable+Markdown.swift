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
        table.append([index == 0 ? group.title : "", label(row.level, top: top)] + row.estimates.map(cell))
      }
    }
    return table.text
  }

  /// A node on the highest level has no parent, since a parent would be higher still.
  private func label(_ level: Int?, top: Int?) -> String {
    guard let level else { return "content" }
    return level == 0 ? "0 (observed)" : level == top ? "\(level) (root)" : "\(level)"
  }

  private func cell(_ estimate: Estimate?) -> String {
    guard let estimate else { return NumberFormat.missing }
    let figure =
      estimate.bounds.map { format.string(mean: estimate.mean, bounds: $0) }
      ?? format.string(mean: estimate.mean, halfWidth: estimate.halfWidth)
    guard let runs = estimate.runs, runs != caption.runs else { return figure }
    return "\(figure) (\(runs) of \(caption.runs))"
  }
}
