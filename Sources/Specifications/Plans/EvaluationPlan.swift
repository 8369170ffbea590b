public import Recovery

/// How recovery is measured.
public struct EvaluationPlan: Sendable, Hashable {
  /// Whether, and how, the encoder's input is masked when its representation is probed.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// A probe for each of several masks of the training distribution, scores averaged: what the theorems speak of.
    case perMask = "per-mask"
    /// One probe over samples with random masks.
    case pooled
    /// One probe on unmasked input: what practitioners do.
    case full
  }

  /// What is to be recovered, or for `leakage` not.
  public enum Target: String, Sendable, Hashable, CaseIterable {
    /// The value of a node.
    case z
    /// The exogenous noise of a node.
    case epsilon
    /// The content c of the mask, where the mask is the same for all rows of a probe.
    case content
    /// What the representation must not know: s_mᶜ, the noises of An*(x_mᶜ) \ An*(x_m), which only the visible part has.
    case leakage
  }

  /// A recovery score.
  public typealias Metric = RecoveryMetric

  /// What is scored: the trained encoder, and its floors and ceilings.
  public enum Estimator: String, Sendable, Hashable, CaseIterable {
    /// The trained encoder's representation.
    case mae
    /// Floor: the same network with its initial weights.
    case untrained
    /// Floor: the trained representation against targets in random order.
    case shuffled
    /// Floor: the first k principal components of what the encoder saw, k the representation's width.
    case pca
    /// Ceiling: what the encoder saw.
    case ceiling
    /// Ceiling of linear-Gaussian models: E[value | x_visible] of every node, exact.
    case posterior
    /// Dependence ceiling: the true content c of the mask as the representation.
    case content
  }

  /// The modes, in the order of the tables.
  public var modes: [Mode]
  /// The targets.
  public var targets: [Target]
  /// The scores.
  public var metrics: [Metric]
  /// Masks drawn in mode per-mask.
  public var masks: Int
  /// Masks on which the linear probe, which is cheap, is fitted; the first `masks` of them are those of the others.
  public var linearMasks: Int
  /// Rows to fit a probe on, and as many again to score it on, for each mask.
  public var rows: Int
  /// Rows to fit and to score on in modes pooled and full.
  public var pooledRows: Int
  /// Rows to fit the kernel probe on, whose cost is cubic in them.
  public var kernelRows: Int
  /// Rows to score the kernel probe on, whose cost is linear in them.
  public var kernelScoreRows: Int
  /// Landmark rows of the Nyström probe.
  public var landmarks = EvaluationPlan.defaultLandmarks
  /// The ridge of canonical correlations, relative to the unit diagonal of the correlation matrices.
  public var canonicalRidge = EvaluationPlan.defaultCanonicalRidge
  /// Rows that metrics see whose cost is quadratic.
  public var pairRows = EvaluationPlan.defaultPairRows
  /// Shuffles of the targets for p-values; 0 for none. The independence test has ``hsicPermutations``.
  public var permutations = 0
  /// What is scored, in the order of the cases.
  public var estimators = EvaluationPlan.defaultEstimators
  /// Whether rows of single nodes are recorded beside those of levels.
  public var recordsNodes: Bool

  /// What plans measure that name no targets.
  public static let defaultTargets: [Target] = [.z, .epsilon, .content]
  /// What plans measure that name no metrics.
  public static let defaultMetrics: [Metric] = [.r2Linear, .r2Kernel, .ccaMean]
  /// What plans score that name no estimators.
  public static let defaultEstimators: [Estimator] = [.mae, .untrained, .shuffled, .ceiling]
  /// ``masks`` of plans that do not say.
  public static let defaultMasks = 8
  /// ``linearMasks`` of plans that give no number of masks.
  public static let defaultLinearMasks = 24
  /// ``kernelRows`` of plans that do not say.
  public static let defaultKernelRows = 300
  /// See ``pairRows``.
  public static let defaultPairRows = 400
  /// See ``landmarks``.
  public static let defaultLandmarks = RecoveryScorer.Limits.defaultLandmarks
  /// See ``canonicalRidge``.
  public static let defaultCanonicalRidge = RecoveryScorer.defaultCanonicalRidge

  /// The permutations of the independence test: those of the plan, or 99.
  public var hsicPermutations: Int { permutations > 0 ? permutations : 99 }

  /// The rows of expensive metrics.
  public var limits: RecoveryScorer.Limits {
    .init(kernelFitRows: kernelRows, kernelScoreRows: kernelScoreRows, landmarks: landmarks, pairRows: pairRows)
  }

  /// The masks that a metric is averaged over in mode per-mask, where the distribution has more than one.
  public func masks(for metric: Metric) -> Int { metric == .r2Linear ? linearMasks : masks }
}

extension EvaluationPlan: CustomStringConvertible {
  /// Every fact, for the identity of cells: two plans are equal exactly if these texts are.
  ///
  /// It is the text that Swift made of this type when it had no metrics but three and no estimators but four, and what came
  /// later is added only where it differs from what was then: the cells of earlier plans keep their names.
  public var description: String {
    let metrics = self.metrics.map { "Specifications.EvaluationPlan.Metric.\($0)" }.joined(separator: ", ")
    var text =
      "EvaluationPlan(modes: \(modes), targets: \(targets), metrics: [\(metrics)], masks: \(masks), "
      + "linearMasks: \(linearMasks), rows: \(rows), pooledRows: \(pooledRows), kernelRows: \(kernelRows), "
      + "recordsNodes: \(recordsNodes)"
    if kernelScoreRows != kernelRows { text += ", kernelScoreRows: \(kernelScoreRows)" }
    if pairRows != Self.defaultPairRows { text += ", pairRows: \(pairRows)" }
    if landmarks != Self.defaultLandmarks { text += ", landmarks: \(landmarks)" }
    if canonicalRidge != Self.defaultCanonicalRidge { text += ", canonicalRidge: \(canonicalRidge)" }
    if permutations != 0 { text += ", permutations: \(permutations)" }
    if estimators != Self.defaultEstimators { text += ", estimators: \(estimators.map(\.rawValue))" }
    return text + ")"
  }
}
