public import LinearAlgebra

/// Centred kernel alignment, the similarity of two representations up to rotation and one common scale
/// (Kornblith, Norouzi, Lee & Hinton 2019).
///
/// Two estimators, never confused: the *biased* one (the usual V-statistic) approaches 1 for unrelated views as the
/// number of columns approaches the number of rows; the *unbiased* one (the U-statistic of Song et al. 2012) averages 0
/// there, and may be negative. Both are in-sample. Columns are centred, not scaled.
public enum KernelAlignment {
  /// Which estimate of the Hilbert–Schmidt independence criterion is normalised.
  public enum Estimator: String, Sendable, CaseIterable {
    /// The V-statistic; in [0, 1].
    case biased
    /// The U-statistic; at most about 1, and around 0 of either sign for independent views. Needs four rows.
    case unbiased
  }

  /// Linear CKA: ‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖) for the biased estimator.
  ///
  /// - Parameters:
  ///   - x: Shape (n, p); rows are samples.
  ///   - y: Shape (n, q), the same samples.
  ///   - estimator: See ``Estimator``.
  /// - Returns: 1 for equal views up to rotation, shift and scale; 0 if either view is constant (or, unbiased, if its
  ///   estimated spread is not positive).
  /// - Throws: ``RecoveryError``: shapes, too few rows, non-finite elements.
  /// - Complexity: O(n(p + q)²) time; no matrix of order n.
  public static func linear(
    _ x: Matrix<Double>, _ y: Matrix<Double>, estimator: Estimator
  ) throws(RecoveryError) -> Double {
    try requireViews(x, y, rows: estimator == .biased ? 2 : 4)
    // Columns at one common scale, so that no fourth power over- or underflows.
    let (a, b) = (centredToUnit(x), centredToUnit(y))
    let n = Double(x.rows)
    let (aNorms, bNorms) = (a.rowSquares(), b.rowSquares())
    // The rows of a centred view sum to 0, so the row sums of its kernel without the diagonal are −‖xᵢ‖².
    func hsic(_ u: Matrix<Double>, _ v: Matrix<Double>, _ uNorms: [Double], _ vNorms: [Double]) -> Double {
      let product = u.multiplied(by: v, transposeSelf: true)
      let total = product.withUnsafeElements { $0.reduce(0) { $0 + $1 * $1 } }
      guard estimator == .unbiased else { return total }
      var diagonal = 0.0
      for (s, t) in zip(uNorms, vNorms) { diagonal += s * t }
      let sums = uNorms.reduce(0, +) * vNorms.reduce(0, +)
      return (total - diagonal) + sums / ((n - 1) * (n - 2)) - 2 / (n - 2) * diagonal
    }
    return normalised(
      hsic(a, b, aNorms, bNorms), hsic(a, a, aNorms, aNorms), hsic(b, b, bNorms, bNorms), estimator)
  }

  /// CKA with Gaussian kernels exp(−d² / 2σ²), σ the given share of the median distance between rows of each view.
  ///
  /// - Parameters:
  ///   - x: Shape (n, p), n ≥ 2 (4 for the unbiased estimator).
  ///   - y: Shape (n, q), the same samples.
  ///   - estimator: See ``Estimator``.
  ///   - widthShare: σ over the median of the n(n − 1)/2 distances; > 0.
  /// - Returns: As ``linear(_:_:estimator:)``.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n²(p + q)) time, O(n²) memory: give a few thousand rows.
  public static func gaussian(
    _ x: Matrix<Double>, _ y: Matrix<Double>, estimator: Estimator, widthShare: Double = 1
  ) throws(RecoveryError) -> Double {
    precondition(widthShare > 0 && widthShare.isFinite, "a kernel width of \(widthShare) median distances")
    try requireViews(x, y, rows: estimator == .biased ? 2 : 4)
    return PairwiseStatistic.alignment(estimator, widthShare: widthShare).value(x, y)
  }

  /// ⟨x, y⟩ / (‖x‖ ‖y‖) from the three products; 0 unless both squares are positive.
  static func normalised(_ cross: Double, _ x: Double, _ y: Double, _ estimator: Estimator) -> Double {
    guard x > 0, y > 0 else { return 0 }
    let value = cross / (x.squareRoot() * y.squareRoot())
    // Both are bounded by Cauchy and Schwarz, and rounding must not leave their ranges.
    return min(max(value, estimator == .biased ? 0 : -1), 1)
  }
}

/// Checks that two views have the same rows, enough of them, and finite elements.
func requireViews(_ x: Matrix<Double>, _ y: Matrix<Double>, rows: Int) throws(RecoveryError) {
  try requireEqual("row counts of the two views", x.rows, y.rows)
  try requireRows("the two views", x, atLeast: rows)
  try requireFinite("the values of the first view", x)
  try requireFinite("the values of the second view", y)
}

/// The matrix with centred columns, all divided by the same number: about the largest deviation. Columns that are
/// constant up to rounding become zero.
func centredToUnit(_ matrix: Matrix<Double>) -> Matrix<Double> {
  let standard = Standardisation(matrix)
  let shares = standard.shares
  guard shares.contains(where: { $0 > 0 }) else { return Matrix(rows: matrix.rows, columns: matrix.columns) }
  var result = standard.applied(to: matrix)
  let columns = matrix.columns
  result.withUnsafeMutableElements { x in
    for i in 0..<matrix.rows { for j in 0..<columns { x[i * columns + j] *= shares[j] } }
  }
  return result
}
