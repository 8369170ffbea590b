/// Curves over the doses of several things, as small multiples: a panel for each, in it a line with its intervals for everything that is
/// measured. The panels share the vertical axis, and lines of one title have one style in all of them.
public enum CurveFigure {
  /// One panel.
  public struct Panel: Sendable, Equatable {
    /// What is varied.
    public let title: String
    /// What the doses are.
    public let axis: String
    /// The doses as readers know them, in the order of the axis.
    public let doses: [String]
    /// What is measured over them.
    public let lines: [Line]

    /// A panel from its parts.
    ///
    /// - Precondition: every line has a point for each dose.
    public init(title: String, axis: String, doses: [String], lines: [Line]) {
      precondition(lines.allSatisfy { $0.points.count == doses.count }, "points for other doses than \(doses)")
      (self.title, self.axis, self.doses, self.lines) = (title, axis, doses, lines)
    }
  }

  /// One line.
  public struct Line: Sendable, Equatable {
    /// What is measured.
    public let title: String
    /// One for each dose; not drawn where the mean is not finite.
    public let points: [Point]

    /// A line from its parts.
    public init(title: String, points: [Point]) { (self.title, self.points) = (title, points) }
  }

  /// What was measured at one dose.
  public struct Point: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// Its interval; nil for none.
    public let interval: ClosedRange<Double>?
    /// The cells behind it.
    public let count: Int

    /// A point from its parts.
    public init(mean: Double, interval: ClosedRange<Double>?, count: Int) {
      (self.mean, self.interval, self.count) = (mean, interval, count)
    }
  }

  /// The figure.
  ///
  /// - Parameters:
  ///   - panels: In reading order.
  ///   - axis: What the vertical axis is.
  ///   - caption: What the figure shows.
  /// - Returns: Nil if nothing finite was measured at two doses of any panel.
  public static func figure(_ panels: [Panel], axis: String, caption: String) -> GnuplotFigure? {
    var titles: [String] = []
    for line in panels.flatMap(\.lines) where !titles.contains(line.title) { titles.append(line.title) }
    var drawn: [(panel: Panel, lines: [FigureLine])] = []
    var count = 0
    for panel in panels {
      let lines = panel.lines.compactMap { line -> FigureLine? in
        let points = line.points.enumerated().filter { $0.element.mean.isFinite }
          .map { FigureLine.Point(ratio: Double($0.offset), mean: $0.element.mean, interval: $0.element.interval) }
        guard points.count > 1 else { return nil }
        defer { count += 1 }
        return FigureLine(
          name: "d\(count)", title: line.title, role: .recovery, level: nil,
          style: style(titles.firstIndex(of: line.title)!), points: points)
      }
      if !lines.isEmpty { drawn.append((panel, lines)) }
    }
    let all = drawn.flatMap(\.lines)
    guard let range = FigureLine.range(of: all) else { return nil }
    let vertical = "\(axis), mean and 95 % interval over seeds"
    // A single row of panels is as high as the label is long, less the room above them.
    let height = drawn.count > 3 ? 1.25 : max(1.25, FigureStyle.length(of: vertical) - 0.48)
    var grid = PanelGrid(panels: min(drawn.count, 3), height: height, verticalGap: 0.68)
    grid.rows = (drawn.count + grid.columns - 1) / grid.columns
    // Intervals are bars, which need no entry: the vertical axis says what they are.
    let legend = FigureLegend(all.map(\.withoutIntervals), width: grid.width)
    grid.strip = legend.height
    var body = ["set multiplot", FigureStyle.axes, "unset key"]
    body.append("set yrange [\(GnuplotText.number(range.lowerBound)):\(GnuplotText.number(range.upperBound))]")
    for (index, (panel, lines)) in drawn.enumerated() {
      let ticks = panel.doses.enumerated().map { "\(GnuplotText.quoted($0.1)) \($0.0)" }.joined(separator: ", ")
      body += [
        grid.place(index),
        "set title \(GnuplotText.quoted(panel.title)) offset 0,-0.7 tc rgb '\(FigureStyle.ink)'",
        "set xrange [-0.3:\(Double(panel.doses.count) - 0.7)]; set xtics (\(ticks))",
        "set xlabel \(GnuplotText.quoted(label(of: panel))) offset 0,0.6 tc rgb '\(FigureStyle.ink)'",
        "set format y \(index % grid.columns == 0 ? "'%g'" : "''")",
        "plot " + (lines.compactMap { bars($0) } + lines.reversed().map(\.plot)).joined(separator: ", "),
      ]
    }
    body += [
      "unset xlabel",
      FigureStyle.label(vertical, x: 0.1 / grid.width, y: grid.middle, rotated: true),
      legend.plot(grid),
      "unset multiplot",
    ]
    return GnuplotFigure(
      width: grid.width, height: grid.height, caption: caption,
      data: all.map { $0.data(at: $0.points.map(\.ratio)) }.joined(separator: "\n"), body: body.joined(separator: "\n"))
  }

  /// The axis with the cells behind a point: `correlation; n = 9`, or the range of their numbers.
  private static func label(of panel: Panel) -> String {
    let counts = panel.lines.flatMap(\.points).filter { $0.mean.isFinite }.map(\.count)
    guard let least = counts.min(), let most = counts.max() else { return panel.axis }
    return "\(panel.axis); n = \(least == most ? "\(least)" : "\(least) – \(most)")"
  }

  /// Intervals as bars: bands of several lines would lie on each other.
  private static func bars(_ line: FigureLine) -> String? {
    guard line.points.contains(where: { $0.interval != nil }) else { return nil }
    return "$\(line.name) using 1:3:(0):($4-$3) with vectors nohead lc rgb '\(line.style.color)' lw 1 notitle"
  }

  private static func style(_ index: Int) -> FigureStyle.Line {
    let (color, point) = FigureStyle.point(index)
    let dashes = ["1", "(6,3)", "(2,2)", "(9,3,2,3)"]
    return FigureStyle.Line(color: color, dash: dashes[index % dashes.count], width: 1.4, point: point)
  }
}

extension FigureLine {
  /// The same with means alone.
  fileprivate var withoutIntervals: FigureLine {
    FigureLine(
      name: name, title: title, role: role, level: level, style: style,
      points: points.map { Point(ratio: $0.ratio, mean: $0.mean, interval: nil) })
  }
}
