internal import LinearAlgebra

/// Column means and scales learnt from training rows and applied to any rows.
///
/// A constant column (spread below rounding) is mapped to zero everywhere, also in rows where it is not constant: the
/// training rows say nothing about its effect.
struct Standardisation {
  /// Column means.
  let means: [Double]
  /// Column standard deviations (divisor n); 0 for a constant column.
  let scales: [Double]

  /// The number of columns that are not constant.
  var activeCount: Int { scales.count { $0 > 0 } }

  /// 1/k with k = ``activeCount``: what a gamma is multiplied by, so that it means the same at every width.
  var kernelScale: Double { 1 / Double(max(activeCount, 1)) }

  init(_ matrix: Matrix<Double>) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let range = ColumnRange(matrix)
    let n = Double(rows)
    let sums = matrix.columnMoments(scale: range.inverseMagnitude).sums.map { $0 / n }
    // Moments around the provisional mean: exact for constant columns, and free of cancellation for others.
    let (first, second) = matrix.columnMoments(scale: range.inverseMagnitude, shift: sums)
    var (means, scales) = (sums, sums)
    for j in 0..<columns {
      let shift = first[j] / n
      let magnitude = 1 / range.inverseMagnitude[j]
      means[j] = (sums[j] + shift) * magnitude
      let variance = max(0, second[j] / n - shift * shift)
      scales[j] = range.relativeSpread[j] > R2.constantTolerance ? variance.squareRoot() * magnitude : 0
    }
    self.means = means
    self.scales = scales
  }

  private init(means: [Double], scales: [Double]) { (self.means, self.scales) = (means, scales) }

  /// That of the same columns and the same again.
  var twice: Standardisation { Standardisation(means: means + means, scales: scales + scales) }

  /// (x − mean) / scale, column by column.
  func applied(to matrix: Matrix<Double>) -> Matrix<Double> {
    matrix.standardised(means: means, factors: scales.map { $0 > 0 ? 1 / $0 : 0 })
  }

  /// x · scale + mean, column by column: back from standardised units.
  func reverted(_ matrix: Matrix<Double>) -> Matrix<Double> {
    let (rows, columns) = (matrix.rows, matrix.columns)
    var result = matrix
    result.withUnsafeMutableElements { x in
      scales.withUnsafeBufferPointer { scales in
        means.withUnsafeBufferPointer { means in
          for start in stride(from: 0, to: rows * columns, by: max(columns, 1)) {
            let row = x.baseAddress! + start
            for j in 0..<columns { row[j] = row[j] * scales[j] + means[j] }
          }
        }
      }
    }
    return result
  }
}
