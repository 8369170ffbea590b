public import LinearAlgebra
public import Stochastics

/// The rows of a matrix in a uniformly random order: targets that have lost their features, for the shuffled floor.
///
/// Shuffle training and test targets each within its part; the marginal laws stay, every dependence on the features goes.
///
/// - Parameters:
///   - matrix: Shape (n, q).
///   - stream: The source of the order; advanced.
/// - Returns: Shape (n, q), each row intact.
/// - Complexity: O(n·q).
public func shuffledRows(_ matrix: Matrix<Double>, using stream: inout RandomStream) -> Matrix<Double> {
  matrix.rows(at: stream.permutation(matrix.rows))
}

extension RowOrders {
  /// Uniformly random orders, that of the training rows first.
  init(trainRows: Int, testRows: Int, using stream: inout RandomStream) {
    let train = stream.permutation(trainRows)
    self.init(train: train, test: stream.permutation(testRows))
  }
}

extension HeldOutSplit {
  /// The same split with the rows of the targets shuffled, separately within the training and the test part.
  ///
  /// - Parameter stream: The source of both orders; advanced.
  public func shufflingTargets(using stream: inout RandomStream) -> HeldOutSplit {
    shufflingTargets(RowOrders(trainRows: targets.trainRows, testRows: targets.testRows, using: &stream))
  }

  /// The same with given orders.
  func shufflingTargets(_ orders: RowOrders) -> HeldOutSplit {
    HeldOutSplit(trainFeatures: trainFeatures, testFeatures: testFeatures, targets: targets.shuffled(orders))
  }

  /// The same split with shuffled rows of the targets, and with the targets and beside them those: what is fitted to all columns at
  /// once is cheaper for both together, what costs something for every column is cheaper apart.
  ///
  /// - Parameter stream: The source of the orders of ``shufflingTargets(using:)``; advanced.
  /// - Returns: Splits of q and of 2q target columns.
  public func withShuffledTargets(
    using stream: inout RandomStream
  ) -> (shuffled: HeldOutSplit, beside: HeldOutSplit) {
    let orders = RowOrders(trainRows: targets.trainRows, testRows: targets.testRows, using: &stream)
    let beside = HeldOutSplit(
      trainFeatures: trainFeatures, testFeatures: testFeatures, targets: targets.besideShuffled(orders))
    return (shufflingTargets(orders), beside)
  }

  /// The same pairs of rows in the order in which the targets came, so that shuffled targets share what is worked out of the others: for
  /// scores that no order of the rows changes.
  var inOrderOfTargets: HeldOutSplit {
    guard let (others, orders) = targets.unshuffled else { return self }
    return HeldOutSplit(
      trainFeatures: trainFeatures.rows(at: RowOrders.inverse(orders.train)),
      testFeatures: testFeatures.rows(at: RowOrders.inverse(orders.test)), targets: others)
  }

  /// The same split with the roles of features and targets exchanged: how well the truth predicts the representation.
  public var reversed: HeldOutSplit {
    HeldOutSplit(
      checkedTrainFeatures: trainTargets, trainTargets: trainFeatures, testFeatures: testTargets,
      testTargets: testFeatures)
  }
  /// ``reversed`` without the features that are constant over the training rows.
  ///
  /// As a target such a dead dimension would be predicted exactly and score 1, so that the more of its dimensions an encoder
  /// let collapse, the better it would look.
  public var reversedLive: HeldOutSplit {
    let scales = Standardisation(trainFeatures).scales
    let live = scales.indices.filter { scales[$0] > 0 }
    guard live.count < scales.count else { return reversed }
    return HeldOutSplit(
      checkedTrainFeatures: trainTargets, trainTargets: trainFeatures.columns(at: live), testFeatures: testTargets,
      testTargets: testFeatures.columns(at: live))
  }
}
