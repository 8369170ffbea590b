internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Recovery
public import Specifications
internal import Stochastics

/// The scores of one graph, mechanism and width for one evaluation mode, target and metric, over mask ratios and patch
/// sizes: what one printed table shows.
public struct RecoverySummary: Sendable {
  /// What a table is about.
  public struct Subject: Hashable, Sendable {
    /// The graph's name.
    public var graph: String
    /// The mechanisms' label, with the environment if there is one: `rho-0.85 @ cold`.
    public var mechanism: String
    /// The representation width k.
    public var width: Int
    /// `per-mask`, `pooled`, or `full`.
    public var evaluation: String
    /// `z`, `epsilon`, or `content`.
    public var target: String
    /// `r2_linear`, `r2_kernel`, or `cca_mean`.
    public var metric: String
  }

  /// One entry of the table.
  public struct Entry: Hashable, Sendable {
    /// The side of a patch.
    public var patchSize: Int
    /// Masked share of the patches.
    public var maskRatio: Double
    /// The level; nil for the content.
    public var level: Int?
    /// `mae`, `untrained`, `shuffled`, `ceiling`, or `theory`.
    public var estimator: String

    /// An entry from its coordinates.
    public init(patchSize: Int, maskRatio: Double, level: Int?, estimator: String) {
      self.patchSize = patchSize
      self.maskRatio = maskRatio
      self.level = level
      self.estimator = estimator
    }
  }

  /// What the table is about.
  public let subject: Subject
  /// Patch sizes in the order of the plan.
  public let patchSizes: [Int]
  /// Mask ratios in the order of the plan.
  public let maskRatios: [Double]
  /// Levels from the top; nil is the content.
  public let levels: [Int?]
  /// Seeds of the weights of the mechanisms.
  public let generatorSeeds: Int
  /// Seeds of training and evaluation.
  public let trainingSeeds: Int
  /// Cells whose training diverged; their scores are NaN and left out of the means.
  public let diverged: Int
  /// P(some node of the level ∈ c) under the mask distribution, for entries with the estimator `theory`; empty for modes
  /// other than per-mask and plans without the target content.
  public let contentProbabilities: [Entry: Double]
  private let values: [Entry: Estimate]

  /// A mean over cells.
  public struct Estimate: Hashable, Sendable {
    /// The mean over all cells.
    public let mean: Double
    /// Half the width of the 95 % interval; nil for a single cell.
    public let halfWidth: Double?
    /// The number of cells.
    public let cells: Int
  }

  /// The mean over seeds and its 95 % interval (Student's t). Nil where every cell diverged or there is no such row.
  ///
  /// Generator and training seeds are crossed: cells that share either are not independent. With several of both, the
  /// interval counts both, see ``CrossedValues/interval(confidence:)``.
  public subscript(entry: Entry) -> Estimate? { values[entry] }

  /// The summaries of a finished sweep for one target and metric: graph by graph, mechanism, environment, width, and evaluation mode in
  /// the plan's order. Subjects without rows (the content in mode pooled) are left out.
  public static func all(
    of outcome: SweepOutcome, plan: SweepPlan, target: EvaluationPlan.Target, metric: EvaluationPlan.Metric
  ) -> [RecoverySummary] {
    var result: [RecoverySummary] = []
    for graph in plan.graphs {
      for (mechanism, environment) in plan.generators {
        for width in plan.widths {
          let cells = outcome.cells.filter {
            $0.specification.graph.name == graph.name && $0.specification.mechanism == mechanism
              && $0.specification.environment == environment
              && $0.specification.architecture.representationWidth == width
          }
          for mode in plan.evaluation.modes {
            let subject = Subject(
              graph: graph.name, mechanism: CellSpecification.generatorLabel(mechanism, in: environment), width: width,
              evaluation: mode.rawValue, target: target.rawValue, metric: metric.rawValue)
            let summary = RecoverySummary(subject, cells: cells, plan: plan)
            if !summary.levels.isEmpty { result.append(summary) }
          }
        }
      }
    }
    return result
  }

  private init(
    _ subject: Subject, cells: [(specification: CellSpecification, result: CellResult)], plan: SweepPlan
  ) {
    self.subject = subject
    var (levels, ratios, patches): ([Int?], [Double], [Int]) = ([], [], [])
    var probabilities: [Entry: Double] = [:]
    var scores: [Entry: [CrossedValues.Run]] = [:]
    for (cell, result) in cells {
      if !ratios.contains(cell.maskRatio) { ratios.append(cell.maskRatio) }
      if !patches.contains(cell.patchSize) { patches.append(cell.patchSize) }
      for row in result.predictions ?? []
      where row.metric == CellPredictions.contentProbability && row.node == nil && row.evaluation == subject.evaluation
      {
        let entry = Entry(patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: row.level, estimator: "theory")
        probabilities[entry] = row.value
      }
      for row in result.measurements + (result.predictions ?? [])
      where row.node == nil && row.evaluation == subject.evaluation && row.target == subject.target
        && row.metric == subject.metric
      {
        if !levels.contains(row.level) { levels.append(row.level) }
        let entry = Entry(
          patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: row.level, estimator: row.estimator)
        if !row.value.isNaN {
          scores[entry, default: []].append(
            .init(generator: cell.generatorSeed, training: cell.trainingSeed, value: row.value))
        }
      }
    }
    values = scores.mapValues { scores in
      let interval = CrossedValues(scores).interval()
      return Estimate(mean: interval.mean, halfWidth: interval.halfWidth, cells: interval.count)
    }
    contentProbabilities = probabilities
    self.levels = levels
    maskRatios = ratios
    patchSizes = patches
    generatorSeeds = Set(cells.map(\.specification.generatorSeed)).count
    trainingSeeds = Set(cells.map(\.specification.trainingSeed)).count
    diverged = cells.count { $0.result.divergence != nil }
  }
}
