internal import GenerativeModels
public import HierarchicalGraphs
public import LinearAlgebra
internal import MaskedAutoencoding
public import Recovery
public import Specifications
internal import Stochastics

/// A kept model on fresh samples of its generator: the matrices that `strata evaluate` scores, as it scores anyone's.
public struct ModelEvaluation: Sendable {
  /// The matrices of one mask, or of the whole mode.
  public struct View: Sendable {
    /// `mask-1`, …, `pooled`, `full`: the first part of the names of exported files.
    public let name: String
    /// The trained encoder's representation, shape (rows + scored rows, k); the first rows fit.
    public let representation: Matrix<Double>
    /// Floors and ceilings for the same rows.
    public let references: [MatrixEvaluation.Reference]
    /// What is to be recovered, kind by kind.
    public let targets: [Targets]
  }

  /// One kind of target.
  public struct Targets: Sendable {
    /// `z`, `epsilon`, `content`, or `leakage`.
    public let kind: EvaluationPlan.Target
    /// Shape (rows + scored rows, q).
    public let values: Matrix<Double>
    /// Levels from the top, or a single group.
    public let groups: [MatrixEvaluation.Group]
  }

  /// The model.
  public let model: KeptModel
  /// How the input is masked.
  public let mode: EvaluationPlan.Mode
  /// The masks of mode per-mask; empty in the others.
  public let masks: [Mask]
  /// Rows to fit on.
  public let rows: Int
  /// Rows to score on.
  public let scoreRows: Int
  /// What is to be recovered, or not; those that a mask does not have are left out.
  public let kinds: [EvaluationPlan.Target]
  /// Nodes that are groups of their own, besides the levels.
  public let nodes: [String]
  /// The seed of samples and masks, fresh for every value: no stream of the cell's own is among them.
  public let seed: UInt64
  private let key: RandomKey

  /// An evaluation.
  ///
  /// - Parameters:
  ///   - model: The model, with its generator.
  ///   - mode: What the encoder sees, and how often a probe is fitted.
  ///   - masked: The names of the observables of a single mask; nil draws from the cell's distribution.
  ///   - count: How many masks are drawn in mode per-mask; nil for as many as the plan has. A fixed mask is one.
  ///   - rows: Rows to fit on, at least 2; nil for as many as the plan has.
  ///   - scoredPerFitted: Rows to score on for each of these, at least 1; see `RecoveryProtocol.scoredPerFitted`.
  ///   - kinds: What is to be recovered; nil for the targets of the plan. Any kind can be asked for, since the generator is there.
  ///   - nodes: The names of nodes whose value and noise are targets by themselves.
  ///   - seed: The seed of samples and masks.
  /// - Throws: `GraphError` for a name that is none or stands twice, for a mask that leaves nothing masked or nothing visible, or
  ///   for a kind that belongs to a mask where the rows have different ones.
  public init(
    _ model: KeptModel, mode: EvaluationPlan.Mode, masked: [String]?, count: Int?, rows: Int?,
    scoredPerFitted: Int = 1, kinds: [EvaluationPlan.Target]? = nil, nodes: [String] = [], seed: UInt64
  ) throws(GraphError) {
    let (cell, plan) = (model.specification, model.specification.evaluation)
    self.model = model
    self.mode = mode
    self.seed = seed
    self.nodes = nodes
    for (index, name) in nodes.enumerated() {
      guard cell.graph.nodes.contains(where: { $0.name == name }) else {
        throw .invalidParameter(name: "nodes", value: name, remedy: "it is no node of this graph; give names of nodes")
      }
      guard !nodes[..<index].contains(name) else {
        throw .invalidParameter(name: "nodes", value: name, remedy: "it stands twice; name each node once")
      }
    }
    let isFixed = if case .fixed = cell.masks.law { true } else { false }
    if mode != .perMask, !isFixed, let kind = kinds?.first(where: { $0 == .content || $0 == .leakage }) {
      throw .invalidParameter(
        name: "target-kinds", value: kind.rawValue,
        remedy: "it belongs to a mask, and the rows of mode \(mode.rawValue) have none in common; use mode per-mask")
    }
    self.kinds = kinds ?? plan.targets
    self.rows = rows ?? (mode == .perMask ? plan.rows : plan.pooledRows)
    scoreRows = self.rows * scoredPerFitted
    key = cell.evaluationKey.child("evaluate").child(String(seed))
    guard mode == .perMask else {
      masks = []
      return
    }
    if let masked {
      let mask = try Mask(masking: masked, in: cell.graph)
      guard (1..<mask.isMasked.count).contains(mask.maskedCount) else {
        throw .invalidMask(
          "the mask has \(mask.maskedCount) of \(mask.isMasked.count) observables; name some of them and not all")
      }
      masks = [mask]
    } else if case .fixed(let mask) = cell.masks.law {
      masks = [mask]
    } else {
      let masksKey = key.child("masks")
      masks = (0..<(count ?? plan.masks)).map { index in
        var stream = RandomStream(masksKey.child(index))
        return cell.masks.draw(using: &stream)
      }
    }
  }

