public import LinearAlgebra
public import Stochastics

/// Scores placed between what the estimator gives for nothing (floor) and what it gives for everything (ceiling).
public enum NormalisedRecovery {
  /// (score − floor) / (ceiling − floor): 0 at the floor, 1 at the ceiling, outside [0, 1] where the score is.
  ///
  /// - Returns: NaN if the ceiling does not exceed the floor by more than `resolution`: no scale, no number.
  public static func value(score: Double, floor: Double, ceiling: Double, resolution: Double = 1e-3) -> Double {
    ceiling - floor > resolution ? (score - floor) / (ceiling - floor) : .nan
  }
}

/// A score beside its distribution when targets have lost their features.
public struct PermutationNull: Sendable, Equatable {
  /// The score of the unshuffled split.
  public let score: Double
  /// The scores of the shuffled splits, in order of drawing.
  public let shuffled: [Double]
  /// (1 + #{shuffled ≥ score}) / (1 + permutations), one-sided: is the score more than nothing? Nil as in
  /// ``pValue(score:shuffled:)``.
  public var pValue: Double? { Self.pValue(score: score, shuffled: shuffled) }
  /// The mean of the shuffled scores: the shuffled floor.
  public var floor: Double { shuffled.reduce(0, +) / Double(shuffled.count) }

  /// ``pValue`` of scores taken elsewhere, such as means over masks. Equal up to rounding counts for the null.
  ///
  /// - Returns: Nil if the score or one of the shuffled ones is NaN: it has no rank among them.
  public static func pValue(score: Double, shuffled: [Double]) -> Double? {
    guard !score.isNaN, !shuffled.contains(where: \.isNaN) else { return nil }
    let least = score - 1e-12 * abs(score)
    return Double(1 + shuffled.count { $0 >= least }) / Double(1 + shuffled.count)
  }

  /// Scores a split and shuffles of it. The rows of the targets are permuted within the training and the test part.
  ///
  /// - Parameters:
  ///   - split: The data.
  ///   - permutations: At least 1.
  ///   - stream: The source of the permutations; advanced.
  ///   - score: Any score of a split, such as the mean held-out R² of a group.
  /// - Throws: What `score` throws.
  public init(
    _ split: HeldOutSplit, permutations: Int, using stream: inout RandomStream,
    score: (HeldOutSplit) throws(RecoveryError) -> Double
  ) throws(RecoveryError) {
    self = try Self.each(split, permutations: permutations, using: &stream) { split throws(RecoveryError) in
      [try score(split)]
    }[0]
  }

  /// The same for a score of several numbers, from the same permutations.
  ///
  /// - Parameters:
  ///   - split: Features and targets as they are.
  ///   - permutations: At least 1.
  ///   - stream: The source of the permutations; advanced.
  ///   - score: As many numbers for every permutation.
  /// - Throws: What `score` throws.
  public static func each(
    _ split: HeldOutSplit, permutations: Int, using stream: inout RandomStream,
    score: (HeldOutSplit) throws(RecoveryError) -> [Double]
  ) throws(RecoveryError) -> [PermutationNull] {
    precondition(permutations >= 1, "\(permutations) permutations")
    let observed = try score(split)
    var shuffled: [[Double]] = []
    for _ in 0..<permutations { shuffled.append(try score(split.shufflingTargets(using: &stream))) }
    return observed.indices.map { i in PermutationNull(score: observed[i], shuffled: shuffled.map { $0[i] }) }
  }

  init(score: Double, shuffled: [Double]) { (self.score, self.shuffled) = (score, shuffled) }
}

extension HeldOutSplit {
  /// The same targets with other features: a floor or a ceiling that is scored as the representation is.
  ///
  /// With the encoder's raw input this gives the oracle; with the true content c, the *dependence ceiling*: how predictable
  /// each level is from c alone.
  ///
  /// - Parameters:
  ///   - train: Shape (n, k′), the rows of the training part.
  ///   - test: Shape (m, k′).
  /// - Throws: ``RecoveryError``: shapes, non-finite elements.
  /// - Complexity: O((n + m)·k′): the targets are shared, and have been looked at before.
  public func replacingFeatures(train: Matrix<Double>, test: Matrix<Double>) throws(RecoveryError) -> HeldOutSplit {
    try requireEqual("row counts of the training features and targets", train.rows, targets.trainRows)
    try requireEqual("row counts of the test features and targets", test.rows, targets.testRows)
    try requireEqual("column counts of the training and test features", train.columns, test.columns)
    try requireFinite("the training features", train)
    try requireFinite("the test features", test)
    return HeldOutSplit(trainFeatures: train, testFeatures: test, targets: targets)
  }

  /// The same targets with the first principal components of the features: what a linear compression of given width keeps
  /// without having been taught what matters. Directions come from the training rows, columns centred and not scaled.
  ///
  /// - Parameter width: The number of components, ≥ 1; at most the rank that the features have is used.
  /// - Throws: ``RecoveryError/numerical(operation:reason:)``.
  /// - Complexity: O(n·k² + k³).
  public func principalComponents(width: Int) throws(RecoveryError) -> HeldOutSplit {
    precondition(width >= 1, "\(width) principal components")
    var (train, test) = featuresInRange
    let means = train.columnMeans()
    train.subtractRow(means)
    test.subtractRow(means)
    let directions: Matrix<Double>
    do {
      let (_, vectors) = try train.multiplied(by: train, transposeSelf: true).symmetricEigen()
      let kept = min(width, vectors.columns)
      // Ascending eigenvalues: the leading components are the last columns.
      directions = vectors.columns(vectors.columns - kept..<vectors.columns)
    } catch {
      throw .numerical(operation: "principal components", reason: "\(error)")
    }
    return HeldOutSplit(trainFeatures: train * directions, testFeatures: test * directions, targets: targets)
  }
}
