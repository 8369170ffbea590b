internal import LinearAlgebra

/// How much a representation tells about some targets beyond what other targets tell: 1 − SSE(z | ĉ, others) / SSE(z | others).
///
/// A level can be predictable from ĉ only because it is correlated with another level; its partial R² is then 0. Both
/// regressions are fitted on the training rows and judged on the test rows.
public enum PartialR2 {
  /// The partial R² of each column of a group, given all target columns outside the group.
  ///
  /// - Parameters:
  ///   - split: Features ĉ of shape (n, k), targets of shape (n, q).
  ///   - group: The columns asked about (a level).
  ///   - probe: The regression, used for both.
  /// - Returns: One value in (−∞, 1] for each column of the group: 0 where the features add nothing, slightly negative where
  ///   they only add noise. Where the other targets already predict a column exactly (residual below 1e-12 of its
  ///   variance) there is nothing left to explain, and the value is 0. NaN where the group is all columns: nothing is given.
  /// - Throws: ``RecoveryError``.
  /// - Precondition: `group` lies inside the target columns.
  /// - Complexity: Two fits of the probe.
  public static func perColumn(
    _ split: HeldOutSplit, group: Range<Int>, probe: some Probe
  ) throws(RecoveryError) -> [Double] {
    guard group.count < split.trainTargets.columns else { return group.map { _ in .nan } }
    let (reduced, full) = splits(split, group: group)
    return perColumn(without: try probe.heldOutR2(reduced), with: try probe.heldOutR2(full))
  }

  /// The two regressions of a group: from the targets outside the group alone, and from the features and these.
  static func splits(_ split: HeldOutSplit, group: Range<Int>) -> (reduced: HeldOutSplit, full: HeldOutSplit) {
    precondition(
      group.lowerBound >= 0 && group.upperBound <= split.trainTargets.columns,
      "columns \(group) of \(split.trainTargets.columns)")
    let others = (
      train: split.trainTargets.columns(excluding: group), test: split.testTargets.columns(excluding: group)
    )
    let (trainTargets, testTargets) = (split.trainTargets.columns(group), split.testTargets.columns(group))
    let reduced = HeldOutSplit(
      checkedTrainFeatures: others.train, trainTargets: trainTargets, testFeatures: others.test,
      testTargets: testTargets)
    let full = HeldOutSplit(
      checkedTrainFeatures: .concatenatingColumns([split.trainFeatures, others.train]), trainTargets: trainTargets,
      testFeatures: .concatenatingColumns([split.testFeatures, others.test]), testTargets: testTargets)
    return (reduced, full)
  }

  /// The partial R² from the R² of both regressions, column by column.
  static func perColumn(without: [Double], with: [Double]) -> [Double] {
    zip(without, with).map { without, with in
      // The total sum of squares cancels: (1 − R²) is SSE up to it.
      1 - without > 1e-12 ? 1 - (1 - with) / (1 - without) : 0
    }
  }
}
