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

  /// Why tables state Student's t: with few units the percentiles of a bootstrap cannot leave the range of the data.
  @Test(
    "With few seeds Student's t covers what it says and the bootstrap does not", arguments: [2, 3, 5])
  func fewUnits(units: Int) {
    var stream = RandomStream(RandomKey(seed: 4).child(units))
    var (student, bootstrap) = (0, 0)
    let trials = 400
    for _ in 0..<trials {
      let values = (0..<units).map { _ in stream.gaussian() }
      let t = Statistics.meanInterval(values)
      if abs(t.mean) <= t.halfWidth! { student += 1 }
      if BootstrapInterval([values], resamples: 200, using: &stream).interval!.contains(0) { bootstrap += 1 }
    }
    // Binomial(400, 0.95) lies in 366 ... 393 with probability 0.998.
    #expect((366...393).contains(student))
    #expect(Double(bootstrap) < 0.9 * Double(trials))
  }

  @Test("The t interval of paired differences is that of the units: generators, or seeds of the only one")
  func student() {
    var stream = RandomStream(RandomKey(seed: 5))
    let seeds = PairedComparison([[0.11, 0.12, 0.13, 0.14]], [[0, 0, 0, 0]], using: &stream)
    // qt(0.975, 3) · 0.0129099 / 2.
    #expect(seeds.units == 4 && abs(seeds.student.halfWidth! - 0.0205426) < 1e-6)
    let generators = PairedComparison([[1, 3], [4, 4]], [[0, 0], [0, 0]], using: &stream)
    // Means 2 and 4: qt(0.975, 1) · √2 / √2.
    #expect(generators.units == 2 && abs(generators.student.halfWidth! - 12.7062) < 1e-4)
    let equal = PairedComparison([[0.3, 0.3, 0.3]], [[0.1, 0.1, 0.1]], using: &stream)
    #expect(equal.effectSize.isNaN && equal.pValue == 0.25)
  }
}
