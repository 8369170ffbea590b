/// A mean over generators and training seeds with a bootstrap interval for crossed effects (Owen 2007, "The pigeonhole
/// bootstrap").
///
/// Runs that share a generator or a training seed are not independent: generators and training seeds are drawn with
/// replacement, independently of each other, and a resample is the mean of the runs at the drawn pairs. Drawing runs, or
/// training seeds anew for each generator, would make the interval too short.
public struct BootstrapInterval: Sendable, Equatable {
  /// The resamples of an interval where no number is given.
  public static let defaultResamples = 2000

  /// The mean over all runs.
  public let mean: Double
  /// The percentile interval; nil where neither seed has two values, which leaves nothing to resample.
  public let interval: ClosedRange<Double>?

  /// The interval of crossed values.
  ///
  /// - Parameters:
  ///   - values: Finite.
  ///   - confidence: Coverage in (0, 1). With few generators or training seeds the percentile interval covers less than it
  ///     says (with 3, far less): state their numbers.
  ///   - resamples: At least 1.
  ///   - isExpanded: Takes percentiles further out, so that the interval of n units is as wide as Student's t is for a Gaussian
  ///     law: plain percentiles use n instead of n − 1 and the Gaussian instead of the t quantile (Hesterberg 2015, "What
  ///     teachers should know about the bootstrap", the expanded percentile interval). n is the smaller number of several
  ///     generators or training seeds.
  ///   - stream: The source of the resamples; advanced.
  /// - Complexity: O(resamples · runs).
  public init(
    _ values: CrossedValues, confidence: Double = 0.95, resamples: Int = defaultResamples, isExpanded: Bool = false,
    using stream: inout RandomStream
  ) {
    precondition(values.runs.allSatisfy(\.value.isFinite), "a bootstrap of values that are not finite")
    precondition(confidence > 0 && confidence < 1 && resamples >= 1, "confidence \(confidence), \(resamples) resamples")
    mean = values.mean
    guard !values.unitSets.isEmpty else {
      interval = nil
      return
    }
    func positions(_ seeds: [UInt64]) -> [Int] {
      let order = Dictionary(uniqueKeysWithValues: Set(seeds).sorted().enumerated().map { ($1, $0) })
      return seeds.map { order[$0]! }
    }
    let rows = positions(values.runs.map(\.generator))
    let columns = positions(values.runs.map(\.training))
    func counts(_ count: Int) -> [Double] {
      var drawn = [Double](repeating: 0, count: count)
      for _ in 0..<count { drawn[stream.uniform(below: count)] += 1 }
      return drawn
    }
    var means: [Double] = []
    while means.count < resamples {
      let (generators, trainings) = (counts(values.generatorMeans.count), counts(values.trainingMeans.count))
      var (sum, weight) = (0.0, 0.0)
      for (index, run) in values.runs.enumerated() {
        let times = generators[rows[index]] * trainings[columns[index]]
        sum += times * run.value
        weight += times
      }
      // Where runs are missing, none may be left at the drawn pairs: such a draw has no mean.
      if weight > 0 { means.append(sum / weight) }
    }
    var tail = (1 - confidence) / 2
    if isExpanded, let units = values.unitSets.map(\.count).min() {
      tail = Statistics.expandedTail(tail, units: units)
    }
    interval = Statistics.quantile(means, tail)...Statistics.quantile(means, 1 - tail)
  }
}
