internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Specifications
internal import Stochastics

/// What theory says about the masks of one cell, without any training: rows with the estimator `theory`.
///
/// - `r2_linear` (per mask; linear mechanisms and Gaussian noise): the closed-form optimum of width k, reduced-rank
///   regression, averaged over the very masks on which the linear probe is fitted; of the content, over those of them
///   that have any (every model without constants). Of the masked observables it predicts those that count in the loss; there
///   are no such rows where one of those masks leaves none to count.
/// - `r2_linear` of the estimator `theory-posterior` (the same models, where the plan asks for `posterior`): R² of the exact
///   posterior mean given all of the visible part.
/// - `content_probability` (target `content`; every model without constants): P(node ∈ c) and, for a level, P(some node of it
///   ∈ c) under the mask distribution.
/// - `recoverable` (target `epsilon`, by node; a fixed mask in the invertible regime, independent noises that are not
///   degenerate, no constants, all masked observables in the loss): 1 for the noises of A, which Theorem 2 says a representation of the intrinsic width
///   recovers, 0 for the others.
///
/// Interventions: shifts and scales of linear mechanisms keep the closed form, which speaks of their weights; a node that is
/// set to a value is a linear mechanism without weights, and no target. But such a node, or one that is scaled by 0, is cut
/// off from its parents and noise, so the content of the graph is not what both sides of a mask share, and there is no
/// prediction about it. A noise of another law ends the closed form wherever it is put in.
struct CellPredictions {
  /// The metric of rows with P(node ∈ c).
  static let contentProbability = "content_probability"

  let specification: CellSpecification
  let generator: GenerativeModel

  /// - Throws: `LinearAlgebraError` if the model's weights are not finite.
  func all() throws(LinearAlgebraError) -> [RecoveryScore] {
    try limits() + posterior() + contentProbabilities() + recoverableNoises()
  }

  private var plan: EvaluationPlan { specification.evaluation }
  private var graph: HierarchicalGraph { generator.graph }

  // MARK: The Gaussian limit

  private func limits() throws(LinearAlgebraError) -> [RecoveryScore] {
    guard plan.modes.contains(.perMask), plan.metrics.contains(.r2Linear), let model = LinearGaussianModel(generator),
      !hasConstantTargets(model)
    else { return [] }
    let width = specification.architecture.representationWidth
    let masks = PerMaskEvaluation(specification).masks
    let counted = masks.map { specification.masks.counted(specification.maskTargets, of: $0) }
    // A mask that leaves nothing in the loss has no optimum.
    guard counted.allSatisfy({ $0.maskedCount > 0 }) else { return [] }
    let limits = try model.limits(
      over: masks, widths: [width], standardized: specification.training.standardizesInput, counted: counted)
    let recovery = limits[0].recovery
    var rows: [RecoveryScore] = []
    if plan.targets.contains(.z) { rows += limitRows(.values(generator), nodes: recovery.node.map(\.value)) }
    if plan.targets.contains(.epsilon) { rows += limitRows(.noises(graph), nodes: recovery.noise.map(\.value)) }
    if plan.targets.contains(.content), !generator.hasConstants, let content = recovery.content {
      rows.append(limitRow(EvaluationPlan.Target.content.rawValue, nil, nil, content.value))
    }
    return rows
  }

  /// R² of the exact posterior E[· | x_visible], where the plan asks for the estimator ``EvaluationPlan/Estimator/posterior``:
  /// what its probe would score with endless rows.
  private func posterior() throws(LinearAlgebraError) -> [RecoveryScore] {
    guard plan.estimators.contains(.posterior), plan.modes.contains(.perMask), plan.metrics.contains(.r2Linear),
      let model = LinearGaussianModel(generator), !hasConstantTargets(model)
    else { return [] }
    let r2 = try model.posteriorR2(over: PerMaskEvaluation(specification).masks)
    var rows: [RecoveryScore] = []
    if plan.targets.contains(.z) { rows += limitRows(.values(generator), nodes: r2.values) }
    if plan.targets.contains(.epsilon) { rows += limitRows(.noises(graph), nodes: r2.noises) }
    return rows.map { row in
      var row = row
      row.estimator = "theory-posterior"
      return row
    }
  }

  /// Whether a component that is a target does not vary: the score of a constant is a convention, not a limit.
  private func hasConstantTargets(_ model: LinearGaussianModel) -> Bool {
    let layout = TargetLayout.values(generator)
    return layout.nodes.contains { v in
      model.valueRanges[v].contains { row in model.loadings.row(row).allSatisfy { $0 == 0 } }
    }
  }

