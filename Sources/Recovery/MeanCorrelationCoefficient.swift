public import LinearAlgebra

/// The mean correlation coefficient (MCC) of nonlinear ICA: absolute correlations of each target with the one feature that
/// an optimal one-to-one assignment gives it (Hyvärinen & Morioka 2016).
///
/// It rewards recovery up to permutation, sign and (Spearman) monotone maps of single coordinates; a rotation of the
/// features lowers it. Compare ``meanCanonicalCorrelation(_:ridge:)``, which is blind to rotations.
public struct MeanCorrelationCoefficient: Sendable, Equatable {
  /// The correlation between single columns.
  public enum Correlation: String, Sendable, CaseIterable {
    /// Pearson's.
    case pearson
    /// Spearman's: Pearson's of mid-ranks.
    case spearman
  }

  /// The mean of ``perTarget`` over all q targets, in [0, 1]; NaN without targets. With fewer features than targets, the
  /// unmatched ones count 0: a representation cannot gain by leaving targets out. With more, the best q are used.
  public let value: Double
  /// The absolute correlation of each target with its feature; 0 for a target without one, or where either is constant.
  public let perTarget: [Double]
  /// The feature column assigned to each target; nil for targets without one.
  public let assignment: [Int?]

  /// In-sample: assignment and correlations on the same rows, as the literature does. Biased upwards when there are few
  /// rows and many features.
  ///
  /// - Parameters:
  ///   - features: Shape (n, k), n ≥ 2.
  ///   - targets: Shape (n, q).
  ///   - correlation: Pearson or Spearman.
  /// - Throws: ``RecoveryError``: shapes, rows, non-finite elements.
  /// - Complexity: O(n·k·q + n(k + q) log n + min(k, q)² · max(k, q)).
  public init(
    features: Matrix<Double>, targets: Matrix<Double>, correlation: Correlation
  ) throws(RecoveryError) {
    try requireViews(features, targets, rows: 2)
    let all = absoluteCorrelations(features, targets, correlation)
    self.init(assignment: maximumAssignment(all), correlations: all)
  }

  /// Held out: the assignment is made on the training rows, the correlations are taken on the test rows.
  ///
  /// - Complexity: As ``init(features:targets:correlation:)``.
  public init(_ split: HeldOutSplit, correlation: Correlation) {
    self.init(
      assignment: maximumAssignment(absoluteCorrelations(split.trainFeatures, split.trainTargets, correlation)),
      correlations: absoluteCorrelations(split.testFeatures, split.testTargets, correlation))
  }

  /// - Parameters: assignment of targets (rows of `correlations`) to features (columns).
  private init(assignment: [Int?], correlations: Matrix<Double>) {
    self.assignment = assignment
    perTarget = assignment.enumerated().map { target, feature in feature.map { correlations[target, $0] } ?? 0 }
    value = perTarget.reduce(0, +) / Double(perTarget.count)
  }
}

/// |correlation| of each target (rows of the result) with each feature (columns); 0 where either is constant.
func absoluteCorrelations(
  _ features: Matrix<Double>, _ targets: Matrix<Double>, _ correlation: MeanCorrelationCoefficient.Correlation
) -> Matrix<Double> {
  let (x, y) = correlation == .pearson ? (features, targets) : (midRanks(features), midRanks(targets))
  let (a, b) = (Standardisation(x).applied(to: x), Standardisation(y).applied(to: y))
  var result = Matrix<Double>(rows: y.columns, columns: x.columns)
  b.multiply(a, transposeSelf: true, alpha: 1 / Double(max(x.rows, 1)), into: &result)
  result.withUnsafeMutableElements { for i in $0.indices { $0[i] = min(abs($0[i]), 1) } }
  return result
}

/// Each column replaced by its ranks from 1; equal values share the mean of their ranks.
package func midRanks(_ matrix: Matrix<Double>) -> Matrix<Double> {
  let (rows, columns) = (matrix.rows, matrix.columns)
  var result = matrix
  for j in 0..<columns {
    let values = matrix.column(j)
    let order = (0..<rows).sorted { values[$0] < values[$1] }
    var first = 0
    while first < rows {
      var last = first
      while last + 1 < rows, values[order[last + 1]] == values[order[first]] { last += 1 }
      let rank = Double(first + last) / 2 + 1
      result.withUnsafeMutableElements { for i in first...last { $0[order[i] * columns + j] = rank } }
      first = last + 1
    }
  }
  return result
}
