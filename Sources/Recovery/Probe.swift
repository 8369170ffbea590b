public import LinearAlgebra

/// A regression from features to targets that is fitted on the training rows of a split and judged on its test rows.
///
/// A new probe is one type in one file: it conforms to this protocol, and every table, floor and ceiling can use it.
/// Conforming types are deterministic functions of the split, whatever the number of threads.
public protocol Probe: Sendable {
  /// The name in tables and files, e.g. `ridge`.
  var name: String { get }

  /// Predictions for the test rows.
  ///
  /// - Parameters:
  ///   - split: The fitted model must not depend on its test rows.
  ///   - groups: Ranges of target columns that share hyper-parameters; each column is in exactly one. They are chosen by
  ///     cross-validation inside the training rows, for the best mean R² over the group's columns.
  /// - Returns: Shape (m, q).
  /// - Throws: ``RecoveryError`` if the data cannot be fitted at all.
  func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double>

  /// R² on the test rows for each target column; see ``R2``. That of ``predictions(_:groups:)``, unless a probe has a shorter way.
  ///
  /// - Parameters:
  ///   - split: Training part (n, k) → (n, q), test part (m, k) → (m, q).
  ///   - groups: Ranges of target columns that share hyper-parameters; each column is in exactly one.
  /// - Returns: q values in (−∞, 1].
  /// - Throws: ``RecoveryError``.
  func heldOutR2(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> [Double]
}

extension Probe {
  /// R² of the predictions for the test rows.
  public func heldOutR2(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> [Double] {
    let split = split.withTargetsInRange
    return R2.perColumn(
      predictions: try predictions(split, groups: groups), targets: split.testTargets, spread: split.targets.spread)
  }

  /// R² on the test rows for each target column, all columns sharing hyper-parameters.
  public func heldOutR2(_ split: HeldOutSplit) throws(RecoveryError) -> [Double] {
    try heldOutR2(split, groups: [0..<split.targets.columns])
  }
}

/// Traps unless every one of `columns` target columns is in exactly one group.
func requirePartition(_ groups: [Range<Int>], columns: Int) {
  var covered = [Bool](repeating: false, count: columns)
  for group in groups {
    precondition(group.lowerBound >= 0 && group.upperBound <= columns, "group \(group) of \(columns) target columns")
    for j in group {
      precondition(!covered[j], "target column \(j) is in two groups")
      covered[j] = true
    }
  }
  precondition(covered.allSatisfy { $0 }, "a target column is in no group")
}
