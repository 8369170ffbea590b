internal import CKernels

// Passes over all elements that scores spend their time in, through vector kernels.

extension Matrix where Scalar == Double {
  /// The least and the largest value of each column; (∞, −∞) without rows. NaN is passed over.
  ///
  /// - Complexity: O(rows · columns).
  public func columnRanges() -> (low: [Double], high: [Double]) {
    var low = [Double](repeating: .infinity, count: columns)
    var high = [Double](repeating: -.infinity, count: columns)
    withUnsafeElements { strata_column_ranges($0.baseAddress, rows, columns, &low, &high) }
    return (low, high)
  }

  /// The sums over rows of d and d², for d = x · scale − shift column by column, added in the order of the rows.
  ///
  /// - Parameters:
  ///   - range: The rows that count; all if nil.
  ///   - scale: One factor a column.
  ///   - shift: One number a column.
  /// - Complexity: O(rows · columns). No product is contracted with a sum, so the bits do not depend on the processor.
  public func columnMoments(
    rows range: Range<Int>? = nil, scale: [Double]? = nil, shift: [Double]? = nil
  ) -> (sums: [Double], squares: [Double]) {
    let range = range ?? 0..<rows
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    precondition(scale?.count ?? columns == columns, "\(scale?.count ?? 0) scales for \(columns) columns")
    precondition(shift?.count ?? columns == columns, "\(shift?.count ?? 0) shifts for \(columns) columns")
    var sums = [Double](repeating: 0, count: columns)
    var squares = sums
    guard !range.isEmpty, columns > 0 else { return (sums, squares) }
    let scale = scale ?? [Double](repeating: 1, count: columns)
    let shift = shift ?? [Double](repeating: 0, count: columns)
    withUnsafeElements {
      strata_column_moments(
        $0.baseAddress! + range.lowerBound * columns, range.count, columns, scale, shift, &sums, &squares)
    }
    return (sums, squares)
  }

  /// (x − mean) · factor, column by column.
  ///
  /// - Complexity: O(rows · columns).
  public func standardised(means: [Double], factors: [Double]) -> Matrix {
    precondition(
      means.count == columns && factors.count == columns,
      "\(means.count) means and \(factors.count) factors for \(columns) columns")
    return withUnsafeElements { source in
      Matrix(rows: rows, columns: columns) { target in
        strata_standardise(source.baseAddress, target.baseAddress, rows, columns, means, factors)
      }
    }
  }

  /// XᵀX of some rows of X, shape (columns, columns), both triangles; half the work of a general product.
  ///
  /// - Parameter range: The rows that count; all if nil.
  /// - Complexity: O(rows · columns²), through BLAS.
  public func gramMatrix(rows range: Range<Int>? = nil) -> Matrix {
    let range = range ?? 0..<rows
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    var result = Matrix(rows: columns, columns: columns)
    guard columns > 0, !range.isEmpty else { return result }
    withUnsafeElements { source in
      result.withUnsafeMutableElements { target in
        symmetricProduct(
          source.baseAddress! + range.lowerBound * columns, rows: range.count, columns: columns,
          into: target.baseAddress!)
        for i in 0..<columns { for j in 0..<i { target[j * columns + i] = target[i * columns + j] } }
      }
    }
    return result
  }

  /// Every element x becomes exp(factor · x), within 2 units in the last place; below the least normal number it is 0.
  ///
  /// - Complexity: O(rows · columns).
  public mutating func exponentiate(times factor: Double) {
    let count = rows * columns
    withUnsafeMutableElements { strata_exponential($0.baseAddress, count, factor) }
  }

  /// As ``exponentiate(times:)``, without instructions beyond the oldest processor: for comparison.
  package mutating func exponentiatePortably(times factor: Double) {
    let count = rows * columns
    withUnsafeMutableElements { strata_exponential_portably($0.baseAddress, count, factor) }
  }

  /// ‖aᵢ − bⱼ‖² for all rows of a, shape (n, k), and b, shape (m, k), by expanding the square; never negative.
  ///
  /// Distances far below the lengths of the rows lose digits by cancellation: centre the rows first.
  ///
  /// - Returns: Shape (n, m).
  /// - Complexity: O(n·m·k), through BLAS.
  public static func squaredDistances(_ a: Matrix, _ b: Matrix) -> Matrix {
    precondition(a.columns == b.columns, "distances between rows of \(a.columns) and of \(b.columns) numbers")
    guard a.rows > 0, b.rows > 0, a.columns > 0 else { return Matrix(rows: a.rows, columns: b.rows) }
    let (left, right) = (a.rowSquares(), b.rowSquares())
    return Matrix(rows: a.rows, columns: b.rows) { target in
      a.withUnsafeElements { x in
        b.withUnsafeElements { y in
          Double.gemm(
            transposeA: false, transposeB: true, m: a.rows, n: b.rows, k: a.columns, alpha: -2, a: x.baseAddress!,
            lda: a.columns, b: y.baseAddress!, ldb: a.columns, beta: 0, c: target.baseAddress!, ldc: b.rows)
        }
      }
      strata_squared_distances(target.baseAddress, left, right, a.rows, b.rows)
    }
  }

  /// The squared length of each row.
  public func rowSquares() -> [Double] {
    let columns = columns
    return withUnsafeElements { x in
      (0..<rows).map { i in
        var sum = 0.0
        for j in i * columns..<(i + 1) * columns { sum += x[j] * x[j] }
        return sum
      }
    }
  }
}