  /// The number of views.
  public var viewCount: Int { mode == .perMask ? masks.count : 1 }

  /// The matrices of a view; every mask has samples of its own.
  ///
  /// - Throws: ``NonFiniteValues`` if the generator draws what cannot be scored; `LinearAlgebraError` if a linear generator's
  ///   weights are not finite.
  /// - Precondition: `0 <= index && index < viewCount`.
  public func view(at index: Int) throws -> View {
    precondition((0..<viewCount).contains(index), "view \(index) of \(viewCount)")
    let cell = model.specification
    let source = EvaluationViewSource(
      specification: cell, generator: model.generator, trained: model.trained, untrained: model.untrained,
      estimators: [.mae, .untrained, .ceiling, .posterior, .content])
    let view: EvaluationView
    let total = rows + scoreRows
    let viewKey = key.child(mode.rawValue)
    switch mode {
    case .perMask:
      let first = UInt64(index * total)
      view = try source.view(of: masks[index], rows: first..<first + UInt64(total), key: viewKey)
    case .pooled, .full: view = try source.view(pooled: mode == .pooled, count: total, key: viewKey)
    }
    if let nonFinite = view.nonFinite { throw nonFinite }
    var representation = Matrix<Double>(rows: total, columns: 0)
    var references: [MatrixEvaluation.Reference] = []
    for features in view.features {
      guard let matrix = features.matrix else { continue }
      switch features.estimator {
      case .mae: representation = matrix
      case .ceiling: references.append(.init(name: MatrixEvaluation.Reference.input, features: matrix))
      default: references.append(.init(name: features.estimator.rawValue, features: matrix))
      }
    }
    return View(
      name: mode == .perMask ? "mask-\(index + 1)" : mode.rawValue, representation: representation,
      references: references, targets: targets(of: view))
  }

  private func targets(of view: EvaluationView) -> [Targets] {
    let graph = model.specification.graph
    return kinds.compactMap { kind in
      let blocks = TargetBlocks(
        view.sample, graph: graph, layouts: TargetLayout.all([kind], of: model.generator),
        content: kind == .content ? view.content : nil, leakage: kind == .leakage ? view.leakage : nil,
        recordsNodes: !nodes.isEmpty)
      guard !blocks.blocks.isEmpty else { return nil }
      // In the order in which they are read back from an exported file, which decides the keys of their shuffles.
      let groups = blocks.blocks.filter { $0.node.map(nodes.contains) ?? true }
        .map { block in
          let level = block.level.map { "\(kind.rawValue) level \($0)" } ?? kind.rawValue
          return MatrixEvaluation.Group(
            name: block.node.map { "\(kind.rawValue) node \($0)" } ?? level, columns: Array(block.columns))
        }
        .sorted { ($0.columns[0], $0.name) < ($1.columns[0], $1.name) }
      return Targets(kind: kind, values: blocks.targets, groups: groups)
    }
  }
}
