internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Specifications
internal import Stochastics

/// Samples of one mode of evaluation, or of one mask of it, with the features of every estimator for the same rows.
struct EvaluationView {
  /// One estimator's features.
  struct Features {
    var estimator: EvaluationPlan.Estimator
    /// Shape (n, its width); nil after a divergence. Those of `pca` are what its components are taken of.
    var matrix: Matrix<Double>?
  }

  /// The true latents and observables.
  let sample: Sample
  /// The trained encoder first.
  let features: [Features]
  /// The nodes of c; nil where the rows do not share a mask.
  let content: [Int]?
  /// The nodes of An*(x_mᶜ) \ An*(x_m); nil likewise.
  let leakage: [Int]?
  /// The first value of the sample that is not finite: nothing of such a view can be scored.
  let nonFinite: NonFiniteValues?
}

/// Draws samples and encodes them in the three modes of evaluation: the one place that knows what each estimator reads.
struct EvaluationViewSource {
  let specification: CellSpecification
  let generator: GenerativeModel
  /// nil after a divergence.
  let trained: MaskedAutoencoder?
  let untrained: MaskedAutoencoder
  /// What is wanted besides the trained encoder.
  let estimators: [EvaluationPlan.Estimator]
  private let sampler: MaskSampler
  private let locator: ContentLocator
  /// Nodes that are left out of the content, as ``TargetLayout/values(_:)`` leaves them out.
  private let constants: Set<Int>
  /// The closed form behind the exact posterior; nil if there is none, or none is wanted.
  private let closedForm: LinearGaussianModel?

  init(
    specification: CellSpecification, generator: GenerativeModel, trained: MaskedAutoencoder?,
    untrained: MaskedAutoencoder, estimators: [EvaluationPlan.Estimator]
  ) {
    self.specification = specification
    self.generator = generator
    self.trained = trained
    self.untrained = untrained
    self.estimators = estimators
    sampler = MaskSampler(specification.masks, for: generator.graph)
    locator = ContentLocator(generator.graph)
    constants = generator.constantNodes
    closedForm = estimators.contains(.posterior) ? LinearGaussianModel(generator) : nil
  }

  /// All rows under one mask.
  func view(of mask: Mask, rows: Range<UInt64>, key: RandomKey) throws -> EvaluationView {
    let sample = generator.sample(rows, key: key.child("samples"))
    let observed = sample.observed()
    let masked = maskedColumns(mask)
    let (content, leakage) = locate(mask)
    let input = observed.columns(at: masked.indices.filter { !masked[$0] }).double
    return try view(
      sample, first: rows.lowerBound, content: content, leakage: leakage,
      trained: trained?.encode(observed: observed, maskedColumns: masked),
      untrained: untrained.encode(observed: observed, maskedColumns: masked), input: input
    ) { model in try model.posteriorMeans(observed: observed.double, mask: mask) }
  }

  /// Rows with random masks (`pooled`) or with nothing masked.
  func view(pooled: Bool, count: Int, key: RandomKey) throws -> EvaluationView {
    let sample = generator.sample(0..<UInt64(count), key: key.child("samples"))
    let observed = sample.observed()
    var masked = Matrix<Float>(rows: count, columns: observed.columns)
    if pooled {
      var stream = RandomStream(key.child("masks"))
      masked.withUnsafeMutableElements { sampler.fill(batch: $0, using: &stream) }
    }
    // c belongs to a mask; a probe over many masks has none.
    var (content, leakage): ([Int]?, [Int]?) = (nil, nil)
    if case .fixed(let mask) = specification.masks.law { (content, leakage) = locate(mask) }
    return try view(
      sample, first: 0, content: content, leakage: leakage,
      trained: trained?.encode(observed: observed, masked: masked),
      untrained: untrained.encode(observed: observed, masked: masked),
      input: pooled ? Self.encoderInput(observed, masked).double : observed.double
    ) { model in try posteriorMeans(model, observed.double, masked) }
  }

  private func view(
    _ sample: Sample, first: UInt64, content: [Int]?, leakage: [Int]?, trained: Matrix<Float>?,
    untrained: @autoclosure () -> Matrix<Float>, input: Matrix<Double>,
    posterior: (LinearGaussianModel) throws -> Matrix<Double>
  ) throws -> EvaluationView {
    var features: [EvaluationView.Features] = []
    for estimator in estimators {
      switch estimator {
      case .mae: features.append(.init(estimator: estimator, matrix: trained?.double))
      case .untrained: features.append(.init(estimator: estimator, matrix: untrained().double))
      case .pca, .ceiling: features.append(.init(estimator: estimator, matrix: input))
      case .posterior:
        if let closedForm { features.append(.init(estimator: estimator, matrix: try posterior(closedForm))) }
      case .content:
        guard let content else { continue }
        // An empty c knows nothing: a constant, which every score has a value for.
        let values = content.isEmpty ? Matrix<Float>(rows: sample.count, columns: 1) : sample.values(of: content)
        features.append(.init(estimator: estimator, matrix: values.double))
      case .shuffled: break  // the trained encoder's, with other targets
      }
    }
    let nonFinite = sample.firstNonFiniteValue(in: generator.graph).map {
      NonFiniteValues($0, in: generator.graph, first: first, purpose: .evaluation)
    }
    return EvaluationView(
      sample: sample, features: features, content: content, leakage: leakage, nonFinite: nonFinite)
  }

  private func locate(_ mask: Mask) -> (content: [Int], leakage: [Int]) {
    let location = locator.locate(mask)
    return (location.content.filter { !constants.contains($0) }, location.visibleSpecific)
  }

  /// The mask as one flag for each observed column.
  private func maskedColumns(_ mask: Mask) -> [Bool] {
    zip(generator.graph.observables, mask.isMasked).flatMap { node, isMasked in
      [Bool](repeating: isMasked, count: generator.graph.nodes[node].dimension)
    }
  }

  /// The posterior means of rows that each have a mask of their own; rows of equal masks are solved together.
  private func posteriorMeans(
    _ model: LinearGaussianModel, _ observed: Matrix<Double>, _ masked: Matrix<Float>
  ) throws -> Matrix<Double> {
    let graph = generator.graph
    var firstColumns: [Int] = []
    var next = 0
    for node in graph.observables {
      firstColumns.append(next)
      next += graph.nodes[node].dimension
    }
    var rowsOfMask: [Mask: [Int]] = [:]
    for row in 0..<masked.rows {
      let flags = masked.row(row)
      rowsOfMask[Mask(firstColumns.map { flags[$0] != 0 }), default: []].append(row)
    }
    var storage = [Double](repeating: 0, count: observed.rows * model.loadings.rows)
    let width = model.loadings.rows
    for (mask, rows) in rowsOfMask {
      let means = try model.posteriorMeans(observed: observed.rows(at: rows), mask: mask)
      for (index, row) in rows.enumerated() {
        storage.replaceSubrange(row * width..<(row + 1) * width, with: means.row(index))
      }
    }
    return Matrix(rows: observed.rows, columns: width, storage: storage)
  }

  /// What the encoder saw: values with masked ones zero, then the mask, shape (n, 2D).
  private static func encoderInput(_ observed: Matrix<Float>, _ masked: Matrix<Float>) -> Matrix<Float> {
    var visible = observed
    visible.withUnsafeMutableElements { values in
      masked.withUnsafeElements { flags in for i in values.indices { values[i] *= 1 - flags[i] } }
    }
    return .concatenatingColumns([visible, masked])
  }
}
