internal import LinearAlgebra
public import Stochastics

/// Target columns that are scored together: a level, a node, the content.
public struct TargetBlock: Sendable, Hashable {
  /// The columns of the block.
  public var columns: Range<Int>
  /// For a partial R² the columns of the block and of all targets that it is given; nil where nothing is asked of others.
  public var family: Range<Int>?

  /// A block from its columns.
  public init(columns: Range<Int>, family: Range<Int>? = nil) {
    self.columns = columns
    self.family = family
  }
}

/// Any ``RecoveryMetric`` of any number of blocks of targets: what `strata evaluate` and sweeps share.
public struct RecoveryScorer: Sendable {
  /// How many rows the expensive metrics use: part of the definition of their numbers.
  public struct Limits: Sendable, Hashable {
    /// The first training rows that kernel ridge is fitted on; its time grows with their cube.
    public var kernelFitRows: Int
    /// The first test rows that kernel ridge is scored on; nil for all.
    public var kernelScoreRows: Int?
    /// The landmark rows of the Nyström probe.
    public var landmarks: Int
    /// The first rows that pairwise metrics see; their time and memory grow with the square.
    public var pairRows: Int

    /// See ``landmarks``.
    public static let defaultLandmarks = 1000

    /// Limits; landmarks at least 1, the others at least 4.
    public init(
      kernelFitRows: Int = 2000, kernelScoreRows: Int? = nil, landmarks: Int = Limits.defaultLandmarks,
      pairRows: Int = 2000
    ) {
      precondition(landmarks >= 1, "\(landmarks) landmarks")
      precondition(
        min(kernelFitRows, kernelScoreRows ?? 4, pairRows) >= 4,
        "kernel ridge on \(kernelFitRows) rows, pairwise metrics on \(pairRows)")
      self.kernelFitRows = kernelFitRows
      self.kernelScoreRows = kernelScoreRows
      self.landmarks = landmarks
      self.pairRows = pairRows
    }

    /// The rows that a metric of a split is fitted on and scored on; in-sample metrics have the same rows twice.
    public func rows(_ metric: RecoveryMetric, fit: Int, score: Int) -> (fit: Int, score: Int) {
      guard metric.isHeldOut else {
        let rows = metric.isPairwise ? min(fit + score, pairRows) : fit + score
        return (rows, rows)
      }
      guard metric.isKernelRidge else { return (fit, score) }
      return (min(fit, kernelFitRows), min(score, kernelScoreRows ?? score))
    }
  }

  /// The rows that the expensive metrics use.
  public let limits: Limits
  /// The ridge of canonical correlations, relative to the unit diagonal of both views' correlation matrices (Vinod 1976).
  public let canonicalRidge: Double
  /// The source of the MLP probe's weights.
  public let key: RandomKey

  /// See ``canonicalRidge``.
  public static let defaultCanonicalRidge = 1e-6

  /// A scorer; `canonicalRidge` is finite and not negative.
  public init(limits: Limits, canonicalRidge: Double = RecoveryScorer.defaultCanonicalRidge, key: RandomKey) {
    precondition(canonicalRidge >= 0 && canonicalRidge.isFinite, "canonical correlation ridge \(canonicalRidge)")
    self.limits = limits
    self.canonicalRidge = canonicalRidge
    self.key = key
  }

