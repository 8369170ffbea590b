internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Recovery
public import Specifications
public import Stochastics

/// Paired comparisons of the trained autoencoder's scores between the mask ratios, the patch sizes, the widths, the mechanisms or the
/// nodes of a finished sweep.
///
/// Two scores are a pair if they differ in the compared setting alone: same generator seed, same training seed. What varies from
/// seed to seed in both cancels in the difference, which is why pairs see effects that separate intervals do not.
public struct SweepComparison: Sendable {
  /// The setting that differs between the two sides of a pair.
  public enum Axis: String, Sendable, CaseIterable {
    /// The masked share of the patches.
    case maskRatio = "mask-ratio"
    /// The side of a patch.
    case patchSize = "patch-size"
    /// The representation width k.
    case width
    /// The mechanisms, with the environment if there is one. Weights of a generator seed are those of another family on each side, so
    /// that pairs share samples and masks and no weights.
    case mechanism
    /// Nodes of one level, in the same cell.
    case node
  }

  /// A value of the compared setting.
  public enum Value: Hashable, Sendable, CustomStringConvertible {
    /// A mask ratio.
    case number(Double)
    /// A patch size or a width.
    case integer(Int)
    /// The name of a mechanism or a node.
    case name(String)

    /// As the plan has it: `0.25`, `4`, `rho-0.85`.
    public var description: String {
      switch self {
      case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
      case .integer(let value): "\(value)"
      case .name(let name): name
      }
    }
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
    public var reference: Value?

    /// A selection from its parts.
    public init(
      axis: Axis, target: EvaluationPlan.Target, metric: EvaluationPlan.Metric, mode: EvaluationPlan.Mode? = nil,
      level: Int? = nil, reference: Value? = nil
    ) {
      (self.axis, self.target, self.metric) = (axis, target, metric)
      (self.mode, self.level, self.reference) = (mode, level, reference)
    }
  }

  /// What both sides of a comparison share; nil for the compared setting.
  public struct Subject: Hashable, Sendable {
    /// The graph's name.
    public var graph: String
    /// The mechanisms' label, with the environment.
    public var mechanism: String?
    /// The representation width.
    public var width: Int?
    /// `per-mask`, `pooled`, or `full`.
    public var evaluation: String
  }

  /// One comparison.
  public struct Row: Sendable {
    /// The table that it belongs to.
    public let subject: Subject
    /// The level; nil for the content.
    public let level: Int?
    /// The mask ratio of both sides; nil where ratios are compared.
    public let maskRatio: Double?
    /// The patch size of both sides; nil where sizes are compared.
    public let patchSize: Int?
    /// The compared setting's value on the first side.
    public let first: Value
    /// On the second side, whose score is subtracted.
    public let second: Value
    /// The pairs whose training diverged on either side; they are left out.
    public let lostPairs: Int
    /// The comparison; nil where no pair is left.
    public let comparison: PairedComparison?
    /// The sign-flip p-value corrected for all rows by Holm's procedure; NaN where there is no test (fewer than two units).
    public internal(set) var adjustedPValue: Double
  }

  /// The comparisons: subject by subject in the plan's order, level by level from the top, pair by pair.
  public private(set) var rows: [Row]

