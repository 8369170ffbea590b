internal import COpenBLAS

/// The Cholesky factor in single precision of a symmetric positive definite matrix in double precision: half the time and
/// memory of ``Matrix/choleskyFactor()``, seven digits instead of sixteen.
public struct SinglePrecisionFactor: Sendable {
  /// The order of the matrix.
  public let order: Int
  /// Row-major; the lower triangle counts.
  private var factor: [Float]

  /// The factor of A + added · I, A without the rows and columns of a range; only A's lower triangle is read.
  ///
  /// - Returns: Nil where the sum, rounded to single precision, is not positive definite, or holds NaN.
  /// - Complexity: O(n³/3).
  public init?(_ matrix: Matrix<Double>, excluding range: Range<Int> = 0..<0, addingToDiagonal added: Double) {
    precondition(matrix.rows == matrix.columns, "Cholesky of shape (\(matrix.rows), \(matrix.columns))")
    precondition(range.lowerBound >= 0 && range.upperBound <= matrix.rows, "rows \(range) of \(matrix.rows)")
    let (width, kept) = (matrix.columns, matrix.columns - range.count)
    order = kept
    factor = matrix.withUnsafeElements { source in
      [Float](unsafeUninitializedCapacity: kept * kept) { target, count in
        for i in 0..<kept {
          let row = (i < range.lowerBound ? i : i + range.count) * width
          let left = min(i + 1, range.lowerBound)
          for j in 0..<left { target[i * kept + j] = Float(source[row + j]) }
          for j in left..<i + 1 { target[i * kept + j] = Float(source[row + j + range.count]) }
          // The strict upper triangle is never read, but memory has to be initialised.
          for j in i + 1..<max(kept, i + 1) { target[i * kept + j] = 0 }
          target[i * kept + i] = Float(source[row + (i < range.lowerBound ? i : i + range.count)] + added)
        }
        count = kept * kept
      }
    }
    guard kept > 0 else { return }
    let info = factor.withUnsafeMutableBufferPointer {
      LAPACKE_spotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(kept), $0.baseAddress, Int32(kept))
    }
    guard info == 0, (0..<kept).allSatisfy({ factor[$0 * kept + $0].isFinite }) else { return nil }
  }

  /// Solves A·X = B to single precision.
  ///
  /// - Parameter right: B, shape (n, m), of numbers that single precision can hold.
  /// - Complexity: O(n²·m).
  public func solve(_ right: Matrix<Double>) -> Matrix<Double> {
    precondition(order == right.rows, "solve of order \(order) against (\(right.rows), \(right.columns))")
    guard order > 0, right.columns > 0 else { return right }
    var solution = right.storage.map(Float.init)
    for transposed in [CblasNoTrans, CblasTrans] {
      cblas_strsm(
        CblasRowMajor, CblasLeft, CblasLower, transposed, CblasNonUnit, blasint(order), blasint(right.columns), 1,
        factor,
        blasint(order), &solution, blasint(right.columns))
    }
    return Matrix(rows: right.rows, columns: right.columns, storage: solution.map(Double.init))
  }
}

extension Matrix where Scalar == Double {
  /// Solves (A + added · I)·X = B for symmetric positive definite A to double precision, factored in single precision and
  /// refined with residuals in double precision (Wilkinson 1963).
  ///
  /// - Parameter right: B, shape (n, m).
  /// - Returns: X, whose last correction was below 10⁻⁸ of it, each correction at most a tenth of the one before; nil where the
  ///   corrections do not shrink so, because the condition number is beyond about 10⁵.
  /// - Complexity: O(n³/3) in single precision, and O(n²·m) for each of a few refinements.
  public func refinedSolve(_ right: Matrix, addingToDiagonal added: Double) -> Matrix? {
    precondition(rows == right.rows, "solve of order \(rows) against (\(right.rows), \(right.columns))")
    guard let factor = SinglePrecisionFactor(self, addingToDiagonal: added) else { return nil }
    guard rows > 0, right.columns > 0 else { return right }
    var solution = factor.solve(right)
    var last = 0.1 * norm(solution)
    for _ in 0..<12 {
      // B − A X − added · X; only the lower triangle of A is read.
      var residual = right
      for index in residual.storage.indices { residual.storage[index] -= added * solution.storage[index] }
      cblas_dsymm(
        CblasRowMajor, CblasLeft, CblasLower, blasint(rows), blasint(right.columns), -1, storage, blasint(rows),
        solution.storage, blasint(right.columns), 1, &residual.storage, blasint(right.columns))
      let correction = factor.solve(residual)
      for index in solution.storage.indices { solution.storage[index] += correction.storage[index] }
      let (size, whole) = (norm(correction), norm(solution))
      // NaN fails both comparisons.
      if size <= 1e-8 * whole { return solution }
      guard size <= 0.1 * last else { return nil }
      last = size
    }
    return nil
  }

  private func norm(_ matrix: Matrix) -> Double { matrix.storage.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