  /// One score for each block.
  ///
  /// - Parameters:
  ///   - metric: What is measured, ``RecoveryMetric/isSingle``. In-sample metrics see the training rows and then the test rows.
  ///   - split: Features (n, k) and targets (n, q), and (m, ·) to score on.
  ///   - groups: A partition of the target columns; probes share their hyper-parameters within a group.
  ///   - blocks: What is scored, in any order; blocks may overlap. The R² of a block is the unweighted mean over its columns.
  /// - Returns: A score for each block; nil only for the partial R² of a block without a family, or that is all of it: there is
  ///   nothing that it could be given.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: That of the metric; probes are fitted once for all blocks, other metrics once a block.
  public func scores(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, groups: [Range<Int>], blocks: [TargetBlock]
  ) throws(RecoveryError) -> [Double?] {
    precondition(metric.isSingle, "\(metric.rawValue) has several numbers: take its components")
    func r2(_ probe: some Probe, _ split: HeldOutSplit) throws(RecoveryError) -> [Double?] {
      R2.groupMeans(try probe.heldOutR2(split, groups: groups), groups: blocks.map(\.columns))
    }
    switch metric {
    case .r2Linear: return try r2(RidgeProbe(), split)
    case .r2Kernel:
      // The probe takes no more training rows anyway, and the split as it is shares its targets.
      let takesAll = split.testFeatures.rows <= limits.kernelScoreRows ?? .max
      return try r2(kernelProbe, takesAll ? split : kernelRows(of: split))
    case .r2Nystroem, .r2NystroemReverse, .r2NystroemPartial:
      return try blockScores(metric, split, groups: groups, blocks: blocks).map { $0?.value }
    case .r2MLP: return try r2(MLPProbe(key: key.child("mlp")), split)
    case .ccaMean:
      return try meanCanonicalCorrelations(split, groups: blocks.map(\.columns), ridge: canonicalRidge)
    default: break
    }
    var result: [Double?] = []
    for block in blocks { result.append(try score(metric, split, block)) }
    return result
  }

  /// Every number of a metric of one block: one, or for ``RecoveryMetric/ccaEach`` min(k, columns).
  ///
  /// - Parameters:
  ///   - metric: What is measured.
  ///   - split: Features (n, k) and targets (n, q), and (m, ·) to score on. All targets are one group of ``scores(_:_:groups:blocks:)``.
  ///   - block: What is scored; with a family if the metric is partial.
  /// - Throws: ``RecoveryError``.
  public func components(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, _ block: TargetBlock
  ) throws(RecoveryError) -> [Double] {
    if metric == .ccaEach {
      return try heldOutCanonicalCorrelations(split.targetColumns(block.columns), ridge: canonicalRidge)
    }
    return try scores(metric, split, groups: [0..<split.trainTargets.columns], blocks: [block]).map { $0 ?? .nan }
  }

  /// The independence tests of the representation and each block, on the first rows.
  ///
  /// - Parameters:
  ///   - split: Features and targets; the first rows are used, training rows before test rows.
  ///   - blocks: What the representation is tested against.
  ///   - permutations: At least 1.
  ///   - stream: The source of the permutations; advanced.
  /// - Throws: ``RecoveryError``.
  public func independence(
    _ split: HeldOutSplit, blocks: [TargetBlock], permutations: Int, using stream: inout RandomStream
  ) throws(RecoveryError) -> [IndependenceTest] {
    var tests: [IndependenceTest] = []
    try forEachPairs(.independence, split, blocks) { a, b, rows in
      tests.append(IndependenceTest(a, b, rows: rows, permutations: permutations, using: &stream))
    }
    return tests
  }

  var kernelProbe: KernelRidgeProbe { KernelRidgeProbe(maximumRows: limits.kernelFitRows) }

  /// The columns of a block inside its family, and the split with the family as targets; nil where it has none to be given.
  static func partial(_ whole: HeldOutSplit, _ block: TargetBlock) -> (own: Range<Int>, family: HeldOutSplit)? {
    guard let family = block.family, family != block.columns else { return nil }
    let own = block.columns.lowerBound - family.lowerBound..<block.columns.upperBound - family.lowerBound
    return (own, whole.targetColumns(family))
  }

