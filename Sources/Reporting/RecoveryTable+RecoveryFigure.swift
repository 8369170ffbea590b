extension RecoveryTable {
  /// Recovery over the mask ratio as small multiples: a panel for each level, in it a line for every estimator with its
  /// mean, and the trained encoder's interval. Where there is a single ratio (a fixed mask), recovery over the levels in one panel.
  ///
  /// All panels share their axes. The vertical one reaches as far as means do; intervals beyond −0.25 and 1, which few runs
  /// can have, are cut off.
  ///
  /// - Parameter block: One of ``blocks``.
  /// - Returns: `nil` if there is no finite figure to draw.
  public func recoveryFigure(of block: Block) -> GnuplotFigure? {
    let lines = FigureLine.all(of: block)
    guard let range = FigureLine.range(of: lines) else { return nil }
    let isOverLevels = block.maskRatios.count == 1
    let what = isOverLevels ? "recovery over the latent levels" : "recovery over the mask ratio, a panel for each level"
    var caption = "\(title), \(block.title): \(what). \(self.caption.measurement) \(self.caption.runsText)"
    let points = lines.flatMap(\.drawnPoints)
    if points.contains(where: { $0.interval != nil }) {
      caption +=
        " \(isOverLevels ? "Bars" : "Shaded"): the trained encoder's interval; those of the others are in the table."
    }
    if points.contains(where: { $0.isCut(by: range) }) { caption += " Values beyond the axis are cut off." }
    return isOverLevels
      ? levelsFigure(lines, range: range, caption: caption)
      : panels(
        lines, range: range, caption: caption,
        axis: PanelAxis(
          range: "[0:1]", ticks: "0,0.5; set mxtics 2", unlabelled: "0,0.5; set mxtics 2",
          label: "mask ratio (masked / all patches)"))
  }

  /// A panel for each level, in it the lines of all estimators.
  func panels(
    _ lines: [FigureLine], range: ClosedRange<Double>, caption: String, axis: PanelAxis
  ) -> GnuplotFigure {
    let levels = self.levels.filter { level in lines.contains { $0.level == level } }
    var grid = PanelGrid(panels: levels.count)
    let legend = FigureLegend(lines, width: grid.width)
    grid.strip = legend.height
    var (data, body): ([String], [String]) = ([], ["set multiplot", FigureStyle.axes, "unset key"])
    body += ["set xrange \(axis.range)", Self.verticalRange(range)]
    for (index, level) in levels.enumerated() {
      let drawn = lines.filter { $0.level == level }
      for line in drawn { data.append(line.data(at: line.points.map(\.ratio))) }
      let isLowest = grid.isLowest(index, of: levels.count)
      body += [
        grid.place(index),
        "set title \(GnuplotText.quoted(panelTitle(level))) offset 0,-0.7 tc rgb '\(FigureStyle.ink)'",
        "set format x \(isLowest ? "'%g'" : "''"); set xtics \(isLowest ? axis.ticks : axis.unlabelled)",
        "set format y \(index % grid.columns == 0 ? "'%g'" : "''")",
        // Intervals lie behind all lines.
        "plot " + (drawn.compactMap(\.band) + drawn.reversed().map(\.plot)).joined(separator: ", "),
      ]
    }
    body += [
      FigureStyle.label(
        "\(axis.label); \(self.caption.sampleText) a point", x: grid.center,
        y: (grid.strip + 0.12) / grid.height),
      FigureStyle.label(self.caption.axisTitle, x: 0.1 / grid.width, y: grid.middle, rotated: true),
      legend.plot(grid), "unset multiplot",
    ]
    return GnuplotFigure(
      width: grid.width, height: grid.height, caption: caption, data: data.joined(separator: "\n"),
      body: body.joined(separator: "\n"))
  }

  /// One panel: levels on the horizontal axis, the estimators side by side.
  private func levelsFigure(_ lines: [FigureLine], range: ClosedRange<Double>, caption: String) -> GnuplotFigure {
    let levels = self.levels.filter { level in lines.contains { $0.level == level } }
    var grid = PanelGrid(panels: 1, height: 1.9, panelWidth: max(4.4, 0.75 * Double(levels.count)))
    let legend = FigureLegend(lines, width: grid.width, isOfPoints: true)
    grid.strip = legend.height
    var (data, plots): ([String], [String]) = ([], [])
    let slots = legend.entries.count
    for line in lines {
      let slot = legend.entries.firstIndex { $0.title == line.title }!
      let x = Double(levels.firstIndex(of: line.level)!) + (Double(slot) - Double(slots - 1) / 2) * 0.8 / Double(slots)
      data.append(line.data(at: [x]))
      plots.append(line.bar)
    }
    let ticks = levels.enumerated().map { "\(GnuplotText.quoted(label(of: $0.1))) \($0.0)" }
    let body = [
      "set multiplot", FigureStyle.axes, "unset key", "set xrange [-0.5:\(Double(levels.count) - 0.5)]",
      "set xtics (\(ticks.joined(separator: ", "))) scale 0", "unset grid",
      "set grid y lt 1 lc rgb '\(FigureStyle.grid)' lw 0.3",
      Self.verticalRange(range), grid.place(0), "set format y '%g'", "plot \(plots.joined(separator: ", "))",
      FigureStyle.label(
        "latent level; \(self.caption.sampleText) a point", x: grid.center, y: (grid.strip + 0.12) / grid.height),
      FigureStyle.label(self.caption.axisTitle, x: 0.1 / grid.width, y: grid.middle, rotated: true),
      legend.plot(grid), "unset multiplot",
    ]
    return GnuplotFigure(
      width: grid.width, height: grid.height, caption: caption, data: data.joined(separator: "\n"),
      body: body.joined(separator: "\n"))
  }

  func panelTitle(_ level: Int?) -> String {
    level == nil ? (caption.wholeName == "content" ? "content c" : caption.wholeName) : "level \(label(of: level))"
  }

  private static func verticalRange(_ range: ClosedRange<Double>) -> String {
    "set yrange [\(GnuplotText.number(range.lowerBound)):\(GnuplotText.number(range.upperBound))]"
  }
}
