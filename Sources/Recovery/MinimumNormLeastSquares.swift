internal import LinearAlgebra

/// Least squares with intercept, of least norm where it is not unique: scikit-learn's `LinearRegression`, for the protocols of
/// others.
///
/// Columns are centred and *not* scaled: with more columns than rows, or collinear ones, the solution of least norm depends
/// on their scales. Not ``RidgeProbe``, whose limit at penalty 0 is that of standardised columns.
struct MinimumNormLeastSquares: Probe {
  /// `least-squares`.
  var name: String { "least-squares" }

  /// See ``Probe/predictions(_:groups:)``; there is nothing to choose.
  ///
  /// Singular values below max(n, k) · 2⁻⁵² of the largest count as zero, NumPy's convention. scikit-learn cuts at 10⁻⁶
  /// (since 1.7) or at 2⁻⁵²: the three differ only for columns that are collinear to six digits and not exactly.
  ///
  /// - Complexity: O(n·k·min(n, k)).
  func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    requirePartition(groups, columns: split.testTargets.columns)
    var ((x, test), y) = (split.featuresInRange, split.trainTargets)
    let (featureMeans, targetMeans) = (x.columnMeans(), y.columnMeans())
    x.subtractRow(featureMeans)
    y.subtractRow(targetMeans)
    test.subtractRow(featureMeans)
    var result = Matrix<Double>(rows: test.rows, columns: y.columns)
    if x.columns > 0 { result = test * (try weights(x, y)) }
    result.subtractRow(targetMeans.map { -$0 })
    return result
  }

  /// The pseudo-inverse of x times y.
  private func weights(_ x: Matrix<Double>, _ y: Matrix<Double>) throws(RecoveryError) -> Matrix<Double> {
    do {
      // Tall matrices through their triangular factor: the singular values are the same.
      let (q, r) = x.rows > x.columns ? try x.qr() : (q: .identity(x.rows), r: x)
      let (u, values, vTransposed) = try r.singularValueDecomposition()
      let least = Double(max(x.rows, x.columns)) * Double.ulpOfOne * (values.first ?? 0)
      var projected = u.multiplied(by: q.multiplied(by: y, transposeSelf: true), transposeSelf: true)
      let columns = projected.columns
      projected.withUnsafeMutableElements { p in
        for (i, value) in values.enumerated() {
          for j in 0..<columns { p[i * columns + j] = value > least ? p[i * columns + j] / value : 0 }
        }
      }
      return vTransposed.multiplied(by: projected, transposeSelf: true)
    } catch {
      throw .numerical(operation: "least squares", reason: "\(error)")
    }
  }
}
