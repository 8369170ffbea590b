internal import CKernels
internal import COpenBLAS

/// The Cholesky factor in single precision of a symmetric positive definite matrix in double precision: half the time and
/// memory of ``Matrix/choleskyFactor()``, seven digits instead of sixteen.
public struct SinglePrecisionFactor: Sendable {
  /// The order of the matrix.
  public let order: Int
  /// Row-major; only the lower triangle is ever written or read.
  private let factor: Block

  /// Memory whose pages are touched only where they are used, unlike an array's, all of which has to be initialised.
  private final class Block: @unchecked Sendable {
    // Written by the initialiser that made it and then never again.
    let start: UnsafeMutablePointer<Float>

    init(count: Int) {
      let bytes = max(count, 1) * MemoryLayout<Float>.stride
      start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        .bindMemory(to: Float.self, capacity: max(count, 1))
      if bytes >= 8 << 20 { strata_prefer_large_pages(start, bytes) }
    }

    deinit { UnsafeMutableRawPointer(start).deallocate() }
  }

  /// The factor of A + added · I, A without the rows and columns of a range; only A's lower triangle is read.
  ///
  /// - Returns: Nil where the sum, rounded to single precision, is not positive definite, or holds NaN.
  /// - Complexity: O(n³/3).
  public init?(_ matrix: Matrix<Double>, excluding range: Range<Int> = 0..<0, addingToDiagonal added: Double) {
    precondition(matrix.rows == matrix.columns, "Cholesky of shape (\(matrix.rows), \(matrix.columns))")
    precondition(range.lowerBound >= 0 && range.upperBound <= matrix.rows, "rows \(range) of \(matrix.rows)")
    let (width, kept) = (matrix.columns, matrix.columns - range.count)
    self.init(order: kept, addingToDiagonal: added) { target in
      matrix.withUnsafeElements { source in
        for i in 0..<kept {
          let row = source.baseAddress! + (i < range.lowerBound ? i : i + range.count) * width
          let line = target + i * kept
          let left = min(i + 1, range.lowerBound)
          for j in 0..<left { line[j] = Float(row[j]) }
          for j in left..<i + 1 { line[j] = Float(row[j + range.count]) }
        }
      }
    }
  }

  /// The same of a matrix whose lower triangle `fill` writes, row-major.
  init?(order: Int, addingToDiagonal added: Double, fill: (UnsafeMutablePointer<Float>) -> Void) {
    self.order = order
    factor = Block(count: order * order)
    guard order > 0 else { return }
    let target = factor.start
    fill(target)
    for i in 0..<order { target[i * order + i] = Float(Double(target[i * order + i]) + added) }
    let info = LAPACKE_spotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(order), target, Int32(order))
    guard info == 0, (0..<order).allSatisfy({ target[$0 * order + $0].isFinite }) else { return nil }
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
        factor.start, blasint(order), &solution, blasint(right.columns))
    }
    return Matrix(rows: right.rows, columns: right.columns, storage: solution.map(Double.init))
  }
}

extension Matrix where Scalar == Double {
  /// Solves (A + added · I)·X = B for symmetric positive definite A to double precision, factored in single precision and
  /// refined with residuals in double precision (Wilkinson 1963).
  ///
  /// - Parameters:
  ///   - right: B, shape (n, m).
  ///   - added: What is added to every element of the diagonal, at least 0.
  /// - Returns: X, whose next correction would be below 10⁻¹¹ of it if corrections shrink as before, each at most a tenth of the one
  ///   before; nil where they do not shrink so before they are below 10⁻⁸, because the condition number is beyond about 10⁵.
  /// - Complexity: O(n³/3) in single precision, and O(n²·m) for each of a few refinements.
  public func refinedSolve(_ right: Matrix, addingToDiagonal added: Double) -> Matrix? {
    precondition(rows == right.rows, "solve of order \(rows) against (\(right.rows), \(right.columns))")
    guard let factor = SinglePrecisionFactor(self, addingToDiagonal: added) else { return nil }
    return factor.refined(right, addingToDiagonal: added) { solution, residual in
      guard rows > 0, right.columns > 0 else { return }
      // Only the lower triangle of A is read.
      cblas_dsymm(
        CblasRowMajor, CblasLeft, CblasLower, blasint(rows), blasint(right.columns), -1, storage, blasint(rows),
        solution.storage, blasint(right.columns), 1, &residual.storage, blasint(right.columns))
    }
  }
}

extension SinglePrecisionFactor {
  /// Solves (A + added · I)·X = B with this factor of the sum, refined by residuals in double precision; see
  /// ``Matrix/refinedSolve(_:addingToDiagonal:)``.
  ///
  /// - Parameter subtractProduct: R ← R − A·X for its arguments X and R, of B's shape.
  func refined(
    _ right: Matrix<Double>, addingToDiagonal added: Double,
    subtractProduct: (_ x: Matrix<Double>, _ residual: inout Matrix<Double>) -> Void
  ) -> Matrix<Double>? {
    guard order > 0, right.columns > 0 else { return right }
    var solution = solve(right)
    var last = Self.norm(solution)
    for _ in 0..<12 {
      var residual = right
      for index in residual.storage.indices { residual.storage[index] -= added * solution.storage[index] }
      subtractProduct(solution, &residual)
      let correction = solve(residual)
      for index in solution.storage.indices { solution.storage[index] += correction.storage[index] }
      let (size, whole) = (Self.norm(correction), Self.norm(solution))
      // NaN fails all comparisons. Corrections shrink by one factor, that of the factorization's error.
      guard size <= 0.1 * last else { return size <= 1e-8 * whole ? solution : nil }
      if size * (size / last) <= 1e-11 * whole { return solution }
      last = size
    }
    return nil
  }

  private static func norm(_ matrix: Matrix<Double>) -> Double {
    matrix.storage.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
