internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Recovery
public import Specifications
public import Stochastics

/// Paired comparisons of the trained autoencoder's scores between the mask ratios or the patch sizes of a finished sweep.
///
/// Two cells are a pair if they differ in the compared setting alone: same generator seed, same training seed. What varies from
/// seed to seed in both cancels in the difference, which is why pairs see effects that separate intervals do not.
public struct SweepComparison: Sendable {
  /// The setting that differs between the two sides of a pair.
  public enum Axis: String, Sendable, CaseIterable {
    /// The masked share of the patches.
    case maskRatio = "mask-ratio"
    /// The side of a patch.
    case patchSize = "patch-size"
  }

  /// Which comparisons are made; together they are the family that is corrected for.
  public struct Selection: Sendable {
    /// The setting that differs.
    public var axis: Axis
    /// What is recovered.
    public var target: EvaluationPlan.Target
    /// The score.
    public var metric: EvaluationPlan.Metric
    /// Only this mode of evaluation; nil for all of the plan.
    public var mode: EvaluationPlan.Mode?
    /// Only this level; nil for all.
    public var level: Int?
    /// Compares every value with this one; nil for all pairs of values.
    public var reference: Double?

    /// A selection from its parts.
    public init(
      axis: Axis, target: EvaluationPlan.Target, metric: EvaluationPlan.Metric, mode: EvaluationPlan.Mode? = nil,
      level: Int? = nil, reference: Double? = nil
    ) {
      (self.axis, self.target, self.metric) = (axis, target, metric)
      (self.mode, self.level, self.reference) = (mode, level, reference)
    }
  }

  /// One comparison.
  public struct Row: Sendable {
    /// The graph, generator, width, mode, target and metric.
    public let subject: RecoverySummary.Subject
    /// The level; nil for the content.
    public let level: Int?
    /// The value of the other setting, the same on both sides: the patch size where mask ratios are compared, and vice versa.
    public let fixed: Double
    /// The compared setting's value on the first side.
    public let first: Double
    /// On the second side, whose score is subtracted.
    public let second: Double
    /// The pairs whose training diverged on either side; they are left out.
    public let lostPairs: Int
    /// The comparison; nil where no pair is left.
    public let comparison: PairedComparison?
    /// The sign-flip p-value corrected for all rows by Holm's procedure; NaN where there is no test (fewer than two units).
    public internal(set) var adjustedPValue: Double
  }

  /// The comparisons: subject by subject in the plan's order, level by level from the top, pair by pair.
  public private(set) var rows: [Row]

  /// Compares what is finished of a sweep.
  ///
  /// - Parameters:
  ///   - outcome: The finished cells.
  ///   - plan: The plan they belong to.
  ///   - selection: What to compare.
  ///   - key: The source of the bootstrap's resamples.
  /// - Complexity: O(rows · (2000 · pairs + 2ᵘ · u)), u ≤ 16 units of a test.
  public init(_ outcome: SweepOutcome, plan: SweepPlan, selection: Selection, key: RandomKey) {
    rows = []
    for summary in RecoverySummary.all(
      of: outcome, plan: plan, target: selection.target, metric: selection.metric, key: key)
    {
      guard selection.mode.map({ $0.rawValue == summary.subject.evaluation }) ?? true else { continue }
      let scores = Self.scores(outcome, of: summary.subject)
      let values: [Double]
      let others: [Double]
      switch selection.axis {
      case .maskRatio: (values, others) = (summary.maskRatios, summary.patchSizes.map(Double.init))
      case .patchSize: (values, others) = (summary.patchSizes.map(Double.init), summary.maskRatios)
      }
      for level in summary.levels where selection.level == nil || level == selection.level {
        for fixed in others {
          for (first, second) in Self.pairs(values, reference: selection.reference) {
            func side(_ value: Double) -> [Seeds: Double]? {
              let (ratio, patch) = selection.axis == .maskRatio ? (value, fixed) : (fixed, value)
              return scores[.init(patchSize: Int(patch), maskRatio: ratio, level: level, estimator: "mae")]
            }
            guard let left = side(first), let right = side(second) else { continue }
            var stream = RandomStream(key.child(rows.count))
            let row = Self.compare(left, right, using: &stream)
            rows.append(
              Row(
                subject: summary.subject, level: level, fixed: fixed, first: first, second: second,
                lostPairs: row.lost, comparison: row.comparison, adjustedPValue: .nan))
          }
        }
      }
    }
    let tests = rows.map { row in row.comparison.map { $0.units > 1 ? $0.pValue : .nan } ?? .nan }
    for (index, adjusted) in Statistics.holmAdjusted(tests).enumerated() { rows[index].adjustedPValue = adjusted }
  }

  private struct Seeds: Hashable {
    var generator: UInt64
    var training: UInt64
  }

  /// The scores of one subject, seed by seed.
  private static func scores(
    _ outcome: SweepOutcome, of subject: RecoverySummary.Subject
  ) -> [RecoverySummary.Entry: [Seeds: Double]] {
    var result: [RecoverySummary.Entry: [Seeds: Double]] = [:]
    for (cell, cellResult) in outcome.cells
    where cell.graph.name == subject.graph && cell.generatorLabel == subject.mechanism
      && cell.architecture.representationWidth == subject.width
    {
      for score in cellResult.measurements
      where score.node == nil && score.estimator == "mae" && score.evaluation == subject.evaluation
        && score.target == subject.target && score.metric == subject.metric
      {
        let entry = RecoverySummary.Entry(
          patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: score.level, estimator: "mae")
        let seeds = Seeds(generator: cell.generatorSeed, training: cell.trainingSeed)
        result[entry, default: [:]][seeds] = score.value
      }
    }
    return result
  }

  private static func pairs(_ values: [Double], reference: Double?) -> [(Double, Double)] {
    if let reference { return values.filter { $0 != reference }.map { ($0, reference) } }
    return values.indices.flatMap { i in values[(i + 1)...].map { ($0, values[i]) } }
  }

  /// The comparison over the seeds that both sides have.
  private static func compare(
    _ left: [Seeds: Double], _ right: [Seeds: Double], using stream: inout RandomStream
  ) -> (comparison: PairedComparison?, lost: Int) {
    let shared = left.keys.filter { right[$0] != nil }
    let usable = shared.filter { left[$0]!.isFinite && right[$0]!.isFinite }
    guard !usable.isEmpty else { return (nil, shared.count) }
    let order = usable.sorted { ($0.generator, $0.training) < ($1.generator, $1.training) }
    let differences = order.map {
      CrossedValues.Run(generator: $0.generator, training: $0.training, value: left[$0]! - right[$0]!)
    }
    let comparison = PairedComparison(CrossedValues(differences), using: &stream)
    return (comparison, shared.count - usable.count)
  }
}
