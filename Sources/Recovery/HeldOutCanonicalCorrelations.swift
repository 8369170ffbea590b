internal import LinearAlgebra

/// Canonical correlations measured on held-out rows: directions are fitted on the training rows of a split, Pearson
/// correlations of the projections are taken over its test rows.
///
/// This is the default in tables, since the in-sample values (``canonicalCorrelations(_:_:tolerance:)``) approach 1 for
/// unrelated views as the number of columns approaches the number of rows.
///
/// - Parameters:
///   - split: Features (n, k) and targets (n, q) to fit on, (m, k) and (m, q) to measure on.
///   - ridge: Added to the diagonal of both correlation matrices of the standardised views (Vinod 1976), relative to
///     their unit diagonal; ≥ 0. It is what makes collinear columns and k > n safe.
/// - Returns: min(k, q) values in [−1, 1], in the order of the fitted correlations, descending on the training rows only.
///   A direction that is constant on the test rows, or beyond the rank of a view, counts 0. Unrelated views give values
///   around 0 of either sign: the sign is kept, so that their mean is unbiased.
/// - Throws: ``RecoveryError/numerical(operation:reason:)``.
/// - Complexity: O(n(k² + q² + kq) + k³ + q³ + m·min(k, q)·(k + q)).
public func heldOutCanonicalCorrelations(
  _ split: HeldOutSplit, ridge: Double = 1e-6
) throws(RecoveryError) -> [Double] {
  precondition(ridge >= 0 && ridge.isFinite, "canonical correlation ridge \(ridge)")
  let pairs = min(split.trainFeatures.columns, split.trainTargets.columns)
  guard pairs > 0 else { return [] }
  let (features, targets) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
  let x = features.applied(to: split.trainFeatures)
  let y = targets.applied(to: split.trainTargets)
  let (left, right) = (try whitening(x, ridge: ridge), try whitening(y, ridge: ridge))
  // M = Lₓ⁻¹ C L_y⁻ᵀ with C the cross-correlation; its singular vectors, mapped back, are the directions.
  var cross = Matrix<Double>(rows: x.columns, columns: y.columns)
  x.multiply(y, transposeSelf: true, alpha: 1 / Double(x.rows), into: &cross)
  let whitened = right.lowerTriangularSolve(left.lowerTriangularSolve(cross).transposed()).transposed()
  let (u, fitted, vTransposed): (Matrix<Double>, [Double], Matrix<Double>)
  do {
    (u, fitted, vTransposed) = try whitened.singularValueDecomposition()
  } catch {
    throw .numerical(operation: "canonical correlation", reason: "\(error)")
  }
  let a = left.lowerTriangularSolve(u, transposed: true)
  let b = right.lowerTriangularSolve(vTransposed.transposed(), transposed: true)
  let measured = pairedCorrelations(
    features.applied(to: split.testFeatures) * a, targets.applied(to: split.testTargets) * b)
  // Beyond the rank the projections are rounding noise, whose correlation would mean nothing.
  return zip(fitted, measured).map { $0 > 1e-6 ? $1 : 0 }
}

/// The mean of ``heldOutCanonicalCorrelations(_:ridge:)`` over its min(k, q) pairs; 0 when there are none.
///
/// - Parameters:
///   - split: Features (n, k), targets (n, q) and their test rows.
///   - ridge: As there.
/// - Returns: A value in [−1, 1].
public func meanCanonicalCorrelation(_ split: HeldOutSplit, ridge: Double = 1e-6) throws(RecoveryError) -> Double {
  let values = try heldOutCanonicalCorrelations(split, ridge: ridge)
  return values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// The lower Cholesky factor of the regularised correlation matrix of a standardised view.
private func whitening(_ view: Matrix<Double>, ridge: Double) throws(RecoveryError) -> Matrix<Double> {
  var correlation = Matrix<Double>(rows: view.columns, columns: view.columns)
  view.multiply(view, transposeSelf: true, alpha: 1 / Double(view.rows), into: &correlation)
  // At least rounding, so that an exactly collinear view cannot fail; constant columns have a zero diagonal.
  var added = max(ridge, Double(view.columns) * 1e-14)
  for _ in 0..<20 {
    var regularised = correlation
    for i in 0..<view.columns { regularised[i, i] += added }
    do {
      return try regularised.choleskyFactor()
    } catch .notPositiveDefinite {
      added *= 10
    } catch {
      throw .numerical(operation: "canonical correlation", reason: "\(error)")
    }
  }
  throw .numerical(operation: "canonical correlation", reason: "the correlation matrix is not positive semidefinite")
}

/// Pearson's correlation of column i of `left` with column i of `right`; 0 where either is constant.
func pairedCorrelations(_ left: Matrix<Double>, _ right: Matrix<Double>) -> [Double] {
  let (x, y) = (Standardisation(left), Standardisation(right))
  let products = columnProducts(x.applied(to: left), y.applied(to: right))
  return products.map { min(max($0 / Double(left.rows), -1), 1) }
}
