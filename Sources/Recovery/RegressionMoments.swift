internal import LinearAlgebra

/// First and second moments of features and targets over a set of rows: all that ridge regression needs to know of them.
///
/// Moments of disjoint sets add, so that those of "all rows but a fold" are a difference.
struct RegressionMoments {
  /// The number of rows n.
  var count: Double
  /// Σ x, k values.
  var featureSums: [Double]
  /// Σ y, q values.
  var targetSums: [Double]
  /// Σ x xᵀ, shape (k, k).
  var gram: Matrix<Double>
  /// Σ x yᵀ, shape (k, q).
  var cross: Matrix<Double>
  /// Σ y², q values.
  var squares: [Double]

  /// The moments of some rows of x, shape (n, k), and as many of y, shape (·, q), whose own moments are known.
  init(
    _ x: Matrix<Double>, _ rows: Range<Int>, _ y: Matrix<Double>, _ targetRows: Range<Int>, _ targets: ColumnMoments
  ) {
    let (k, q) = (x.columns, y.columns)
    precondition(rows.count == targetRows.count, "\(rows.count) rows of features, \(targetRows.count) of targets")
    count = Double(rows.count)
    featureSums = x.columnMoments(rows: rows).sums
    (targetSums, squares) = targets
    gram = x.gramMatrix(rows: rows)
    var cross = Matrix<Double>(rows: k, columns: q)
    if k > 0, q > 0 {
      x.withUnsafeElements { x in
        y.withUnsafeElements { y in
          cross.withUnsafeMutableElements {
            Double.gemm(
              transposeA: true, transposeB: false, m: k, n: q, k: rows.count, alpha: 1,
              a: x.baseAddress! + rows.lowerBound * k, lda: k, b: y.baseAddress! + targetRows.lowerBound * q, ldb: q,
              beta: 0,
              c: $0.baseAddress!, ldc: q)
          }
        }
      }
    }
    self.cross = cross
  }

  static func + (left: Self, right: Self) -> Self { left.combined(right, sign: 1) }

  static func - (left: Self, right: Self) -> Self { left.combined(right, sign: -1) }

  private func combined(_ other: Self, sign: Double) -> Self {
    var result = self
    result.count += sign * other.count
    for j in featureSums.indices { result.featureSums[j] += sign * other.featureSums[j] }
    for j in targetSums.indices {
      result.targetSums[j] += sign * other.targetSums[j]
      result.squares[j] += sign * other.squares[j]
    }
    result.gram.add(other.gram, times: sign)
    result.cross.add(other.cross, times: sign)
    return result
  }

  /// The same second moments with x and y measured from the means of `reference`.
  func centred(around reference: Self) -> Self {
    let (k, q) = (featureSums.count, targetSums.count)
    let a = reference.featureSums.map { $0 / reference.count }
    let b = reference.targetSums.map { $0 / reference.count }
    var result = self
    // Σ (x−a)(y−b)ᵀ = Σ x yᵀ − (Σx) bᵀ − a (Σy)ᵀ + n a bᵀ = Σ x yᵀ − (Σx − n a) bᵀ − a (Σy)ᵀ.
    let excess = (0..<k).map { featureSums[$0] - count * a[$0] }
    result.gram.withUnsafeMutableElements { g in
      for i in 0..<k { for j in 0..<k { g[i * k + j] -= excess[i] * a[j] + a[i] * featureSums[j] } }
    }
    result.cross.withUnsafeMutableElements { c in
      for i in 0..<k { for j in 0..<q { c[i * q + j] -= excess[i] * b[j] + a[i] * targetSums[j] } }
    }
    for j in 0..<q { result.squares[j] -= b[j] * (2 * targetSums[j] - count * b[j]) }
    result.featureSums = excess
    result.targetSums = (0..<q).map { targetSums[$0] - count * b[$0] }
    return result
  }
}