  private func score(
    _ metric: RecoveryMetric, _ whole: HeldOutSplit, _ block: TargetBlock
  ) throws(RecoveryError) -> Double? {
    if metric.isPartial {
      guard let (own, split) = Self.partial(whole, block) else { return nil }
      switch metric {
      case .r2LinearPartial: return mean(try PartialR2.perColumn(split, group: own, probe: RidgeProbe()))
      case .r2KernelPartial:
        return mean(try PartialR2.perColumn(kernelRows(of: split), group: own, probe: kernelProbe))
      case .r2MLPPartial:
        return mean(try PartialR2.perColumn(split, group: own, probe: MLPProbe(key: key.child("mlp-partial"))))
      default: preconditionFailure("\(metric.rawValue) has no probe")
      }
    }
    guard metric.isHeldOut else { return try inSample(metric, whole, block) }
    let split = whole.targetColumns(block.columns)
    switch metric {
    case .r2LinearReverse: return try reverseR2(RidgeProbe(), split)
    case .r2KernelReverse: return try reverseR2(kernelProbe, kernelRows(of: split))
    case .r2MLPReverse: return try reverseR2(MLPProbe(key: key.child("mlp-reverse")), split)
    case .mccPearson: return MeanCorrelationCoefficient(split, correlation: .pearson).value
    case .mccSpearman: return MeanCorrelationCoefficient(split, correlation: .spearman).value
    case .dciDisentanglement: return try Disentanglement(split).disentanglement
    case .dciCompleteness: return try Disentanglement(split).completeness
    case .dciInformativeness: return try Disentanglement(split).informativeness ?? .nan
    default: preconditionFailure("\(metric.rawValue) is scored for all blocks at once")
    }
  }

  private func inSample(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, _ block: TargetBlock
  ) throws(RecoveryError) -> Double {
    let (x, y) = views(split, block, rows: metric.isPairwise ? limits.pairRows : .max)
    if let statistic = PairwiseStatistic(metric) {
      try requireViews(x, y, rows: 4)
      return statistic.value(x, y)
    }
    switch metric {
    case .svcca: return try SubspaceSimilarity.svcca(x, y)
    case .pwcca: return try SubspaceSimilarity.pwcca(x, y)
    case .ckaLinearBiased: return try KernelAlignment.linear(x, y, estimator: .biased)
    case .ckaLinearUnbiased: return try KernelAlignment.linear(x, y, estimator: .unbiased)
    case .mig: return try Information.mutualInformationGap(codes: x, factors: y)
    case .sap: return try Information.separatedAttributePredictability(codes: x, factors: y)
    default: preconditionFailure("\(metric.rawValue) is not an in-sample metric")
    }
  }

  /// The first rows of both views: training rows, then test rows.
  func views(
    _ split: HeldOutSplit, _ block: TargetBlock, rows limit: Int
  ) -> (Matrix<Double>, Matrix<Double>) {
    func first(_ train: Matrix<Double>, _ test: Matrix<Double>) -> Matrix<Double> {
      if limit <= train.rows { return train.rows(0..<limit) }
      return .concatenatingRows([train, test.rows(0..<min(limit - train.rows, test.rows))])
    }
    return (
      first(split.trainFeatures, split.testFeatures),
      first(split.trainTargets.columns(block.columns), split.testTargets.columns(block.columns))
    )
  }

  /// The first rows of both parts.
  private func kernelRows(of split: HeldOutSplit) -> HeldOutSplit {
    let train = 0..<min(limits.kernelFitRows, split.trainFeatures.rows)
    let test = 0..<min(limits.kernelScoreRows ?? .max, split.testFeatures.rows)
    guard train.count < split.trainFeatures.rows || test.count < split.testFeatures.rows else { return split }
    return HeldOutSplit(
      checkedTrainFeatures: split.trainFeatures.rows(train), trainTargets: split.trainTargets.rows(train),
      testFeatures: split.testFeatures.rows(test), testTargets: split.testTargets.rows(test))
  }

  /// The mean R² of the representation's live dimensions from the targets; 0 if all are dead.
  private func reverseR2(_ probe: some Probe, _ split: HeldOutSplit) throws(RecoveryError) -> Double {
    let reversed = split.reversedLive
    return reversed.trainTargets.columns > 0 ? mean(try probe.heldOutR2(reversed)) : 0
  }

  func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}

extension HeldOutSplit {
  /// The same features with a range of the target columns.
  func targetColumns(_ columns: Range<Int>) -> HeldOutSplit {
    guard columns != 0..<trainTargets.columns else { return self }
    return HeldOutSplit(
      checkedTrainFeatures: trainFeatures, trainTargets: trainTargets.columns(columns), testFeatures: testFeatures,
      testTargets: testTargets.columns(columns))
  }
}
