import Reporting
import Testing

@Suite struct NumberFormatTests {
  @Test(
    "numbers have fixed decimals, a leading zero and no negative zero",
    arguments: [
      (0.605, "0.605"), (0.6054, "0.605"), (-0.0004, "0.000"), (-0.0, "0.000"), (-0.25, "-0.250"), (1, "1.000"),
      (12345.6789, "12345.679"), (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
    ] as [(Double, String)])
  func single(value: Double, expected: String) {
    #expect(NumberFormat().string(value) == expected)
  }

  @Test("the largest number is written in full")
  func largest() {
    let text = NumberFormat(decimals: 15).string(Double.greatestFiniteMagnitude)
    #expect(text.count == 309 + 1 + 15)
    #expect(Double(text) == Double.greatestFiniteMagnitude)
  }

  @Test("decimals are chosen by the caller", arguments: zip([0, 1, 6], ["3", "3.1", "3.141593"]))
  func decimals(count: Int, expected: String) {
    #expect(NumberFormat(decimals: count).string(Double.pi) == expected)
  }

  @Test("a missing number is a dash, with or without an interval")
  func missing() {
    #expect(NumberFormat().string(nil) == "–")
    #expect(NumberFormat().string(mean: nil, halfWidth: 0.1) == "–")
  }

  @Test(
    "the half-width is rounded up, but a number that has that many decimals stays",
    arguments: [
      (0.004, "0.605 ± 0.004"), (0.007, "0.605 ± 0.007"), (0.0041, "0.605 ± 0.005"), (0.00001, "0.605 ± 0.001"),
      (0, "0.605 ± 0.000"), (.nan, "0.605 ± nan"),
    ] as [(Double, String)])
  func interval(halfWidth: Double, expected: String) {
    #expect(NumberFormat().string(mean: 0.605, halfWidth: halfWidth) == expected)
  }

  @Test("every half-width with three decimals survives")
  func exactHalfWidths() {
    for thousandths in 0..<1000 {
      let halfWidth = Double(thousandths) / 1000
      let digits = String(1000 + thousandths).dropFirst()
      #expect(NumberFormat().string(mean: 0, halfWidth: halfWidth) == "0.000 ± 0.\(digits)")
    }
  }

  @Test("one seed has no interval")
  func withoutInterval() {
    #expect(NumberFormat().string(mean: 0.605, halfWidth: nil) == "0.605")
  }

  @Test("bounds are rounded outwards, and decimals stay what they are")
  func bounds() {
    let format = NumberFormat()
    #expect(format.string(mean: 0.5, bounds: 0.4001...0.6001) == "0.500 [0.400, 0.601]")
    #expect(format.string(mean: 0.5, bounds: 0.007...0.29) == "0.500 [0.007, 0.290]")
    #expect(format.string(mean: -0.01, bounds: -0.0201 ... -0.0001) == "-0.010 [-0.021, 0.000]")
    #expect(format.string(mean: 0, bounds: 0...0) == "0.000 [0.000, 0.000]")
  }
}
