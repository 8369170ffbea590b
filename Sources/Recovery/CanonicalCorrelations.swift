public import LinearAlgebra

/// Canonical correlations between two views of the same samples, in-sample (Hotelling 1936; computed by QR and SVD after
/// Björck & Golub 1973).
///
/// The in-sample values are biased upwards: with n ≤ p + q rows, at least p + q − n + 1 of them are exactly 1 whatever
/// the data, and the bias fades only as (p + q)/n. Use ``heldOutCanonicalCorrelations(_:ridge:)`` for a score.
///
/// - Parameters:
///   - x: Shape (n, p); rows are samples. Centred and scaled internally.
///   - y: Shape (n, q).
///   - tolerance: Singular values of a standardised view below this share of its largest count as zero (collinear or
///     constant columns). Use about 1e-5 for data that was stored in single precision.
/// - Returns: min(rank x, rank y) values in [0, 1], descending; none if a view is constant.
/// - Throws: ``RecoveryError``: shapes, fewer than two rows, non-finite elements, or an SVD that does not converge.
/// - Complexity: O(n(p² + q²) + n·p·q).
public func canonicalCorrelations(
  _ x: Matrix<Double>, _ y: Matrix<Double>, tolerance: Double = 1e-10
) throws(RecoveryError) -> [Double] {
  try requireEqual("row counts of the two views", x.rows, y.rows)
  try requireRows("the two views", x, atLeast: 2)
  try requireFinite("the values of the first view", x)
  try requireFinite("the values of the second view", y)
  let (u, v) = (try orthonormalBasis(x, tolerance: tolerance), try orthonormalBasis(y, tolerance: tolerance))
  guard u.columns > 0, v.columns > 0 else { return [] }
  do {
    // Cosines of principal angles; rounding may exceed 1 by an ulp.
    return try u.multiplied(by: v, transposeSelf: true).singularValues().map { min(max($0, 0), 1) }
  } catch {
    throw .numerical(operation: "canonical correlation", reason: "\(error)")
  }
}

/// An orthonormal basis, shape (n, rank), of the column space of the standardised matrix.
private func orthonormalBasis(_ matrix: Matrix<Double>, tolerance: Double) throws(RecoveryError) -> Matrix<Double> {
  let standardised = Standardisation(matrix).applied(to: matrix)
  do {
    if standardised.rows > standardised.columns {
      let (q, r) = try standardised.qr()
      let (u, values, _) = try r.singularValueDecomposition()
      return q * u.columns(0..<rank(values, tolerance))
    }
    let (u, values, _) = try standardised.singularValueDecomposition()
    return u.columns(0..<rank(values, tolerance))
  } catch {
    throw .numerical(operation: "canonical correlation", reason: "\(error)")
  }
}

/// How many of the descending singular values exceed the tolerance.
private func rank(_ values: [Double], _ tolerance: Double) -> Int {
  values.prefix { $0 > tolerance * values[0] && $0 > 0 }.count
}
