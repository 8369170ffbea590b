public import LinearAlgebra

/// Features and targets of two disjoint sets of samples: one to fit on, one to score on.
///
/// Every score of this module takes a split rather than two matrices, so that none can be computed on the rows it was
/// fitted on. Rows are taken to be exchangeable (independent draws); shuffle rows that come in an order.
public struct HeldOutSplit: Sendable {
  /// Shape (n, k): what a probe reads (a representation), for the rows it is fitted on.
  public let trainFeatures: Matrix<Double>
  /// Shape (n, q): what it should predict (true latents), for the same rows.
  public var trainTargets: Matrix<Double> { targets.train }
  /// Shape (m, k): the features of the held-out rows.
  public let testFeatures: Matrix<Double>
  /// Shape (m, q): the targets of the held-out rows; used for scoring only.
  public var testTargets: Matrix<Double> { targets.test }
  /// The targets of both parts, and what scores have worked out about them.
  let targets: HeldOutTargets

  /// A split from its four parts.
  ///
  /// - Parameters:
  ///   - trainFeatures: Shape (n, k), n ≥ 2; k may be 0 (a probe then predicts the mean).
  ///   - trainTargets: Shape (n, q).
  ///   - testFeatures: Shape (m, k), m ≥ 2.
  ///   - testTargets: Shape (m, q).
  /// - Throws: ``RecoveryError/shapeMismatch(what:left:right:)``, ``RecoveryError/tooFewRows(what:rows:needed:)``, or
  ///   ``RecoveryError/nonFinite(what:)``.
  /// - Complexity: O((n + m)(k + q)).
  public init(
    trainFeatures: Matrix<Double>, trainTargets: Matrix<Double>, testFeatures: Matrix<Double>,
    testTargets: Matrix<Double>
  ) throws(RecoveryError) {
    try requireEqual("row counts of the training features and targets", trainFeatures.rows, trainTargets.rows)
    try requireEqual("row counts of the test features and targets", testFeatures.rows, testTargets.rows)
    try requireEqual("column counts of the training and test features", trainFeatures.columns, testFeatures.columns)
    try requireEqual("column counts of the training and test targets", trainTargets.columns, testTargets.columns)
    try requireRows("the training rows", trainFeatures, atLeast: 2)
    try requireRows("the test rows", testFeatures, atLeast: 2)
    try requireFinite("the training features", trainFeatures)
    try requireFinite("the training targets", trainTargets)
    try requireFinite("the test features", testFeatures)
    try requireFinite("the test targets", testTargets)
    self.init(
      checkedTrainFeatures: trainFeatures, trainTargets: trainTargets, testFeatures: testFeatures,
      testTargets: testTargets)
  }

  /// The split whose training part is the first `trainRows` rows and whose test part is all the others.
  ///
  /// - Parameters:
  ///   - features: Shape (n + m, k).
  ///   - targets: Shape (n + m, q), the same samples in the same order.
  ///   - trainRows: n, the rows of the training part.
  /// - Throws: As ``init(trainFeatures:trainTargets:testFeatures:testTargets:)``.
  /// - Precondition: `0 <= trainRows && trainRows <= features.rows`.
  public init(features: Matrix<Double>, targets: Matrix<Double>, trainRows: Int) throws(RecoveryError) {
    try requireEqual("row counts of the features and targets", features.rows, targets.rows)
    precondition(trainRows >= 0 && trainRows <= features.rows, "\(trainRows) training rows of \(features.rows)")
    let (train, test) = (0..<trainRows, trainRows..<features.rows)
    try self.init(
      trainFeatures: features.rows(train), trainTargets: targets.rows(train), testFeatures: features.rows(test),
      testTargets: targets.rows(test))
  }
}

extension HeldOutSplit {
  /// A split of parts whose shapes and elements are known to be right.
  init(
    checkedTrainFeatures trainFeatures: Matrix<Double>, trainTargets: Matrix<Double>, testFeatures: Matrix<Double>,
    testTargets: Matrix<Double>
  ) {
    self.init(
      trainFeatures: trainFeatures, testFeatures: testFeatures,
      targets: HeldOutTargets(train: trainTargets, test: testTargets))
  }

  /// The same features with ``HeldOutTargets/inRange``: for R², which no unit of the targets changes.
  var withTargetsInRange: HeldOutSplit {
    HeldOutSplit(trainFeatures: trainFeatures, testFeatures: testFeatures, targets: targets.inRange)
  }

  /// Features of both parts in a common unit that is safe to compute with, a power of two; as they are unless they are at the ends of the
  /// range of numbers.
  var featuresInRange: (train: Matrix<Double>, test: Matrix<Double>) {
    let unit = ColumnRange(trainFeatures).commonUnit
    return unit == 1 ? (trainFeatures, testFeatures) : (unit * trainFeatures, unit * testFeatures)
  }

  /// The same with targets that other splits may share.
  init(trainFeatures: Matrix<Double>, testFeatures: Matrix<Double>, targets: HeldOutTargets) {
    (self.trainFeatures, self.testFeatures, self.targets) = (trainFeatures, testFeatures, targets)
  }
}

func requireEqual(_ what: String, _ left: Int, _ right: Int) throws(RecoveryError) {
  guard left == right else { throw .shapeMismatch(what: "the \(what)", left: left, right: right) }
}

func requireRows(_ what: String, _ matrix: Matrix<Double>, atLeast needed: Int) throws(RecoveryError) {
  guard matrix.rows >= needed else { throw .tooFewRows(what: what, rows: matrix.rows, needed: needed) }
}

func requireFinite(_ what: String, _ matrix: Matrix<Double>) throws(RecoveryError) {
  guard matrix.isFinite else { throw .nonFinite(what: what) }
}
