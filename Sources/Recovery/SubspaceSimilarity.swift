public import LinearAlgebra

/// Summaries of in-sample canonical correlations that weight directions by the variance they carry.
///
/// Both are biased upwards when columns are not few compared with rows, as all in-sample correlations are.
public enum SubspaceSimilarity {
  /// SVCCA (Raghu, Gilmer, Yosinski & Sohl-Dickstein 2017): the mean canonical correlation between the leading principal
  /// components of both views.
  ///
  /// - Parameters:
  ///   - x: Shape (n, p), n ≥ 2; centred internally, not scaled.
  ///   - y: Shape (n, q), the same samples.
  ///   - variance: The share of each view's variance that its kept components explain at least; in (0, 1].
  /// - Returns: A value in [0, 1], the mean over the smaller number of kept components; 0 if a view is constant.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n(p² + q²)).
  public static func svcca(
    _ x: Matrix<Double>, _ y: Matrix<Double>, variance: Double = 0.99
  ) throws(RecoveryError) -> Double {
    precondition(variance > 0 && variance <= 1, "components that explain \(variance) of the variance")
    try requireViews(x, y, rows: 2)
    let (u, v) = (
      try principalBasis(centredToUnit(x), variance: variance), try principalBasis(centredToUnit(y), variance: variance)
    )
    guard u.columns > 0, v.columns > 0 else { return 0 }
    let values: [Double]
    do {
      values = try u.multiplied(by: v, transposeSelf: true).singularValues()
    } catch {
      throw .numerical(operation: "SVCCA", reason: "\(error)")
    }
    return values.reduce(0) { $0 + min(max($1, 0), 1) } / Double(values.count)
  }

  /// PWCCA (Morcos, Raghu & Bengio 2018): canonical correlations ρᵢ averaged with weights Σⱼ |⟨hᵢ, xⱼ⟩|, hᵢ the canonical
  /// variates of the *first* view and xⱼ its centred columns: how much of the first view each direction accounts for.
  ///
  /// - Parameters:
  ///   - x: Shape (n, p), n ≥ 2; the view whose columns give the weights. Centred internally, not scaled.
  ///   - y: Shape (n, q), the same samples.
  /// - Returns: A value in [0, 1]; not symmetric in x and y; 0 if a view is constant.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n(p² + q²)).
  public static func pwcca(_ x: Matrix<Double>, _ y: Matrix<Double>) throws(RecoveryError) -> Double {
    try requireViews(x, y, rows: 2)
    let (a, b) = (centredToUnit(x), centredToUnit(y))
    let (u, v) = (try principalBasis(a, variance: nil), try principalBasis(b, variance: nil))
    guard u.columns > 0, v.columns > 0 else { return 0 }
    let (left, values): (Matrix<Double>, [Double])
    do {
      (left, values, _) = try u.multiplied(by: v, transposeSelf: true).singularValueDecomposition()
    } catch {
      throw .numerical(operation: "PWCCA", reason: "\(error)")
    }
    let projections = (u * left).multiplied(by: a, transposeSelf: true)
    let weights = (0..<values.count).map { i in projections.row(i).reduce(0) { $0 + abs($1) } }
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
    return zip(weights, values).reduce(0) { $0 + $1.0 * min(max($1.1, 0), 1) } / total
  }
}

/// Orthonormal columns, shape (n, r): left singular vectors of a centred view. With a share of variance, the fewest that
/// explain it; without, all of numerical rank.
private func principalBasis(_ view: Matrix<Double>, variance: Double?) throws(RecoveryError) -> Matrix<Double> {
  let (u, values): (Matrix<Double>, [Double])
  do {
    if view.rows > view.columns {
      let (q, r) = try view.qr()
      let inner = try r.singularValueDecomposition()
      (u, values) = (q * inner.u, inner.values)
    } else {
      (u, values, _) = try view.singularValueDecomposition()
    }
  } catch {
    throw .numerical(operation: "principal components", reason: "\(error)")
  }
  let rank = values.prefix { $0 > 1e-10 * values[0] && $0 > 0 }.count
  guard let variance, rank > 0 else { return u.columns(0..<rank) }
  let total = values.prefix(rank).reduce(0) { $0 + $1 * $1 }
  var (kept, explained) = (0, 0.0)
  // Rounding of the sum must not demand one component more than there are.
  while kept < rank, explained < variance * total * (1 - 1e-12) {
    explained += values[kept] * values[kept]
    kept += 1
  }
  return u.columns(0..<kept)
}
