/// A mean over generators and training seeds with a hierarchical bootstrap interval (Davison & Hinkley 1997, §3.8).
///
/// Runs that share a generator are not independent: generators are drawn with replacement first, then seeds within each drawn
/// generator. Treating all runs as one sample would make the interval too short.
public struct BootstrapInterval: Sendable, Equatable {
  /// The mean over generators of the means over their seeds.
  public let mean: Double
  /// The percentile interval; nil where neither level has two members, which leaves nothing to resample.
  public let interval: ClosedRange<Double>?
  /// The number of generators.
  public let generators: Int
  /// The number of seeds of each generator.
  public let seeds: [Int]

  /// The interval of grouped values.
  ///
  /// - Parameters:
  ///   - values: One non-empty list a generator, one finite value a training seed.
  ///   - confidence: Coverage in (0, 1). With few generators the percentile interval covers less than it says (with 3, far
  ///     less): state their number.
  ///   - resamples: At least 1.
  ///   - stream: The source of the resamples; advanced.
  /// - Complexity: O(resamples · values).
  public init(
    _ values: [[Double]], confidence: Double = 0.95, resamples: Int = 2000, using stream: inout RandomStream
  ) {
    precondition(!values.isEmpty && values.allSatisfy { !$0.isEmpty }, "a bootstrap of no values")
    precondition(values.allSatisfy { $0.allSatisfy(\.isFinite) }, "a bootstrap of values that are not finite")
    precondition(confidence > 0 && confidence < 1 && resamples >= 1, "confidence \(confidence), \(resamples) resamples")
    func mean(_ list: [Double]) -> Double { list.reduce(0, +) / Double(list.count) }
    self.mean = mean(values.map(mean))
    generators = values.count
    seeds = values.map(\.count)
    guard values.count > 1 || values[0].count > 1 else {
      interval = nil
      return
    }
    var means: [Double] = []
    for _ in 0..<resamples {
      var sum = 0.0
      for _ in values.indices {
        let group = values[stream.uniform(below: values.count)]
        var part = 0.0
        for _ in group.indices { part += group[stream.uniform(below: group.count)] }
        sum += part / Double(group.count)
      }
      means.append(sum / Double(values.count))
    }
    let tail = (1 - confidence) / 2
    interval = Statistics.quantile(means, tail)...Statistics.quantile(means, 1 - tail)
  }
}

/// The comparison of two conditions on the same generators and seeds (two mask ratios, two patch sizes).
public struct PairedComparison: Sendable, Equatable {
  /// The mean difference, first minus second, with its hierarchical bootstrap interval.
  public let difference: BootstrapInterval
  /// The mean difference with Student's t interval over the units: generators' mean differences, or seeds' differences where
  /// there is one generator. It keeps its coverage with few units, which the bootstrap does not.
  public let student: MeanInterval
  /// Cohen's d of paired differences: mean over standard deviation of the generators' mean differences (of the seeds' where
  /// there is one generator); NaN for fewer than two or for equal differences.
  public let effectSize: Double
  /// Two-sided p-value of the sign-flip test over generators' mean differences (over seeds with one generator): exact, all
  /// 2ⁿ flips up to n = 16, 65,536 random ones beyond. At least 2/2ⁿ: with 5 generators nothing is below 0.0625.
  public let pValue: Double

  /// The number of units of the t interval and of the test: generators, or seeds where there is one generator.
  public var units: Int { student.count }

  /// Compares pairs.
  ///
  /// - Parameters:
  ///   - first: One list a generator, one value a seed.
  ///   - second: The same shape, the same generators and seeds in the same order.
  ///   - confidence: Coverage of the interval.
  ///   - resamples: Of the bootstrap.
  ///   - stream: The source of resamples and flips; advanced.
  public init(
    _ first: [[Double]], _ second: [[Double]], confidence: Double = 0.95, resamples: Int = 2000,
    using stream: inout RandomStream
  ) {
    precondition(first.map(\.count) == second.map(\.count), "pairs of different shapes")
    let differences = zip(first, second).map { zip($0, $1).map { $0 - $1 } }
    difference = BootstrapInterval(differences, confidence: confidence, resamples: resamples, using: &stream)
    let units =
      differences.count > 1 ? differences.map { $0.reduce(0, +) / Double($0.count) } : differences[0]
    student = Statistics.meanInterval(units, confidence: confidence)
    let n = Double(units.count)
    let mean = units.reduce(0, +) / n
    let deviation = (units.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
    // Differences that agree to rounding have no spread to measure an effect in.
    effectSize = deviation > 1e-12 * abs(mean) ? mean / deviation : .nan
    let observed = abs(units.reduce(0, +)) * (1 - 1e-12)
    let exact = units.count <= 16
    let flips = exact ? 1 << units.count : 65_536
    var extreme = 0
    for flip in 0..<flips {
      let signs = exact ? UInt64(flip) : 0
      var (sum, word) = (0.0, signs)
      for (index, unit) in units.enumerated() {
        if !exact, index % 64 == 0 { word = stream.next() }
        sum += word & 1 == 0 ? unit : -unit
        word >>= 1
      }
      if abs(sum) >= observed { extreme += 1 }
    }
    // Random flips count the observed arrangement itself, which keeps the test valid.
    pValue = exact ? Double(extreme) / Double(flips) : Double(1 + extreme) / Double(1 + flips)
  }
}
