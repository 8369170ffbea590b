extension RecoveryTable {
  /// The trained encoder's recovery over mask ratio and patch size as heat maps: a panel for each level, in which every
  /// cell shows its mean in two decimals. All panels share one scale from 0 (or the smallest mean below it) to the largest.
  ///
  /// - Returns: `nil` with fewer than two patch sizes or mask ratios, or without a finite mean.
  public var heatMapFigure: GnuplotFigure? {
    let ratios = blocks.map(\.maskRatios).max { $0.count < $1.count }?.sorted() ?? []
    guard blocks.count > 1, ratios.count > 1 else { return nil }
    let means = blocks.map { block in
      FigureLine.all(of: block).filter { $0.role == .recovery }
    }
    let values = means.flatMap { $0.flatMap(\.points) }.map(\.mean)
    guard let smallest = values.min(), let largest = values.max() else { return nil }
    let (low, high) = (min(0, smallest), max(largest, min(0, smallest) + 0.01))
    let levels = self.levels.filter { level in means.contains { $0.contains { $0.level == level } } }
    let grid = PanelGrid(panels: levels.count, right: 0.7, height: 0.3 + 0.24 * Double(blocks.count))

    var (data, body): ([String], [String]) = ([], ["set multiplot", FigureStyle.axes, "unset key; unset grid"])
    let isNarrow = ratios.count > 5
    // Labels that would run into each other lose their zeros, then every other one is left out.
    let ticks = ratios.enumerated().filter { $0.0 % (ratios.count > 9 ? 2 : 1) == 0 }.map { index, ratio in
      "'\(isNarrow ? Self.withoutZero("\(ratio)") : "\(ratio)")' \(index)"
    }.joined(separator: ", ")
    let sizes = blocks.enumerated().map {
      "\(GnuplotText.quoted($0.1.patchSize.map(String.init) ?? $0.1.title)) \($0.0)"
    }.joined(separator: ", ")
    body += [
      "set border 0; set xrange [-0.5:\(Double(ratios.count) - 0.5)]; set yrange [-0.5:\(Double(blocks.count) - 0.5)]",
      FigureStyle.palette, "set cbrange [\(GnuplotText.number(low)):\(GnuplotText.number(high))]", "unset colorbox",
    ]
    for (index, level) in levels.enumerated() {
      let cells = blocks.indices.flatMap { row in
        means[row].filter { $0.level == level }.flatMap(\.points).map { point in
          Self.cell(point, column: ratios.firstIndex(of: point.ratio)!, row: row, low: low, high: high)
        }
      }
      data.append((["$m\(index) << EOD"] + cells + ["EOD"]).joined(separator: "\n"))
      let isLowest = grid.isLowest(index, of: levels.count)
      body += [
        grid.place(index),
        "set title \(GnuplotText.quoted(panelTitle(level))) offset 0,-0.7 tc rgb '\(FigureStyle.ink)'",
        isLowest ? "set xtics (\(ticks)) scale 0 font 'Inter,7'" : "unset xtics",
        index % grid.columns == 0 ? "set ytics (\(sizes)) scale 0" : "unset ytics",
        index == levels.count - 1 ? colorBox(grid) : "",
        "plot $m\(index) using 1:2:(0.5):(0.5):3 with boxxyerror fs solid noborder lc palette, "
          + "'' using 1:2:(stringcolumn(4)):5 with labels font 'Inter,\(isNarrow ? 6 : 7)' tc rgb variable",
      ]
    }
    body += ["unset multiplot"]
    return GnuplotFigure(
      width: grid.width, height: grid.height,
      caption: "\(title): recovery by the trained encoder over mask ratio and patch size, a panel for each level. "
        + "\(caption.measurement) \(caption.runsText) Cells show means.",
      data: data.joined(separator: "\n"), body: body.joined(separator: "\n"))
  }

  /// A row of data: position, mean, its text, and the colour of the text that is read on the cell's own.
  private static func cell(_ point: FigureLine.Point, column: Int, row: Int, low: Double, high: Double) -> String {
    let text = withoutZero(NumberFormat(decimals: 2).string(point.mean))
    let color = (point.mean - low) / (high - low) > 0.6 ? 0x111111 : 0xffffff
    return "\(column) \(row) \(point.mean) \"\(text)\" \(color)"
  }

  /// A number without the zero before its point, which narrow cells have no room for.
  private static func withoutZero(_ text: String) -> String {
    text.hasPrefix("0.") ? String(text.dropFirst()) : text.hasPrefix("-0.") ? "−" + text.dropFirst(2) : text
  }

  /// The scale on the right and the labels of the axes, drawn with the last panel.
  private func colorBox(_ grid: PanelGrid) -> String {
    let height = (grid.height - grid.top - grid.axis) / grid.height
    let x = (grid.width - grid.right + 0.1) / grid.width
    return [
      "set colorbox user origin screen \(GnuplotText.number(x)),\(GnuplotText.number(grid.axis / grid.height)) size screen "
        + "\(GnuplotText.number(0.09 / grid.width)),\(GnuplotText.number(height)) noborder",
      "set cbtics textcolor rgb '\(FigureStyle.ink)' scale 0.3 font 'Inter,7'; set format cb '%g'",
      FigureStyle.label(
        "mask ratio (masked / all patches); \(caption.sampleText) a cell", x: grid.center, y: 0.1 / grid.height),
      FigureStyle.label("patch size", x: 0.1 / grid.width, y: grid.middle, rotated: true),
      FigureStyle.label(caption.axisTitle, x: 1 - 0.08 / grid.width, y: grid.middle, rotated: true),
    ].joined(separator: "\n")
  }
}
