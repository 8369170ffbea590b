import Stochastics
import Testing

@Suite struct BootstrapTests {
  @Test("Holm's adjusted p-values are those of the published example")
  func holm() {
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    let adjusted = Statistics.holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-15) }
    #expect(Statistics.holmAdjusted([0.9, 0.8]) == [1, 1])
    let missing = Statistics.holmAdjusted([.nan, 0.02])
    #expect(missing[0].isNaN && missing[1] == 0.02)
  }

  @Test("One value has no interval; the mean is that of generators, not of runs")
  func single() {
    var stream = RandomStream(RandomKey(seed: 1))
    #expect(BootstrapInterval([[0.5]], using: &stream).interval == nil)
    #expect(BootstrapInterval([[0, 0, 0], [1]], using: &stream).mean == 0.5)
  }

  @Test("The interval covers the mean of nested Gaussian effects about as often as it says")
  func coverage() {
    var stream = RandomStream(RandomKey(seed: 2))
    var covered = 0
    for _ in 0..<200 {
      let values = (0..<15).map { _ in
        let generator = stream.gaussian()
        return (0..<3).map { _ in generator + 0.5 * stream.gaussian() }
      }
      let interval = BootstrapInterval(values, resamples: 300, using: &stream).interval
      if interval?.contains(0) == true { covered += 1 }
    }
    // Percentile intervals of 15 units cover a little less than 95 %; seeds alone would cover far less.
    #expect(covered >= 176 && covered <= 200)
  }

  @Test("The exact sign-flip test has the p-value of full enumeration, and its effect size is Cohen's")
  func paired() {
    var stream = RandomStream(RandomKey(seed: 3))
    let comparison = PairedComparison([[1.0], [2], [3], [4], [5]], [[0.0], [0], [0], [0], [0]], using: &stream)
    #expect(comparison.pValue == 2.0 / 32)
    #expect(abs(comparison.effectSize - 3 / 2.5.squareRoot()) < 1e-12)
    #expect(comparison.difference.mean == 3)
    let none = PairedComparison([[1.0, -1], [-1, 1]], [[0.0, 0], [0, 0]], using: &stream)
    #expect(none.pValue == 1 && none.effectSize.isNaN)
  }
}
