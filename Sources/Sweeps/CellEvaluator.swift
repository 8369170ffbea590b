internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Specifications
internal import Stochastics

/// Measures what the representation of one cell recovers, beside its floors and its ceilings, on samples that training
/// never saw: their stream is another one.
struct CellEvaluator {
  private let specification: CellSpecification
  private let generator: GenerativeModel
  private let views: EvaluationViewSource
  private let key: RandomKey
  private let layouts: [TargetLayout]
  private let scorer: RecoveryScorer

  /// - Parameter trained: The trained model; nil after a divergence, whose scores are NaN.
  init(
    specification: CellSpecification, generator: GenerativeModel, trained: MaskedAutoencoder?,
    untrained: MaskedAutoencoder
  ) {
    self.specification = specification
    self.generator = generator
    key = specification.evaluationKey
    let plan = specification.evaluation
    layouts = TargetLayout.all(plan.targets, of: generator)
    views = EvaluationViewSource(
      specification: specification, generator: generator, trained: trained, untrained: untrained,
      estimators: plan.estimators)
    scorer = RecoveryScorer(limits: plan.limits, canonicalRidge: plan.canonicalRidge, key: key.child("scorer"))
  }

  /// All scores of the cell, mode by mode in the plan's order, and why scores are NaN where samples are not finite.
  func measure() throws -> (scores: [RecoveryScore], nonFinite: NonFiniteValues?) {
    var result: [RecoveryScore] = []
    var nonFinite: NonFiniteValues?
    for mode in specification.evaluation.modes {
      var table = ScoreTable(evaluation: mode.rawValue)
      switch mode {
      case .perMask: try measurePerMask(into: &table)
      case .pooled: try measureOnce(pooled: true, into: &table)
      case .full: try measureOnce(pooled: false, into: &table)
      }
      result += table.measurements
      nonFinite = nonFinite ?? table.nonFinite
    }
    return (result, nonFinite)
  }

  /// A probe for each mask. Every mask has samples of its own, so that averaging over masks averages over samples too.
  private func measurePerMask(into table: inout ScoreTable) throws {
    let plan = specification.evaluation
    let evaluation = PerMaskEvaluation(specification)
    for (index, mask) in evaluation.masks.enumerated() {
      let first = UInt64(index * 2 * plan.rows)
      let view = try views.view(of: mask, rows: first..<first + UInt64(2 * plan.rows), key: evaluation.key)
      let active = plan.metrics.filter { index < plan.masks(for: $0) }
      try score(view, metrics: active, shuffleKey: evaluation.key.child("shuffle").child(index), into: &table)
    }
  }

  /// One probe over rows with random masks (`pooled`) or with nothing masked (`full`).
  private func measureOnce(pooled: Bool, into table: inout ScoreTable) throws {
    let plan = specification.evaluation
    let modeKey = key.child(pooled ? "pooled" : "full")
    let view = try views.view(pooled: pooled, count: 2 * plan.pooledRows, key: modeKey)
    try score(view, metrics: plan.metrics, shuffleKey: modeKey.child("shuffle"), into: &table)
  }

