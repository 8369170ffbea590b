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

  @Test("One value has no interval; the mean is that of all runs, also where some are missing")
  func single() {
    var stream = RandomStream(RandomKey(seed: 1))
    #expect(BootstrapInterval(CrossedValues(table: [[0.5]]), using: &stream).interval == nil)
    let ragged = BootstrapInterval(CrossedValues(table: [[0, 0, nil], [nil, nil, 1]]), using: &stream)
    #expect(ragged.mean == 1.0 / 3 && ragged.interval == 0...1)
  }

  /// d = a_g + b_t + 0.3 e: a training seed's error is shared by all generators.
  private func crossed(_ generators: Int, _ trainings: Int, using stream: inout RandomStream) -> CrossedValues {
    let b = (0..<trainings).map { _ in stream.gaussian() }
    return CrossedValues(
      table: (0..<generators).map { _ in
        let a = stream.gaussian()
        return b.map { a + $0 + 0.3 * stream.gaussian() }
      })
  }

  @Test(
    "With crossed effects the t interval covers at least what it says and the test keeps its size",
    arguments: [(2, 2), (3, 3), (5, 3), (10, 3), (10, 10), (16, 16)])
  func crossedCoverage(generators: Int, trainings: Int) {
    var stream = RandomStream(RandomKey(seed: 6).child(generators).child(trainings))
    var (covered, rejected, generatorsOnly) = (0, 0, 0)
    let trials = generators > 10 ? 200 : 400
    for _ in 0..<trials {
      let values = crossed(generators, trainings, using: &stream)
      let comparison = PairedComparison(values, resamples: 1, using: &stream)
      if abs(comparison.student.mean) <= comparison.student.halfWidth! { covered += 1 }
      if comparison.pValue <= 0.05 { rejected += 1 }
      let naive = Statistics.meanInterval(values.generatorMeans)
      if abs(naive.mean) <= naive.halfWidth! { generatorsOnly += 1 }
    }
    // Three binomial standard errors (.0109 of 400, .0154 of 200) around .95 and .05; the trap it avoids, for contrast.
    let error = 3 * (0.95 * 0.05 / Double(trials)).squareRoot()
    #expect(Double(covered) / Double(trials) > 0.95 - error)
    #expect(Double(rejected) / Double(trials) < 0.05 + error)
    if generators >= 10 { #expect(Double(generatorsOnly) / Double(trials) < 0.91) }
  }

  @Test("With many of both seeds the bootstrap covers crossed effects about as often as it says")
  func bootstrapCoverage() {
    var stream = RandomStream(RandomKey(seed: 2))
    var covered = 0
    for _ in 0..<200 {
      let values = crossed(15, 15, using: &stream)
      if BootstrapInterval(values, resamples: 300, using: &stream).interval!.contains(0) { covered += 1 }
    }
    // Percentile intervals of 15 units cover a little less than 95 %; generators alone would cover 85 %, runs far less.
    #expect(covered >= 179 && covered <= 200)
  }

  /// The rule of ``CrossedValues/intervalKind(generators:trainings:)``.
  @Test(
    "With ten generators and five training seeds the stated bootstrap covers what it says; with three seeds it would not",
    arguments: [(10, 5), (10, 10), (10, 3)])
  func statedCoverage(generators: Int, trainings: Int) {
    var stream = RandomStream(RandomKey(seed: 7).child(generators).child(trainings))
    var covered = 0
    let trials = 400
    for _ in 0..<trials {
      let values = crossed(generators, trainings, using: &stream)
      let interval = BootstrapInterval(values, resamples: 600, isExpanded: true, using: &stream).interval!
      if interval.contains(0) { covered += 1 }
    }
    // Three binomial standard errors (.0109) below .95; what is not stated lies below its nominal coverage.
    if CrossedValues.intervalKind(generators: generators, trainings: trainings) == .bootstrap {
      #expect(Double(covered) > (0.95 - 3 * 0.0109) * Double(trials))
    } else {
      #expect(Double(covered) < 0.95 * Double(trials))
    }
  }

  @Test("The kind of interval follows the numbers of seeds, and the bootstrap is decided by its stream")
  func kinds() {
    func kind(_ generators: Int, _ trainings: Int) -> ConfidenceInterval.Kind? {
      var stream = RandomStream(RandomKey(seed: 8))
      let values = crossed(generators, trainings, using: &stream)
      let interval = values.confidenceInterval(resamples: 50, using: &stream)
      #expect(interval?.kind == CrossedValues.intervalKind(generators: generators, trainings: trainings))
      return interval?.kind
    }
    #expect(kind(1, 1) == nil && kind(1, 30) == .student && kind(9, 9) == .student && kind(10, 4) == .student)
    #expect(kind(10, 1) == .bootstrap && kind(10, 5) == .bootstrap && kind(40, 40) == .bootstrap)
    var stream = RandomStream(RandomKey(seed: 9))
    let values = crossed(10, 5, using: &stream)
    func interval(_ seed: UInt64) -> ConfidenceInterval? {
      var stream = RandomStream(RandomKey(seed: seed))
      return values.confidenceInterval(using: &stream)
    }
    #expect(interval(1) == interval(1) && interval(1) != interval(2))
    #expect(interval(1)?.bounds(mean: values.mean).contains(values.mean) == true)
  }

  @Test("Expanded percentiles make a bootstrap of Gaussian units as wide as Student's t")
  func expanded() {
    // The bootstrap mean of n units has variance (n − 1)/n · s²/n: what expansion undoes. 4 %: Monte Carlo error of 20,000
    // resamples' outer percentiles, and the skewness of the units.
    var stream = RandomStream(RandomKey(seed: 10))
    let values = CrossedValues(table: [(0..<60).map { _ in stream.gaussian() }])
    let bootstrap = BootstrapInterval(values, resamples: 20_000, isExpanded: true, using: &stream).interval!
    let width = bootstrap.upperBound - bootstrap.lowerBound
    #expect(abs(width / (2 * values.interval().halfWidth!) - 1) < 0.04)
  }

  @Test("The exact sign-flip test has the p-value of full enumeration, and its effect size is Cohen's")
  func paired() {
    var stream = RandomStream(RandomKey(seed: 3))
    let comparison = PairedComparison(CrossedValues(table: [[1], [2], [3], [4], [5]]), using: &stream)
    #expect(comparison.pValue == 2.0 / 32)
    #expect(abs(comparison.effectSize - 3 / 2.5.squareRoot()) < 1e-12)
    #expect(comparison.difference.mean == 3)
    let none = PairedComparison(CrossedValues(table: [[1, -1], [-1, 1]]), using: &stream)
    #expect(none.pValue == 1 && none.effectSize.isNaN)
  }

  @Test("The p-value of t is that of its table")
  func studentTest() {
    // SciPy: 2 * t.sf(2.5, 4.5).
    #expect(abs(Statistics.studentPValue(-2.5, degreesOfFreedom: 4.5) - 0.059905686502200545) < 1e-12)
  }

  /// Why tables state Student's t: with few units the percentiles of a bootstrap cannot leave the range of the data.
  @Test(
    "With few seeds Student's t covers what it says and the bootstrap does not", arguments: [2, 3, 5])
  func fewUnits(units: Int) {
    var stream = RandomStream(RandomKey(seed: 4).child(units))
    var (student, bootstrap) = (0, 0)
    let trials = 400
    for _ in 0..<trials {
      let values = CrossedValues(table: [(0..<units).map { _ in stream.gaussian() }])
      let t = values.interval()
      if abs(t.mean) <= t.halfWidth! { student += 1 }
      if BootstrapInterval(values, resamples: 200, using: &stream).interval!.contains(0) { bootstrap += 1 }
    }
    // Binomial(400, 0.95) lies in 366 ... 393 with probability 0.998.
    #expect((366...393).contains(student))
    #expect(Double(bootstrap) < 0.9 * Double(trials))
  }

  @Test("The t interval of paired differences is that of the only set of units, or the root of both sets' squares")
  func student() {
    var stream = RandomStream(RandomKey(seed: 5))
    let seeds = PairedComparison(CrossedValues(table: [[0.11, 0.12, 0.13, 0.14]]), using: &stream)
    // qt(0.975, 3) · 0.0129099 / 2.
    #expect(seeds.units == 4 && abs(seeds.student.halfWidth! - 0.0205426) < 1e-6)
    let both = PairedComparison(CrossedValues(table: [[1, 3], [4, 4]]), using: &stream)
    // Generators 2 and 4, trainings 2.5 and 3.5: qt(0.975, 1) · √(1² + 0.5²).
    #expect(both.units == 2 && abs(both.student.halfWidth! - 12.7062047 * 1.25.squareRoot()) < 1e-5)
    #expect(abs(both.effectSize - 3 / 2.0.squareRoot()) < 1e-12)
    let equal = PairedComparison(CrossedValues(table: [[0.2, 0.2, 0.2]]), using: &stream)
    #expect(equal.effectSize.isNaN && equal.pValue == 0.25)
  }
}
