internal import LinearAlgebra

/// ``meanCanonicalCorrelation(_:ridge:)`` between the features and each of several blocks of target columns.
///
/// - Parameters:
///   - split: Features (n, k), targets (n, q) and their test rows.
///   - groups: Ranges of target columns, in any order; they may overlap (a level and its nodes).
///   - ridge: As there.
/// - Returns: One value in [−1, 1] for each group.
/// - Throws: ``RecoveryError/numerical(operation:reason:)``.
/// - Complexity: That of one call for each group.
public func meanCanonicalCorrelations(
  _ split: HeldOutSplit, groups: [Range<Int>], ridge: Double = 1e-6
) throws(RecoveryError) -> [Double] {
  var result: [Double] = []
  for group in groups {
    let block = HeldOutSplit(
      checkedTrainFeatures: split.trainFeatures, trainTargets: split.trainTargets.columns(group),
      testFeatures: split.testFeatures, testTargets: split.testTargets.columns(group))
    result.append(try meanCanonicalCorrelation(block, ridge: ridge))
  }
  return result
}
