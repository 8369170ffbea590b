public import LinearAlgebra

/// Canonical correlations between two views of the same samples, in-sample (Hotelling 1936): by whitening with Cholesky
/// factors where both views are well conditioned, else by QR and SVD (Björck & Golub 1973).
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
/// - Complexity: O(n(p² + q²) + n·p·q); whitening takes a tenth of the time of QR.
public func canonicalCorrelations(
  _ x: Matrix<Double>, _ y: Matrix<Double>, tolerance: Double = 1e-10
) throws(RecoveryError) -> [Double] {
  try requireEqual("row counts of the two views", x.rows, y.rows)
  try requireRows("the two views", x, atLeast: 2)
  try requireFinite("the values of the first view", x)
  try requireFinite("the values of the second view", y)
  let (x, y) = (Standardisation(x).applied(to: x), Standardisation(y).applied(to: y))
  if let left = wellConditionedFactor(x), let right = wellConditionedFactor(y) {
    // M = Lₓ⁻¹ (XᵀY/n) L_y⁻ᵀ has the cosines as its singular values.
    var cross = Matrix<Double>(rows: x.columns, columns: y.columns)
    x.multiply(y, transposeSelf: true, alpha: 1 / Double(x.rows), into: &cross)
    return try cosines(right.lowerTriangularSolve(left.lowerTriangularSolve(cross).transposed()))
  }
  let (u, v) = (try orthonormalBasis(x, tolerance: tolerance), try orthonormalBasis(y, tolerance: tolerance))
  guard u.columns > 0, v.columns > 0 else { return [] }
  return try cosines(u.multiplied(by: v, transposeSelf: true))
}

/// Singular values in [0, 1]; rounding may exceed 1 by an ulp.
private func cosines(_ matrix: Matrix<Double>) throws(RecoveryError) -> [Double] {
  do {
    return try matrix.singularValues().map { min(max($0, 0), 1) }
  } catch {
    throw .numerical(operation: "canonical correlation", reason: "\(error)")
  }
}

/// The largest tr C⁻¹ for which the Cholesky factor of a correlation matrix C is used. The error of a cosine is about that
/// times the rounding of C: 10⁻¹¹ at worst.
private let largestInverseTrace = 1e4

/// The Cholesky factor of a standardised view's correlation matrix; nil where it is ill-conditioned or singular.
///
/// tr C⁻¹ = ‖L⁻¹‖² bounds the inverse of the least eigenvalue from above, whatever the pivots look like.
private func wellConditionedFactor(_ standardised: Matrix<Double>) -> Matrix<Double>? {
  let order = standardised.columns
  guard order > 0, standardised.rows > order else { return nil }
  var correlation = standardised.gramMatrix()
  correlation.withUnsafeMutableElements { for i in $0.indices { $0[i] /= Double(standardised.rows) } }
  guard let factor = try? correlation.choleskyFactor() else { return nil }
  let inverse = factor.lowerTriangularSolve(.identity(order))
  return innerProduct(inverse, inverse) <= largestInverseTrace ? factor : nil
}

/// An orthonormal basis, shape (n, rank), of the column space of a standardised matrix.
private func orthonormalBasis(
  _ standardised: Matrix<Double>, tolerance: Double
) throws(RecoveryError) -> Matrix<Double> {
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