  private func score(
    _ view: EvaluationView, metrics: [RecoveryMetric], shuffleKey: RandomKey, into table: inout ScoreTable
  ) throws {
    let plan = specification.evaluation
    let targets = TargetBlocks(
      view.sample, graph: generator.graph, layouts: layouts,
      content: plan.targets.contains(.content) ? view.content : nil,
      leakage: plan.targets.contains(.leakage) ? view.leakage : nil, recordsNodes: plan.recordsNodes)
    guard !targets.blocks.isEmpty else { return }
    table.nonFinite = table.nonFinite ?? view.nonFinite
    // Nothing is scored of a view with values that are not finite. The estimators share what is worked out of the targets.
    let unfitted =
      view.nonFinite == nil
      ? try HeldOutSplit(
        features: Matrix(rows: targets.targets.rows, columns: 0), targets: targets.targets,
        trainRows: targets.targets.rows / 2) : nil
    for features in view.features {
      // A representation with infinities is what some divergences leave: it recovers nothing that a probe could read. Neither
      // does anything of samples that are not finite.
      let matrix = view.nonFinite == nil ? features.matrix.flatMap { $0.isFinite ? $0 : nil } : nil
      if features.estimator == .mae {
        try scoreTrained(
          try split(matrix, unfitted), targets, metrics: metrics, shuffleKey: shuffleKey, into: &table)
        continue
      }
      var split = try split(matrix, unfitted)
      if features.estimator == .pca {
        split = try split?.principalComponents(width: specification.architecture.representationWidth)
      }
      for metric in metrics {
        if metric == .hsic {
          var stream = RandomStream(shuffleKey.child("hsic").child(features.estimator.rawValue))
          _ = try scoreIndependence(features.estimator, split, targets, using: &stream, into: &table)
          continue
        }
        for (block, score) in zip(targets.blocks, try scores(metric, split, targets)) {
          guard let score else { continue }
          table.add(
            block, estimator: features.estimator.rawValue, metric: metric.rawValue, value: score.value,
            traceError: score.traceError)
        }
      }
    }
  }

  /// The first half of the rows fits, the other scores; nil without features.
  private func split(_ features: Matrix<Double>?, _ targets: HeldOutSplit?) throws -> HeldOutSplit? {
    guard let features, let targets else { return nil }
    return try targets.replacingFeatures(
      train: features.rows(0..<features.rows / 2), test: features.rows(features.rows / 2..<features.rows))
  }

  /// The trained representation, beside it the shuffled floor, and the permutations of p-values.
  private func scoreTrained(
    _ alone: HeldOutSplit?, _ targets: TargetBlocks, metrics: [RecoveryMetric], shuffleKey: RandomKey,
    into table: inout ScoreTable
  ) throws {
    let plan = specification.evaluation
    let wantsFloor = plan.estimators.contains(.shuffled)
    var shuffle = RandomStream(shuffleKey)
    // The first shuffle serves all metrics.
    let shuffled = wantsShuffled ? alone?.withShuffledTargets(using: &shuffle) : nil
    for metric in metrics where metric != .hsic {
      var stream = RandomStream(shuffleKey.child("permutations").child(metric.rawValue))
      let (observed, nulls): ([RecoveryScorer.BlockScore?], [[Double]])
      var floorErrors = [Double?](repeating: nil, count: targets.blocks.count)
      if metric.isPairwise, plan.permutations > 0, let alone {
        let pairs = try scorer.permutedPairs(
          metric, alone, blocks: targets.blocks.map(\.scored), permutations: plan.permutations, using: &stream)
        (observed, nulls) = (pairs.map { .init(value: $0.score) }, pairs.map(\.shuffled))
      } else {
        let first = try scoresBesideShuffled(metric, alone, shuffled, targets)
        observed = first.observed
        var permuted = first.shuffled.map { [$0] } ?? []
        while permuted.count < plan.permutations {
          permuted.append(try scores(metric, alone?.shufflingTargets(using: &stream), targets))
        }
        nulls = targets.blocks.indices.map { index in permuted.map { $0[index]?.value ?? .nan } }
        for index in targets.blocks.indices {
          let errors = permuted.compactMap { $0[index]?.traceError }
          if !errors.isEmpty { floorErrors[index] = errors.reduce(0, +) / Double(errors.count) }
        }
      }
      for (index, block) in targets.blocks.enumerated() {
        guard let score = observed[index] else { continue }
        table.add(
          block, estimator: EvaluationPlan.Estimator.mae.rawValue, metric: metric.rawValue, value: score.value,
          permuted: plan.permutations > 0 ? nulls[index] : [], traceError: score.traceError)
      }
      for (index, block) in targets.blocks.enumerated() where wantsFloor && observed[index] != nil {
        addFloor(block, metric, nulls[index], traceError: floorErrors[index], into: &table)
      }
    }
    if metrics.contains(.hsic) {
      var stream = RandomStream(shuffleKey.child("hsic"))
      let floors = try scoreIndependence(.mae, alone, targets, using: &stream, into: &table)
      for (block, floor) in zip(targets.blocks, floors) where wantsFloor { addFloor(block, .hsic, floor, into: &table) }
    }
  }