  /// The values of a setting that a plan has, in its order.
  public static func values(of axis: Axis, in plan: SweepPlan) -> [Value] {
    let all: [Value] =
      switch axis {
      case .maskRatio: plan.maskRatios.map(Value.number)
      case .patchSize: plan.patchSizes.map(Value.integer)
      case .width: plan.widths.map(Value.integer)
      case .mechanism: plan.generators.map { .name(CellSpecification.generatorLabel($0.mechanism, in: $0.environment)) }
      case .node: plan.graphs.flatMap { graph in graph.nodes.map { .name($0.name) } }
      }
    var seen = Set<Value>()
    return all.filter { seen.insert($0).inserted }
  }

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
    let axis = selection.axis
    let scores = Self.scores(outcome, selection)
    let values = Self.values(of: axis, in: plan)
    let pairs = Self.pairs(values, reference: selection.reference)
    let found = scores.keys
    // Where ratios are compared the sizes are the same on both sides, and so on; a fixed mask has its own ratio.
    let ratios: [Double?] = axis == .maskRatio ? [nil] : Self.ordered(found.map(\.maskRatio), as: plan.maskRatios)
    let patches: [Int?] = axis == .patchSize ? [nil] : Self.ordered(found.map(\.patchSize), as: plan.patchSizes)
    let places = patches.flatMap { patch in ratios.map { (patch: patch, ratio: $0) } }
    for subject in Self.subjects(of: plan, selection) {
      let levels = Self.levels(found.filter { $0.graph == subject.graph && $0.evaluation == subject.evaluation })
      for (level, place) in levels.flatMap({ level in places.map { (level, $0) } }) {
        let setting = Setting(
          graph: subject.graph, mechanism: subject.mechanism, width: subject.width, maskRatio: place.ratio,
          patchSize: place.patch, evaluation: subject.evaluation, level: level, node: nil)
        for (first, second) in pairs {
          guard let left = scores[setting.setting(axis, to: first)],
            let right = scores[setting.setting(axis, to: second)]
          else { continue }
          var stream = RandomStream(key.child(rows.count))
          let row = Self.compare(left, right, using: &stream)
          rows.append(
            Row(
              subject: subject, level: level, maskRatio: place.ratio, patchSize: place.patch, first: first,
              second: second, lostPairs: row.lost, comparison: row.comparison, adjustedPValue: .nan))
        }
      }
    }
    let tests = rows.map { row in row.comparison.map { $0.units > 1 ? $0.pValue : .nan } ?? .nan }
    for (index, adjusted) in Statistics.holmAdjusted(tests).enumerated() { rows[index].adjustedPValue = adjusted }
  }

  /// What tables are about, in the plan's order.
  private static func subjects(of plan: SweepPlan, _ selection: Selection) -> [Subject] {
    let mechanisms: [String?] =
      selection.axis == .mechanism ? [nil] : values(of: .mechanism, in: plan).map(\.description)
    let widths: [Int?] = selection.axis == .width ? [nil] : plan.widths
    let modes = plan.evaluation.modes.filter { mode in selection.mode.map { $0 == mode } ?? true }
    return plan.graphs.flatMap { graph in
      mechanisms.flatMap { mechanism in
        widths.flatMap { width in
          modes.map { Subject(graph: graph.name, mechanism: mechanism, width: width, evaluation: $0.rawValue) }
        }
      }
    }
  }

  private struct Seeds: Hashable {
    var generator: UInt64
    var training: UInt64
  }

  /// All that a score belongs to but its seeds; nil for what is to be filled in, or for no node.
  private struct Setting: Hashable {
    var graph: String
    var mechanism: String?
    var width: Int?
    var maskRatio: Double?
    var patchSize: Int?
    var evaluation: String
    var level: Int?
    var node: String?

    func setting(_ axis: Axis, to value: Value) -> Setting {
      var result = self
      switch (axis, value) {
      case (.maskRatio, .number(let ratio)): result.maskRatio = ratio
      case (.patchSize, .integer(let size)): result.patchSize = size
      case (.width, .integer(let width)): result.width = width
      case (.mechanism, .name(let label)): result.mechanism = label
      case (.node, .name(let name)): result.node = name
      default: preconditionFailure("\(axis) has no value \(value)")
      }
      return result
    }
  }

  /// The selected scores of the trained autoencoder, seed by seed: of levels, or of nodes where these are compared.
  private static func scores(_ outcome: SweepOutcome, _ selection: Selection) -> [Setting: [Seeds: Double]] {
    var result: [Setting: [Seeds: Double]] = [:]
    for (cell, cellResult) in outcome.cells {
      for score in cellResult.measurements
      where (score.node != nil) == (selection.axis == .node) && score.estimator == "mae"
        && score.target == selection.target.rawValue && score.metric == selection.metric.rawValue
        && (selection.level == nil || score.level == selection.level)
      {
        let setting = Setting(
          graph: cell.graph.name, mechanism: cell.generatorLabel, width: cell.architecture.representationWidth,
          maskRatio: cell.maskRatio, patchSize: cell.patchSize, evaluation: score.evaluation, level: score.level,
          node: score.node)
        let seeds = Seeds(generator: cell.generatorSeed, training: cell.trainingSeed)
        result[setting, default: [:]][seeds] = score.value
      }
    }
    return result
  }

  /// Levels from the top, the content last.
  private static func levels(_ settings: [Setting]) -> [Int?] {
    Set(settings.map(\.level)).sorted { ($0 ?? -1) > ($1 ?? -1) }
  }

  /// The values found, in the plan's order; those that the plan does not name come last, ascending.
  private static func ordered<T: Comparable & Hashable>(_ found: [T?], as order: [T]) -> [T?] {
    let found = Set(found.compactMap { $0 })
    return order.filter(found.contains) + found.subtracting(order).sorted()
  }

  private static func pairs(_ values: [Value], reference: Value?) -> [(Value, Value)] {
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
