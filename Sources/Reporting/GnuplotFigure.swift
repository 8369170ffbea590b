/// A figure as a gnuplot program that draws it as SVG, PDF and PNG in the same layout.
///
/// Lengths are inches, type is 8 points: the figures are made for the width of a page of text and need no scaling there.
public struct GnuplotFigure: Sendable, Equatable {
  /// Inches.
  public let width: Double
  /// Inches.
  public let height: Double
  /// What the figure shows, with the numbers of runs, for captions and for readers who do not see it.
  public let caption: String
  /// Definitions of data, once for all formats.
  package let data: String
  /// The commands that plot.
  package let body: String

  /// The names of the files that the program writes, SVG, PDF and PNG in this order.
  public static func files(name: String) -> [String] { ["svg", "pdf", "png"].map { "\(name).\($0)" } }

  /// The program; it writes ``files(name:)`` into gnuplot's working folder.
  ///
  /// - Parameter name: The file name without extension; letters, digits, hyphens, underscores and points.
  public func program(name: String) -> String {
    let style = "noenhanced font \"Inter,8\""
    let (w, h) = (GnuplotText.number(width), GnuplotText.number(height))
    let points = "\(Int((width * 72).rounded())),\(Int((height * 72).rounded()))"
    let pixels = "\(Int((width * 300).rounded())),\(Int((height * 300).rounded()))"
    // A point is 1/72 inch: the SVG has that for its unit, and 300 dots an inch are 25/6 as many. Cairo's type is drawn at 96
    // dots an inch before it is scaled.
    let terminals = [
      "svg size \(points) \(style)", "pdfcairo size \(w)in,\(h)in \(style) fontscale 0.75 linewidth 1.4",
      "pngcairo size \(pixels) \(style) fontscale 3.125 linewidth 4.1667 pointscale 4.1667",
    ]
    var lines = ["set encoding utf8", data]
    for (terminal, file) in zip(terminals, Self.files(name: name)) {
      lines += ["set terminal \(terminal)", "set output '\(file)'", body, "unset output", "reset"]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Panels of equal size on a grid, row by row, with room for the axes' labels outside and a strip for the legend below.
struct PanelGrid {
  let columns: Int
  var rows: Int
  let panelWidth: Double
  let panelHeight: Double
  /// Height of the strip at the bottom, below the axis label.
  var strip = 0.0
  /// Room on the right of the panels.
  let right: Double
  let left = 0.56
  let top = 0.24
  let horizontalGap = 0.18
  let verticalGap: Double
  let axis = 0.5

  /// A grid of at most four columns.
  init(panels: Int, right: Double = 0.12, height: Double = 1.25, panelWidth: Double? = nil, verticalGap: Double = 0.42)
  {
    columns = min(4, max(panels, 1))
    rows = (max(panels, 1) + columns - 1) / columns
    self.panelWidth = panelWidth ?? (columns == 4 ? 1.45 : columns == 3 ? 1.7 : columns == 2 ? 2.2 : 3.2)
    panelHeight = height
    self.right = right
    self.verticalGap = verticalGap
  }

  var width: Double { left + Double(columns) * panelWidth + Double(columns - 1) * horizontalGap + right }
  var height: Double { top + Double(rows) * panelHeight + Double(rows - 1) * verticalGap + axis + strip }

  /// The commands that put the next plot into a panel.
  func place(_ index: Int) -> String {
    let (row, column) = (index / columns, index % columns)
    let x = left + Double(column) * (panelWidth + horizontalGap)
    let y = height - top - Double(row) * (panelHeight + verticalGap) - panelHeight
    return Self.margins(
      x / width, (x + panelWidth) / width, bottom: y / height, top: (y + panelHeight) / height)
  }

  /// The centre of the panels in the horizontal, in shares of the width.
  var center: Double { (left + (width - right)) / 2 / width }
  /// The middle of the panels in the vertical, in shares of the height.
  var middle: Double { (axis + strip + (height - top)) / 2 / height }

  static func margins(_ left: Double, _ right: Double, bottom: Double, top: Double) -> String {
    let values = [("l", left), ("r", right), ("b", bottom), ("t", top)]
    return values.map { "set \($0.0)margin at screen \(GnuplotText.number($0.1))" }.joined(separator: "; ")
  }

  /// Whether no panel stands below this one, so that it carries the labels of the horizontal axis.
  func isLowest(_ index: Int, of count: Int) -> Bool { index + columns >= count }
}