  /// HSIC is read by its p-value: it is permuted whether or not other metrics are, for floors and ceilings too.
  ///
  /// - Returns: The permuted statistics of each block.
  private func scoreIndependence(
    _ estimator: EvaluationPlan.Estimator, _ split: HeldOutSplit?, _ targets: TargetBlocks,
    using stream: inout RandomStream, into table: inout ScoreTable
  ) throws -> [[Double]] {
    let permutations = specification.evaluation.hsicPermutations
    let tests = try split.map { split in
      try scorer.independence(split, blocks: targets.blocks.map(\.scored), permutations: permutations, using: &stream)
    }
    var floors: [[Double]] = []
    for (index, block) in targets.blocks.enumerated() {
      let test = tests?[index]
      let permuted = test?.permuted ?? [Double](repeating: .nan, count: permutations)
      table.add(
        block, estimator: estimator.rawValue, metric: RecoveryMetric.hsic.rawValue, value: test?.statistic ?? .nan,
        permuted: permuted)
      floors.append(permuted)
    }
    return floors
  }

  /// The mean over the shuffles of one mask.
  private func addFloor(
    _ block: TargetBlocks.Block, _ metric: RecoveryMetric, _ shuffled: [Double], traceError: Double? = nil,
    into table: inout ScoreTable
  ) {
    table.add(
      block, estimator: EvaluationPlan.Estimator.shuffled.rawValue, metric: metric.rawValue,
      value: shuffled.reduce(0, +) / Double(shuffled.count), traceError: traceError)
  }

  /// The scores of all blocks, and where a floor is wanted those of the same blocks with shuffled rows.
  private func scoresBesideShuffled(
    _ metric: RecoveryMetric, _ alone: HeldOutSplit?, _ shuffled: (shuffled: HeldOutSplit, beside: HeldOutSplit)?,
    _ targets: TargetBlocks
  ) throws -> (observed: [RecoveryScorer.BlockScore?], shuffled: [RecoveryScorer.BlockScore?]?) {
    guard let shuffled else {
      let observed = try scores(metric, alone, targets)
      return (observed, alone == nil && wantsShuffled ? observed : nil)
    }
    // These cost something for every column, and what they need to know of them is shared with other estimators.
    if metric == .r2Linear || metric == .ccaMean {
      return (try scores(metric, alone, targets), try scores(metric, shuffled.shuffled, targets))
    }
    let (groups, blocks) = targets.besideShuffled
    let both = try scores(metric, shuffled.beside, groups: groups, blocks: blocks)
    return (Array(both.prefix(targets.blocks.count)), Array(both.dropFirst(targets.blocks.count)))
  }

  /// Whether a floor or p-values ask for shuffled targets.
  private var wantsShuffled: Bool {
    specification.evaluation.estimators.contains(.shuffled) || specification.evaluation.permutations > 0
  }

  private func scores(
    _ metric: RecoveryMetric, _ split: HeldOutSplit?, _ targets: TargetBlocks
  ) throws -> [RecoveryScorer.BlockScore?] {
    try scores(metric, split, groups: targets.groups, blocks: targets.blocks)
  }

  /// One score for each block, NaN without features; nil where the metric is not defined for a block.
  private func scores(
    _ metric: RecoveryMetric, _ split: HeldOutSplit?, groups: [Range<Int>], blocks: [TargetBlocks.Block]
  ) throws -> [RecoveryScorer.BlockScore?] {
    let blocks = blocks.map(\.scored)
    guard let split else {
      return blocks.map { metric.isPartial && $0.family == nil ? nil : .init(value: .nan) }
    }
    return try scorer.blockScores(metric, split, groups: groups, blocks: blocks)
  }
}
