import Reporting
import Testing

@Suite struct CurveFigureTests {
  private func line(_ title: String, _ means: [Double], bounds: ClosedRange<Double>? = nil) -> CurveFigure.Line {
    .init(title: title, points: means.map { .init(mean: $0, interval: bounds, count: 6) })
  }

  @Test("Every panel has its own doses, the very numbers, and n; a title has one style in all of them")
  func panels() throws {
    let panels = [
      CurveFigure.Panel(
        title: "noise", axis: "level", doses: ["0", "0.5"],
        lines: [line("root", [0.75, 0.25], bounds: 0.125...0.875), line("floor", [0, 0.0625])]),
      CurveFigure.Panel(
        title: "steps", axis: "number", doses: ["3", "1", "2"], lines: [line("floor", [0.5, .nan, 0.25])]),
    ]
    let figure = try #require(CurveFigure.figure(panels, axis: "R²", caption: "what it shows"))
    #expect(figure.caption == "what it shows")
    #expect(
      figure.data == """
        $d0 << EOD
        0.0 0.75 0.125 0.875
        1.0 0.25 0.125 0.875
        EOD
        $d1 << EOD
        0.0 0.0 NaN NaN
        1.0 0.0625 NaN NaN
        EOD
        $d2 << EOD
        0.0 0.5 NaN NaN
        2.0 0.25 NaN NaN
        EOD
        """)
    #expect(
      figure.body.contains("set xtics ('0' 0, '0.5' 1)") && figure.body.contains("set xtics ('3' 0, '1' 1, '2' 2)"))
    #expect(figure.body.contains("set xlabel 'level; n = 6'") && figure.body.contains("set xlabel 'number; n = 6'"))
    let styles = figure.body.split(separator: "\n").filter { $0.hasPrefix("plot $") }.map { plot in
      plot.split(separator: "using 1:2 ").dropFirst().map { $0.split(separator: " notitle")[0] }
    }
    #expect(styles.count == 2 && styles[0].contains(styles[1][0]) && Set(styles[0]).count == 2)
  }

  @Test("One row of panels is high enough for the label of the vertical axis")
  func label() throws {
    for count in 1...4 {
      let panel = CurveFigure.Panel(title: "t", axis: "a", doses: ["1", "2"], lines: [line("l", [0.5, 1])])
      let figure = try #require(
        CurveFigure.figure(Array(repeating: panel, count: count), axis: "R²", caption: ""))
      let label = try #require(figure.body.split(separator: "\n").first { $0.contains("rotate by 90") })
      let text = label.split(separator: "'")[1]
      let middle = try #require(
        label.split(separator: ",").dropFirst().compactMap { Double($0.split(separator: " ")[0]) }.last)
      // 8 points: .075 inches a letter.
      let half = 0.075 * Double(text.count) / 2
      #expect(middle * figure.height + half <= figure.height + 1e-9 && middle * figure.height - half >= -1e-9)
    }
  }

  @Test("Without two finite points of a line there is no figure")
  func nothing() {
    let panel = CurveFigure.Panel(title: "t", axis: "a", doses: ["1", "2"], lines: [line("l", [0.5, .nan])])
    #expect(CurveFigure.figure([panel], axis: "R²", caption: "") == nil)
    #expect(CurveFigure.figure([], axis: "R²", caption: "") == nil)
  }
}
