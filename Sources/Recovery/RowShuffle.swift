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

extension HeldOutSplit {
  /// The same split with the rows of the targets shuffled, separately within the training and the test part.
  ///
  /// - Parameter stream: The source of both orders; advanced.
  public func shufflingTargets(using stream: inout RandomStream) -> HeldOutSplit {
    let train = shuffledRows(trainTargets, using: &stream)
    return HeldOutSplit(
      checkedTrainFeatures: trainFeatures, trainTargets: train, testFeatures: testFeatures,
      testTargets: shuffledRows(testTargets, using: &stream))
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
