package import LinearAlgebra

/// Column means and scales learnt from training rows and applied to any rows.
///
/// A constant column (spread below rounding) is mapped to zero everywhere, also in rows where it is not constant: the
/// training rows say nothing about its effect.
///
/// Columns at the ends of the range of numbers are handled in units of a power of two, which changes no digit: there the difference of
/// two values may overflow, and the reciprocal of a spread may not be finite.
package struct Standardisation {
  /// See ``ColumnRange/units(_:)``.
  private let units: [Double]
  /// Whether all units are 1.
  private let isOrdinary: Bool
  /// Column means, in units.
  private let means: [Double]
  /// Column standard deviations (divisor n), in units; 0 for a constant column.
  let scales: [Double]

  /// The number of columns that are not constant.
  var activeCount: Int { scales.count { $0 > 0 } }

  /// 1/k with k = ``activeCount``: what a gamma is multiplied by, so that it means the same at every width.
  var kernelScale: Double { 1 / Double(max(activeCount, 1)) }

  /// The standard deviations of all columns over the largest of them; zeros if all columns are constant.
  var shares: [Double] {
    let common = zip(scales, units).reduce(.infinity) { $1.0 > 0 ? min($0, $1.1) : $0 }
    let scales = zip(scales, units).map { $0 > 0 ? $0 * (common / $1) : 0 }
    guard let largest = scales.max(), largest > 0 else { return scales }
    return scales.map { $0 / largest }
  }

  /// The means and deviations of the columns of a matrix of at least one row.
  package init(_ matrix: Matrix<Double>) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let range = ColumnRange(matrix)
    let n = Double(rows)
    let sums = matrix.columnMoments(scale: range.inverseMagnitude).sums.map { $0 / n }
    // Moments around the provisional mean: exact for constant columns, and free of cancellation for others.
    let (first, second) = matrix.columnMoments(scale: range.inverseMagnitude, shift: sums)
    var (units, means, scales) = (ColumnRange.units(range.inverseMagnitude), sums, sums)
    for j in 0..<columns {
      let isConstant = !(range.relativeSpread[j] > R2.constantTolerance)
      // In other rows, a column that is next to nothing here may have any value.
      if isConstant, units[j] > 1 { units[j] = 1 }
      let magnitude = units[j] / range.inverseMagnitude[j]
      let shift = first[j] / n
      means[j] = (sums[j] + shift) * magnitude
      let variance = max(0, second[j] / n - shift * shift)
      scales[j] = isConstant ? 0 : variance.squareRoot() * magnitude
    }
    self.init(units: units, means: means, scales: scales)
  }

  private init(units: [Double], means: [Double], scales: [Double]) {
    (self.units, self.means, self.scales) = (units, means, scales)
    isOrdinary = units.allSatisfy { $0 == 1 }
  }

  /// That of the same columns and the same again.
  var twice: Standardisation { Standardisation(units: units + units, means: means + means, scales: scales + scales) }

  /// (x − mean) / scale, column by column.
  package func applied(to matrix: Matrix<Double>) -> Matrix<Double> {
    (isOrdinary ? matrix : matrix.columnsScaled(by: units))
      .standardised(means: means, factors: scales.map { $0 > 0 ? 1 / $0 : 0 })
  }

  /// x · scale + mean, column by column: back from standardised units.
  package func reverted(_ matrix: Matrix<Double>) -> Matrix<Double> {
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
    return isOrdinary ? result : result.columnsScaled(by: units.map { 1 / $0 })
  }
}