  /// The rows of one kind of target, laid out as the measured ones are: a level's is the mean over its components.
  private func limitRows(_ layout: TargetLayout, nodes: [Double]) -> [RecoveryScore] {
    func row(_ level: Int, _ node: String?, _ value: Double) -> RecoveryScore {
      limitRow(layout.target, level, node, value)
    }
    var rows: [RecoveryScore] = []
    for (level, columns) in layout.levels {
      let members = zip(layout.nodes, layout.nodeColumns).filter { columns.contains($0.1.lowerBound) }
      let sum = members.reduce(0.0) { $0 + Double($1.1.count) * nodes[$1.0] }
      rows.append(row(level, nil, sum / Double(columns.count)))
      if plan.recordsNodes { rows += members.map { row(level, graph.nodes[$0.0].name, nodes[$0.0]) } }
    }
    return rows
  }

  private func limitRow(_ target: String, _ level: Int?, _ node: String?, _ value: Double) -> RecoveryScore {
    RecoveryScore(
      evaluation: EvaluationPlan.Mode.perMask.rawValue, level: level, node: node, target: target, estimator: "theory",
      metric: EvaluationPlan.Metric.r2Linear.rawValue, value: value)
  }

  /// Whether these are the rows of an earlier version, which predicted values and noises but not the content. Cells with
  /// interventions are no older than that.
  static func lackContent(_ rows: [RecoveryScore], of specification: CellSpecification) -> Bool {
    let limits = rows.filter { $0.metric == EvaluationPlan.Metric.r2Linear.rawValue && $0.estimator == "theory" }
    let content = EvaluationPlan.Target.content
    return specification.interventions.isEmpty && specification.environment == nil
      && specification.evaluation.targets.contains(content) && !limits.isEmpty
      && !limits.contains { $0.target == content.rawValue }
  }

  // MARK: The content

  private func contentProbabilities() -> [RecoveryScore] {
    guard plan.targets.contains(.content), !generator.hasConstants else { return [] }
    func row(_ level: Int, _ node: String?, _ value: Double) -> RecoveryScore {
      RecoveryScore(
        evaluation: EvaluationPlan.Mode.perMask.rawValue, level: level, node: node, target: "content",
        estimator: "theory", metric: Self.contentProbability, value: value)
    }
    let law = LevelLaw(graph, masks: specification.masks, key: RandomKey(seed: 0).child("level-law"))
    let nodes = NodeProbabilities(graph, masks: specification.masks)
    var rows: [RecoveryScore] = []
    for level in stride(from: graph.height, through: 1, by: -1) {
      rows.append(row(level, nil, law.presence[level].value))
      if plan.recordsNodes {
        rows += graph.nodes(atLevel: level).map { row(level, graph.nodes[$0].name, nodes.content[$0]) }
      }
    }
    return rows
  }

  private func recoverableNoises() -> [RecoveryScore] {
    // Theorem 2 speaks of the invertible regime without edges between observables.
    // What is out of the loss need not be predicted, and then A(m) need not be recovered.
    guard case .fixed(let mask) = specification.masks.law, specification.maskTargets == .all,
      plan.targets.contains(.epsilon), plan.recordsNodes, graph.regime == .invertible, !graph.hasObservedEdges,
      !generator.hasConstants,
      generator.noises.allSatisfy(\.isNondegenerateAndIndependent)
    else { return [] }
    let ancestors = Set(content(of: mask, in: graph).ancestors)
    return graph.nodes.indices.filter { graph.nodes[$0].noiseDimension > 0 }.map { v in
      RecoveryScore(
        evaluation: EvaluationPlan.Mode.perMask.rawValue, level: graph.levels[v], node: graph.nodes[v].name,
        target: "epsilon", estimator: "theory", metric: "recoverable", value: ancestors.contains(v) ? 1 : 0)
    }
  }
}

extension Distribution {
  /// Whether noises of the law are what the theorems ask for.
  fileprivate var isNondegenerateAndIndependent: Bool {
    switch self {
    case .degenerate, .correlated: false
    default: true
    }
  }
}

/// The masks of a cell's per-mask evaluation: what is measured and what is predicted speak of the same ones.
struct PerMaskEvaluation {
  /// The stream of everything in this mode.
  let key: RandomKey
  /// One mask for each probe; a single one if the distribution has only one.
  let masks: [Mask]

  init(_ specification: CellSpecification) {
    key = specification.evaluationKey.child("per-mask")
    let masksKey = key.child("masks")
    let count = if case .fixed = specification.masks.law { 1 } else { specification.evaluation.linearMasks }
    masks = (0..<count).map { index in
      var stream = RandomStream(masksKey.child(index))
      return specification.masks.draw(using: &stream)
    }
  }
}
