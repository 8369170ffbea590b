/// The colours and lines of the figures: the palette of Okabe and Ito (2008), which readers without red–green vision
/// tell apart, and a dash and a point of its own for each line, so that no line depends on its colour.
enum FigureStyle {
  /// The colour of text, axes and theory; inline figures replace it by the colour of the page's text.
  static let ink = "#222222"
  /// The colour of the grid, visible on white and on black.
  static let grid = "#a8a8a8"

  /// How one estimator is drawn.
  struct Line {
    let color: String
    let dash: String
    let width: Double
    /// A point type of gnuplot; 0 for none.
    let point: Int

    /// The style as gnuplot's plotting options.
    var options: String { "lc rgb '\(color)' dt \(dash) lw \(GnuplotText.number(width))" }
  }

  /// The line of the `index`-th estimator of a role.
  static func line(_ role: RecoveryTable.Role, _ index: Int) -> Line {
    let lines: [Line]
    switch role {
    case .recovery, .other: lines = [Line(color: "#0072b2", dash: "1", width: 1.8, point: 7)]
    case .theory:
      lines = [
        Line(color: ink, dash: "(6,3)", width: 1.3, point: 0),
        Line(color: "#cc79a7", dash: "(9,3,2,3)", width: 1.3, point: 0),
      ]
    case .ceiling:
      lines = [
        Line(color: "#d55e00", dash: "1", width: 1, point: 8),
        Line(color: "#e69f00", dash: "(9,3)", width: 1, point: 10),
        Line(color: "#cc79a7", dash: "1", width: 1, point: 12),
      ]
    case .floor:
      lines = [
        Line(color: "#009e73", dash: "(2,2)", width: 1, point: 4),
        Line(color: "#56b4e9", dash: "(5,2,1,2)", width: 1, point: 6),
        Line(color: "#8a8a8a", dash: "(1,2)", width: 1, point: 1),
      ]
    }
    return lines[index % lines.count]
  }

  /// The colour and point of the `index`-th of several equal things, such as levels.
  static func point(_ index: Int) -> (color: String, point: Int) {
    let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a"]
    let points = [7, 5, 9, 11, 13, 6, 4]
    // Where the colours come round again, the points are shifted by one, so that no pair is used twice.
    return (colors[index % colors.count], points[(index + index / colors.count) % points.count])
  }

  /// Viridis in nine steps, even in lightness, for values between two bounds.
  static let palette = """
    set palette defined (0 '#440154', 0.125 '#472d7b', 0.25 '#3b528b', 0.375 '#2c728e', 0.5 '#21918c', \
    0.625 '#28ae80', 0.75 '#5ec962', 0.875 '#addc30', 1 '#fde725')
    """

  /// Axes, ticks and grid of every panel.
  static let axes = """
    set border 3 lc rgb '\(ink)' lw 0.7
    set tics nomirror out scale 0.5 textcolor rgb '\(ink)'
    set grid lt 1 lc rgb '\(grid)' lw 0.3
    """

  /// Inches that a text of 8 points takes, about.
  static func length(of text: String) -> Double { 0.075 * Double(text.count) }

  /// A text at a place in shares of the figure.
  static func label(_ text: String, x: Double, y: Double, rotated: Bool = false) -> String {
    "set label \(GnuplotText.quoted(text)) at screen \(GnuplotText.number(x)),\(GnuplotText.number(y)) center"
      + (rotated ? " rotate by 90" : "") + " tc rgb '\(ink)'"
  }
}
