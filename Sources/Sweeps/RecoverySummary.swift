internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Recovery
public import Specifications
public import Stochastics

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
  private let figures: [Entry: Figure]
  private let key: RandomKey

  /// What the cells say of one entry.
  private struct Figure {
    var runs: [CrossedValues.Run] = []
    var normalised: [CrossedValues.Run] = []
    var pValues: [Double] = []
    var probes: Int?
    var lost = 0
  }

  /// A mean over cells.
  public struct Estimate: Hashable, Sendable {
    /// The mean over all cells.
    public let mean: Double
    /// The 95 % interval; nil for a single cell.
    public let interval: ConfidenceInterval?
    /// The number of cells.
    public let cells: Int
  }

  /// The mean over seeds and its 95 % interval. Nil where every cell diverged or there is no such row.
  ///
  /// Generator and training seeds are crossed: cells that share either are not independent, and the interval counts both. It is
  /// Student's t or, with enough of them, the hierarchical bootstrap: `CrossedValues.intervalKind(generators:trainings:)`.
  ///
  /// - Complexity: O(2000 · cells) for the bootstrap.
  public subscript(entry: Entry) -> Estimate? { estimate(figures[entry]?.runs, entry, "score") }

  /// The trained encoder's normalised recovery ((score − untrained) / (raw input − untrained) of each cell), likewise. Nil for other
  /// estimators, and where no cell has a scale: see `results.csv`.
  public func normalised(_ entry: Entry) -> Estimate? { estimate(figures[entry]?.normalised, entry, "normalised") }

  /// The largest p-value of the cells, which bounds that of the claim that *every* cell shows a dependence; nil where nothing was
  /// permuted.
  public func pValue(_ entry: Entry) -> (largest: Double, cells: Int)? {
    guard let pValues = figures[entry]?.pValues, let largest = pValues.max() else { return nil }
    return (largest, pValues.count)
  }

  /// The probes behind an entry over all its cells; nil for theory.
  public func probes(_ entry: Entry) -> Int? { figures[entry]?.probes }

  /// The cells whose score is NaN and left out of an entry.
  public func lost(_ entry: Entry) -> Int { figures[entry]?.lost ?? 0 }

  private func estimate(_ runs: [CrossedValues.Run]?, _ entry: Entry, _ purpose: String) -> Estimate? {
    guard let runs, !runs.isEmpty else { return nil }
    let values = CrossedValues(runs)
    // Named by what it is of, so that no figure depends on which others are asked for.
    var entryKey = key
    for name in [
      subject.graph, subject.mechanism, "\(subject.width)", subject.evaluation, subject.target, subject.metric,
      "\(entry.patchSize)", "\(entry.maskRatio)", entry.level.map(String.init) ?? "", entry.estimator, purpose,
    ] { entryKey = entryKey.child(name) }
    var stream = RandomStream(entryKey)
    return Estimate(mean: values.mean, interval: values.confidenceInterval(using: &stream), cells: runs.count)
  }

  /// The summaries of a finished sweep for one target and metric: graph by graph, mechanism, environment, width, and evaluation mode in
  /// the plan's order. Subjects without rows (the content in mode pooled) are left out.
  ///
  /// - Parameters:
  ///   - outcome: The finished cells.
  ///   - plan: Their plan.
  ///   - target: What is recovered.
  ///   - metric: The score; nothing is summarised where the plan does not measure it.
  ///   - key: The source of the bootstrap's resamples.
  public static func all(
    of outcome: SweepOutcome, plan: SweepPlan, target: EvaluationPlan.Target, metric: EvaluationPlan.Metric,
    key: RandomKey
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
            let summary = RecoverySummary(subject, cells: cells, key: key)
            if !summary.levels.isEmpty { result.append(summary) }
          }
        }
      }
    }
    return result
  }

  private init(
    _ subject: Subject, cells: [(specification: CellSpecification, result: CellResult)], key: RandomKey
  ) {
    self.subject = subject
    self.key = key
    var (levels, ratios, patches): ([Int?], [Double], [Int]) = ([], [], [])
    var probabilities: [Entry: Double] = [:]
    var figures: [Entry: Figure] = [:]
    for (cell, result) in cells {
      if !ratios.contains(cell.maskRatio) { ratios.append(cell.maskRatio) }
      if !patches.contains(cell.patchSize) { patches.append(cell.patchSize) }
      for row in result.predictions ?? []
      where row.metric == CellPredictions.contentProbability && row.node == nil && row.evaluation == subject.evaluation
      {
        let entry = Entry(patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: row.level, estimator: "theory")
        probabilities[entry] = row.value
      }
      let normalised = NormalisedScores(result.measurements)
      for row in result.measurements + (result.predictions ?? [])
      where row.node == nil && row.evaluation == subject.evaluation && row.target == subject.target
        && row.metric == subject.metric
      {
        if !levels.contains(row.level) { levels.append(row.level) }
        let entry = Entry(
          patchSize: cell.patchSize, maskRatio: cell.maskRatio, level: row.level, estimator: row.estimator)
        func run(_ value: Double) -> CrossedValues.Run {
          .init(generator: cell.generatorSeed, training: cell.trainingSeed, value: value)
        }
        var figure = figures[entry] ?? Figure()
        if row.value.isNaN { figure.lost += 1 } else { figure.runs.append(run(row.value)) }
        if let value = normalised[row] { figure.normalised.append(run(value)) }
        if let pValue = row.pValue { figure.pValues.append(pValue) }
        if let probes = row.probes { figure.probes = (figure.probes ?? 0) + probes }
        figures[entry] = figure
      }
    }
    self.figures = figures
    contentProbabilities = probabilities
    self.levels = levels
    maskRatios = ratios
    patchSizes = patches
    generatorSeeds = Set(cells.map(\.specification.generatorSeed)).count
    trainingSeeds = Set(cells.map(\.specification.trainingSeed)).count
    diverged = cells.count { $0.result.divergence != nil }
  }
}
