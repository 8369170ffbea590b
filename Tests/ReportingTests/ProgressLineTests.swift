import Reporting
import Testing

@Suite struct ProgressLineTests {
  @Test("a running sweep shows cells, rate and remaining time")
  func running() {
    let line = ProgressLine(title: "mask-ratio", done: 12, total: 84, elapsed: 240)
    #expect(line.text(width: 100) == "mask-ratio  12/84 cells (14 %) · 3.0 cells/min · 24 min left")
  }

  @Test("before the first cell there is no rate to show")
  func start() {
    let line = ProgressLine(title: "demo", done: 0, total: 8, elapsed: 3)
    #expect(line.text(width: 100) == "demo  0/8 cells (0 %)")
    #expect(line.rate == nil && line.remaining == nil)
  }

  @Test("cells of an earlier run count as done but not for the rate")
  func resumed() {
    let line = ProgressLine(title: "demo", done: 6, total: 8, resumed: 4, elapsed: 10)
    #expect(line.rate == 0.2)
    #expect(line.remaining == 10)
    #expect(line.text(width: 100) == "demo  6/8 cells (75 %) · 12.0 cells/min · 10 s left")
  }

  @Test("failed cells are shown, and a finished sweep shows its time")
  func finished() {
    let line = ProgressLine(title: "demo", done: 8, total: 8, failed: 1, elapsed: 61)
    #expect(line.text(width: 100) == "demo  8/8 cells (100 %) · 1 failed · 7.9 cells/min · 1 min in all")
  }

  @Test("an empty plan is finished")
  func emptyPlan() {
    #expect(
      ProgressLine(title: "demo", done: 0, total: 0, elapsed: 0).text(width: 80)
        == "demo  0/0 cells (100 %) · 0 s in all")
  }

  @Test(
    "remaining time is told in its two leading units",
    arguments: [
      (0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3540, "59 min"), (3580, "1 h 00 min"), (7500, "2 h 05 min"),
      (86_399, "1 d 0 h"), (273_600, "3 d 4 h"), (1e30, "years"),
    ] as [(Double, String)])
  func durations(seconds: Double, expected: String) {
    let line = ProgressLine(title: "t", done: 1, total: 2, elapsed: seconds)
    #expect(line.text(width: 200).hasSuffix(" · \(expected) left"))
  }

  @Test(
    "the rate has the unit in which it is at least one",
    arguments: [(0.001, "1000 cells/s"), (1, "1.0 cells/s"), (2, "30.0 cells/min"), (600, "6.0 cells/h")]
      as [(Double, String)])
  func rates(elapsed: Double, expected: String) {
    #expect(
      ProgressLine(title: "t", done: 1, total: 2, elapsed: elapsed).text(width: 200).contains(" · \(expected) · "))
  }

  @Test("what does not fit is left out from the right, and no width is exceeded")
  func truncation() {
    let line = ProgressLine(title: "mask-ratio", done: 12, total: 84, elapsed: 240)
    #expect(line.text(width: 50) == "mask-ratio  12/84 cells (14 %) · 3.0 cells/min")
    #expect(line.text(width: 40) == "mask-ratio  12/84 cells (14 %)")
    #expect(line.text(width: 12) == "mask-ratio …")
    #expect(line.text(width: 0) == "")
    for width in 0..<80 { #expect(line.text(width: width).count <= width) }
  }
}
