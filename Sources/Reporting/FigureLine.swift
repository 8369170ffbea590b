/// The figures of one estimator at one level, over the mask ratios.
struct FigureLine {
  /// One estimate.
  struct Point {
    let ratio: Double
    let mean: Double
    let interval: ClosedRange<Double>?

    /// Whether a part of it lies beyond an axis.
    func isCut(by range: ClosedRange<Double>) -> Bool {
      !range.contains(mean)
        || interval.map { !range.contains($0.lowerBound) || !range.contains($0.upperBound) } ?? false
    }
  }

  /// The name of its data in the program.
  let name: String
  let title: String
  let role: RecoveryTable.Role
  let level: Int?
  let style: FigureStyle.Line
  /// In the order of the ratios; those that are not finite are left out.
  let points: [Point]

  /// The lines of a block that figures show, estimator by estimator.
  static func all(of block: RecoveryTable.Block) -> [FigureLine] {
    var seen: [RecoveryTable.Role: Int] = [:]
    var result: [FigureLine] = []
    for group in block.groups where group.role != .other {
      let index = seen[group.role, default: 0]
      seen[group.role] = index + 1
      for row in group.rows {
        let points = zip(block.maskRatios, row.estimates).compactMap { ratio, estimate in
          estimate.flatMap { $0.mean.isFinite ? Point(ratio: ratio, mean: $0.mean, interval: $0.interval) : nil }
        }
        guard !points.isEmpty else { continue }
        result.append(
          FigureLine(
            name: "d\(result.count)", title: group.title, role: group.role, level: row.level,
            style: FigureStyle.line(group.role, index), points: points.sorted { $0.ratio < $1.ratio }))
      }
    }
    return result
  }

  /// The range of the vertical axis: all means and 0, intervals as far as −0.25 and 1 (or the largest mean) with room above.
  ///
  /// - Returns: `nil` without points.
  static func range(of lines: [FigureLine]) -> ClosedRange<Double>? {
    let points = lines.flatMap(\.drawnPoints)
    guard let lowest = points.map(\.mean).min(), let highest = points.map(\.mean).max() else { return nil }
    let low = points.compactMap { $0.interval?.lowerBound }.min() ?? lowest
    let high = points.compactMap { $0.interval?.upperBound }.max() ?? highest
    // What lies far below 0 says no more than that it does.
    let bottom = max(-0.25, min(0, lowest, low))
    let top = max(highest, min(high, 1), bottom + 0.1)
    let room = 0.04 * (top - bottom)
    return bottom - room...top + room
  }

  /// The points without the intervals that are not drawn: all but the trained encoder's, which would lie under those of ceilings
  /// and theory over few generators, and of untrained encoders.
  var drawnPoints: [Point] {
    role == .recovery ? points : points.map { Point(ratio: $0.ratio, mean: $0.mean, interval: nil) }
  }

  /// Its data: position, mean and bounds in each row.
  func data(at positions: [Double]) -> String {
    GnuplotText.dataBlock(
      name,
      zip(positions, points).map { x, point in
        [x, point.mean, point.interval?.lowerBound ?? .nan, point.interval?.upperBound ?? .nan]
      })
  }

  /// The interval as a band; `nil` without one.
  var band: String? {
    guard drawnPoints.contains(where: { $0.interval != nil }) else { return nil }
    return "$\(name) using 1:3:4 with filledcurves lc rgb '\(style.color)' fs transparent solid 0.18 noborder notitle"
  }

  /// The means as a line, with points where the style has them.
  var plot: String { "$\(name) using 1:2 \(Self.strokes(style)) notitle" }

  /// The mean as a point with its interval as a bar.
  var bar: String {
    let hasBar = drawnPoints[0].interval != nil
    let bar =
      hasBar ? "$\(name) using 1:3:(0):($4-$3) with vectors nohead lc rgb '\(style.color)' lw 1 notitle, " : ""
    return bar + "$\(name) using 1:2 \(Self.mark(style)) notitle"
  }

  /// A style as points; lines without points are crosses then.
  static func mark(_ style: FigureStyle.Line) -> String {
    "with points lc rgb '\(style.color)' pt \(style.point == 0 ? 2 : style.point) ps 0.6 lw 1"
  }

  static func strokes(_ style: FigureStyle.Line) -> String {
    style.point == 0
      ? "with lines \(style.options)" : "with linespoints \(style.options) pt \(style.point) ps 0.4"
  }
}

/// The legend in a strip below the panels.
struct FigureLegend {
  /// Title and style of every estimator.
  let entries: [(title: String, style: FigureStyle.Line)]
  private let hasIntervals: Bool
  private let isOfPoints: Bool
  private let columns: Int

  /// - Parameters:
  ///   - lines: What is drawn.
  ///   - width: Inches that the legend may take.
  ///   - isOfPoints: Whether estimates are drawn as points with bars, not as lines with bands.
  init(_ lines: [FigureLine], width: Double, isOfPoints: Bool = false) {
    var entries: [(title: String, style: FigureStyle.Line)] = []
    for line in lines where !entries.contains(where: { $0.title == line.title }) {
      entries.append((line.title, line.style))
    }
    self.entries = entries
    self.isOfPoints = isOfPoints
    hasIntervals = !isOfPoints && lines.contains { $0.drawnPoints.contains { $0.interval != nil } }
    // The sample before a title and the gap take 0.75 inches.
    let longest = max(15 * 0.075, entries.map { FigureStyle.length(of: $0.title) }.max() ?? 0)
    columns = max(1, min(4, Int(width / (0.75 + longest))))
  }

  private var rows: Int { (entries.count + (hasIntervals ? 1 : 0) + columns - 1) / columns }

  /// Inches.
  var height: Double { 0.17 * Double(rows) + 0.06 }

  /// A plot of nothing, over the whole width of the strip, whose key is the legend.
  func plot(_ grid: PanelGrid) -> String {
    var titles = entries.map { entry in
      let options = isOfPoints ? FigureLine.mark(entry.style) : FigureLine.strokes(entry.style)
      return "NaN \(options) title \(GnuplotText.quoted(entry.title))"
    }
    if hasIntervals {
      titles.append("NaN with filledcurves lc rgb '#0072b2' fs transparent solid 0.18 noborder title '95 % interval'")
    }
    return """
      \(PanelGrid.margins(0, 1, bottom: 0, top: height / grid.height))
      unset title; unset border; unset tics; unset grid; set xrange [0:1]; set yrange [0:1]
      set key center center horizontal Left reverse maxcols \(columns) samplen 2.5 width 1 textcolor rgb '\(FigureStyle.ink)'
      plot \(titles.joined(separator: ", "))
      """
  }
}
