/// The comparison of two conditions on the same generators and training seeds (two mask ratios, two patch sizes).
///
/// Both seeds are units where there are several of both: a training seed fixes masks, samples and initial weights for all
/// generators alike, so that generators' means share an error that their spread does not show.
public struct PairedComparison: Sendable, Equatable {
  /// The number of generators.
  public let generators: Int
  /// The number of training seeds.
  public let trainings: Int
  /// The number of pairs.
  public let pairs: Int
  /// The mean difference, first minus second, with its bootstrap interval.
  public let difference: BootstrapInterval
  /// The mean difference with Student's t interval for crossed seeds, ``CrossedValues/interval(confidence:)``. It keeps its
  /// coverage with few units, which the bootstrap does not.
  public let student: MeanInterval
  /// The interval to state, ``CrossedValues/confidenceInterval(confidence:resamples:using:)``; nil for a single pair.
  public let interval: ConfidenceInterval?
  /// Cohen's d of paired differences: mean over standard deviation of the generators' or of the training seeds' mean
  /// differences, whichever varies more; NaN for fewer than two of both or for equal differences.
  public let effectSize: Double
  /// Two-sided p-value of the sign-flip test over generators' mean differences, and over training seeds': exact, all 2ⁿ flips
  /// up to n = 16, 65,536 random ones beyond. At least 2/2ⁿ: with 5 generators nothing is below 0.0625.
  ///
  /// With several of both it is the largest of the two and of the t test on the sum of both sets' squared standard errors
  /// (degrees of freedom after Satterthwaite 1946), since each sign-flip test alone takes the other seed's error for signal.
  /// 1 for a single pair.
  public let pValue: Double

  /// The members of the smaller set that has more than one, which bounds the p-value; 1 if there is none.
  public var units: Int { [generators, trainings].filter { $0 > 1 }.min() ?? 1 }

  /// Compares pairs.
  ///
  /// - Parameters:
  ///   - differences: First minus second, for each pair of equal seeds; finite.
  ///   - confidence: Coverage of the intervals.
  ///   - resamples: Of the bootstrap.
  ///   - stream: The source of resamples and flips; advanced.
  /// - Complexity: O(resamples · pairs + 2ᵘ · u), u ≤ 16 units.
  public init(
    _ differences: CrossedValues, confidence: Double = 0.95, resamples: Int = BootstrapInterval.defaultResamples,
    using stream: inout RandomStream
  ) {
    generators = differences.generatorMeans.count
    trainings = differences.trainingMeans.count
    pairs = differences.runs.count
    difference = BootstrapInterval(differences, confidence: confidence, resamples: resamples, using: &stream)
    student = differences.interval(confidence: confidence)
    interval = differences.confidenceInterval(confidence: confidence, resamples: resamples, using: &stream)
    let sets = differences.unitSets
    let errors = sets.map(Statistics.standardError)
    let deviation = zip(sets, errors).map { Double($0.count).squareRoot() * $1 }.max() ?? .nan
    // Differences that agree to rounding have no spread to measure an effect in.
    effectSize = deviation > 1e-12 * abs(differences.mean) ? differences.mean / deviation : .nan
    var pValues: [Double] = []
    for set in sets { pValues.append(Self.signFlip(set, using: &stream)) }
    if sets.count > 1 {
      let variances = errors.map { $0 * $0 }
      let sum = variances[0] + variances[1]
      let freedom = sum * sum / zip(variances, sets).reduce(0) { $0 + $1.0 * $1.0 / Double($1.1.count - 1) }
      if sum > 0 {
        pValues.append(Statistics.studentPValue(differences.mean / sum.squareRoot(), degreesOfFreedom: freedom))
      }
    }
    pValue = pValues.max() ?? 1
  }

  /// The share of sign patterns whose sum is at least as far from 0 as that of the units.
  private static func signFlip(_ units: [Double], using stream: inout RandomStream) -> Double {
    let observed = abs(units.reduce(0, +)) * (1 - 1e-12)
    let exact = units.count <= 16
    let flips = exact ? 1 << units.count : 65_536
    var extreme = 0
    for flip in 0..<flips {
      var (sum, word) = (0.0, exact ? UInt64(flip) : 0)
      for (index, unit) in units.enumerated() {
        if !exact, index % 64 == 0 { word = stream.next() }
        sum += word & 1 == 0 ? unit : -unit
        word >>= 1
      }
      if abs(sum) >= observed { extreme += 1 }
    }
    // Random flips count the observed arrangement itself, which keeps the test valid.
    return exact ? Double(extreme) / Double(flips) : Double(1 + extreme) / Double(1 + flips)
  }
}
