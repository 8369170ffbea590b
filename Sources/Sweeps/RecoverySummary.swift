internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Specifications
public import Stochastics

/// The scores of one graph, mechanism and width for one evaluation mode, target and metric, over mask ratios and patch
/// sizes: what one printed table shows.
public struct RecoverySummary: Sendable {
  /// What a table is about.
  public struct Subject: Hashable, Sendable {
    /// The graph's name.
    public var graph: String
    /// The mechanisms' label.
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
  private let values: [Entry: MeanInterval]

  /// The mean over seeds and its 95 % interval (Student's t): over generators, each the mean of its trainings, if there
  /// are several generators, since trainings of one generator are not independent draws of the process; else over
  /// trainings. Nil where every cell diverged or there is no such row.
  public subscript(entry: Entry) -> MeanInterval? { values[entry] }

  /// The summaries of a finished sweep for one target and metric: graph by graph, mechanism, width, and evaluation mode in
  /// the plan's order. Subjects without rows (the content in mode pooled) are left out.
  public static func all(
    of outcome: SweepOutcome, plan: SweepPlan, target: EvaluationPlan.Target, metric: EvaluationPlan.Metric
  ) -> [RecoverySummary] {
    var result: [RecoverySummary] = []
    for graph in plan.graphs {
      for mechanism in plan.mechanisms {
        for width in plan.widths {
          let cells = outcome.cells.filter {
            $0.specification.graph.name == graph.name && $0.specification.mechanism == mechanism
              && $0.specification.architecture.representationWidth == width
          }
          for mode in plan.evaluation.modes {
            let subject = Subject(
              graph: graph.name, mechanism: mechanism.label, width: width, evaluation: mode.rawValue,
              target: target.rawValue, metric: metric.rawValue)
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
    var scores: [Entry: [UInt64: [Double]]] = [:]
    for (cell, result) in cells {
      if !ratios.contains(cell.maskRatio) { ratios.append(cell.maskRatio) }
      if !patches.contains(cell.patchSize) { patches.append(cell.patchSize) }
      for row in result.measurements + (result.predictions ?? [])
      where row.node == nil && row.evaluation == subject.evaluation && row.target == subject.target
        && row.metric == subject.metric
      {
        if !levels.contains(row.level) { levels.append(row.level) }
        let entry = Entry(
          patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: row.level, estimator: row.estimator)
        if !row.value.isNaN { scores[entry, default: [:]][cell.generatorSeed, default: []].append(row.value) }
      }
    }
    values = scores.mapValues { byGenerator in
      let groups = byGenerator.sorted { $0.key < $1.key }.map(\.value)
      return Statistics.meanInterval(
        groups.count > 1 ? groups.map { $0.reduce(0, +) / Double($0.count) } : groups[0])
    }
    self.levels = levels
    maskRatios = ratios
    patchSizes = patches
    generatorSeeds = plan.generatorSeeds.count
    trainingSeeds = plan.trainingSeeds.count
    diverged = cells.count { $0.result.divergence != nil }
  }
}
