internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Specifications
internal import Stochastics

/// Measures what the representation of one cell recovers, beside its floors and its ceiling, on samples that training
/// never saw: their stream is another one.
struct CellEvaluator {
  let specification: CellSpecification
  let generator: GenerativeModel
  /// The trained model; nil after a divergence, whose scores are NaN.
  let trained: MaskedAutoencoder?
  let untrained: MaskedAutoencoder
  private let key: RandomKey
  private let layouts: [TargetLayout]
  private let sampler: MaskSampler
  private let metrics: [any RecoveryMetric]
  private let locator: ContentLocator
  /// Nodes that are left out of the content, as ``TargetLayout/values(_:)`` leaves them out.
  private let constants: Set<Int>

  init(
    specification: CellSpecification, generator: GenerativeModel, trained: MaskedAutoencoder?,
    untrained: MaskedAutoencoder
  ) {
    self.specification = specification
    self.generator = generator
    self.trained = trained
    self.untrained = untrained
    key = specification.evaluationKey
    let (graph, plan) = (generator.graph, specification.evaluation)
    var layouts: [TargetLayout] = []
    if plan.targets.contains(.z) { layouts.append(.values(generator)) }
    if plan.targets.contains(.epsilon) { layouts.append(.noises(graph)) }
    self.layouts = layouts
    sampler = MaskSampler(specification.masks, for: graph)
    metrics = plan.metrics.map { metric -> any RecoveryMetric in
      switch metric {
      case .r2Linear: ProbeMetric(name: metric.rawValue, probe: RidgeProbe(), maximumRows: nil)
      case .r2Kernel:
        ProbeMetric(
          name: metric.rawValue, probe: KernelRidgeProbe(maximumRows: plan.kernelRows), maximumRows: plan.kernelRows)
      case .ccaMean: CanonicalMetric(name: metric.rawValue)
      }
    }
    locator = ContentLocator(graph)
    constants = generator.constantNodes
  }

  /// All scores of the cell, mode by mode in the plan's order.
  func measure() throws -> [RecoveryScore] {
    var result: [RecoveryScore] = []
    for mode in specification.evaluation.modes {
      var table = ScoreTable()
      switch mode {
      case .perMask: try measurePerMask(into: &table)
      case .pooled: try measureOnce(pooled: true, into: &table)
      case .full: try measureOnce(pooled: false, into: &table)
      }
      result += table.measurements(evaluation: mode.rawValue)
    }
    return result
  }

  /// A probe for each mask. Every mask has samples of its own, so that averaging over masks averages over samples too.
  private func measurePerMask(into table: inout ScoreTable) throws {
    let plan = specification.evaluation
    let evaluation = PerMaskEvaluation(specification)
    let modeKey = evaluation.key
    for (index, mask) in evaluation.masks.enumerated() {
      let first = UInt64(index * 2 * plan.rows)
      let sample = generator.sample(first..<first + UInt64(2 * plan.rows), key: modeKey.child("samples"))
      let observed = sample.observed()
      let masked = maskedColumns(mask)
      let views = Views(
        trained: trained?.encode(observed: observed, maskedColumns: masked).double,
        untrained: untrained.encode(observed: observed, maskedColumns: masked).double,
        input: observed.columns(at: masked.indices.filter { !masked[$0] }).double)
      let content = plan.targets.contains(.content) ? content(of: mask) : nil
      let active = index < plan.masks ? metrics : metrics.filter { $0.name == EvaluationPlan.Metric.r2Linear.rawValue }
      var shuffle = RandomStream(modeKey.child("shuffle").child(index))
      try score(sample, views: views, content: content, metrics: active, shuffle: &shuffle, into: &table)
    }
  }

  /// One probe over rows with random masks (`pooled`) or with nothing masked (`full`).
  private func measureOnce(pooled: Bool, into table: inout ScoreTable) throws {
    let plan = specification.evaluation
    let modeKey = key.child(pooled ? "pooled" : "full")
    let count = 2 * plan.pooledRows
    let sample = generator.sample(0..<UInt64(count), key: modeKey.child("samples"))
    let observed = sample.observed()
    var masked = Matrix<Float>(rows: count, columns: observed.columns)
    if pooled {
      var stream = RandomStream(modeKey.child("masks"))
      masked.withUnsafeMutableElements { sampler.fill(batch: $0, using: &stream) }
    }
    let views = Views(
      trained: trained?.encode(observed: observed, masked: masked).double,
      untrained: untrained.encode(observed: observed, masked: masked).double,
      input: pooled ? Self.encoderInput(observed, masked).double : observed.double)
    // c belongs to a mask; a probe over many masks has none.
    let content: [Int]? =
      if plan.targets.contains(.content), case .fixed(let mask) = specification.masks.law {
        content(of: mask)
      } else { nil }
    var shuffle = RandomStream(modeKey.child("shuffle"))
    try score(sample, views: views, content: content, metrics: metrics, shuffle: &shuffle, into: &table)
  }

  private func content(of mask: Mask) -> [Int] { locator.locate(mask).content.filter { !constants.contains($0) } }

  /// The mask as one flag for each observed column.
  private func maskedColumns(_ mask: Mask) -> [Bool] {
    zip(generator.graph.observables, mask.isMasked).flatMap { node, isMasked in
      [Bool](repeating: isMasked, count: generator.graph.nodes[node].dimension)
    }
  }

  /// What the encoder saw: values with masked ones zero, then the mask, shape (n, 2D).
  private static func encoderInput(_ observed: Matrix<Float>, _ masked: Matrix<Float>) -> Matrix<Float> {
    var visible = observed
    visible.withUnsafeMutableElements { values in
      masked.withUnsafeElements { flags in for i in values.indices { values[i] *= 1 - flags[i] } }
    }
    return .concatenatingColumns([visible, masked])
  }

  /// The features of the estimators for the same rows.
  private struct Views {
    /// nil after a divergence.
    var trained: Matrix<Double>?
    var untrained: Matrix<Double>
    var input: Matrix<Double>
  }

  private func score(
    _ sample: Sample, views: Views, content: [Int]?, metrics: [any RecoveryMetric], shuffle: inout RandomStream,
    into table: inout ScoreTable
  ) throws {
    let targets = TargetBlocks(
      sample, graph: generator.graph, layouts: layouts, content: content,
      recordsNodes: specification.evaluation.recordsNodes)
    guard !targets.blocks.isEmpty else { return }
    let trainRows = sample.count / 2
    func add(_ estimator: String, _ features: Matrix<Double>?, _ targets: TargetBlocks) throws {
      // A representation with infinities is what some divergences leave: it recovers nothing that a probe could read.
      let split = try features.flatMap { features in
        features.isFinite ? try HeldOutSplit(features: features, targets: targets.targets, trainRows: trainRows) : nil
      }
      for metric in metrics {
        let scores = try split.map { try metric.scores($0, targets: targets) }
        for (index, block) in targets.blocks.enumerated() {
          let isShuffled = index >= targets.unshuffledBlocks
          table.add(
            block, estimator: isShuffled ? "shuffled" : estimator, metric: metric.name, value: scores?[index] ?? .nan)
        }
      }
    }
    // The shuffled floor reads the trained representation too: as further columns of one split it costs little.
    try add("mae", views.trained, targets.addingShuffledRows(trainRows: trainRows, using: &shuffle))
    try add("untrained", views.untrained, targets)
    try add("ceiling", views.input, targets)
  }
}
