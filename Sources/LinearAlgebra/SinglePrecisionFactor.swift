internal import COpenBLAS

/// The Cholesky factor in single precision of a symmetric positive definite matrix in double precision: half the time and
/// memory of ``Matrix/choleskyFactor()``, seven digits instead of sixteen.
public struct SinglePrecisionFactor: Sendable {
  /// The order of the matrix.
  public let order: Int
  /// Row-major; only the lower triangle is ever written or read.
  fileprivate let factor: SinglePrecisionBlock

  /// The factor of A + added · I, A without the rows and columns of a range; only A's lower triangle is read.
  ///
  /// - Returns: Nil where the sum, rounded to single precision, is not positive definite, or holds NaN.
  /// - Complexity: O(n³/3).
  public init?(_ matrix: Matrix<Double>, excluding range: Range<Int> = 0..<0, addingToDiagonal added: Double) {
    let entries = SinglePrecisionBlock(matrix, excluding: range)
    self.init(consuming: entries, order: matrix.rows - range.count, addingToDiagonal: added)
  }

  /// The same in the place of the lower triangle of A, row-major.
  init?(consuming entries: SinglePrecisionBlock, order: Int, addingToDiagonal added: Double) {
    self.order = order
    factor = entries
    guard order > 0 else { return }
    let target = factor.start
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

extension SinglePrecisionFactor {
  /// Bᵀ·A⁻¹·C to single precision, and the sum of the squares of A⁻¹·B.
  ///
  /// - Parameters:
  ///   - left: B, shape (n, p).
  ///   - right: C, shape (n, m).
  /// - Returns: Shape (p, m).
  /// - Complexity: O(n²·p + n·p·m).
  public func product(_ left: Matrix<Float>, _ right: Matrix<Float>) -> (values: Matrix<Float>, weightSquare: Double) {
    precondition(
      order == left.rows && order == right.rows, "product of order \(order) with \(left.rows) and \(right.rows) rows")
    var weights = left.storage
    if order > 0, left.columns > 0 {
      for transposed in [CblasNoTrans, CblasTrans] {
        cblas_strsm(
          CblasRowMajor, CblasLeft, CblasLower, transposed, CblasNonUnit, blasint(order), blasint(left.columns), 1,
          factor.start, blasint(order), &weights, blasint(left.columns))
      }
    }
    let solved = Matrix<Float>(rows: order, columns: left.columns, storage: weights)
    let values = solved.multiplied(by: right, transposeSelf: true)
    return (values, weights.reduce(0.0) { $0 + Double($1) * Double($1) })
  }

  /// An estimate of ‖A⁻¹‖₁, which is at least ‖A⁻¹‖₂ and mostly several times that; hardly ever more than three times too small
  /// (Higham 1988).
  ///
  /// - Complexity: O(n²).
  public var inverseNorm: Double {
    guard order > 0 else { return 0 }
    var reciprocal: Float = 0
    var (work, integers) = ([Float](repeating: 0, count: 3 * order), [Int32](repeating: 0, count: order))
    let info = LAPACKE_spocon_work(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), Int32(order), factor.start, Int32(order), 1, &reciprocal, &work,
      &integers)
    return info == 0 && reciprocal > 0 ? 1 / Double(reciprocal) : .infinity
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
    return refinedSolution(right, addingToDiagonal: added, solve: factor.solve) { solution, residual in
      guard rows > 0, right.columns > 0 else { return }
      // Only the lower triangle of A is read.
      cblas_dsymm(
        CblasRowMajor, CblasLeft, CblasLower, blasint(rows), blasint(right.columns), -1, storage, blasint(rows),
        solution.storage, blasint(right.columns), 1, &residual.storage, blasint(right.columns))
    }
  }
}

/// Solves (A + added · I)·X = B by an approximate way to solve, refined by residuals in double precision; see
/// ``Matrix/refinedSolve(_:addingToDiagonal:)``.
///
/// - Parameters:
///   - solve: To some digits, at least one; nil ends the attempt.
///   - subtractProduct: R ← R − A·X for its arguments X and R, of B's shape.
func refinedSolution(
  _ right: Matrix<Double>, addingToDiagonal added: Double, solve: (Matrix<Double>) -> Matrix<Double>?,
  subtractProduct: (_ x: Matrix<Double>, _ residual: inout Matrix<Double>) -> Void
) -> Matrix<Double>? {
  guard right.rows > 0, right.columns > 0 else { return right }
  func norm(_ matrix: Matrix<Double>) -> Double { matrix.storage.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  guard var solution = solve(right) else { return nil }
  var last = norm(solution)
  for _ in 0..<12 {
    var residual = right
    for index in residual.storage.indices { residual.storage[index] -= added * solution.storage[index] }
    subtractProduct(solution, &residual)
    guard let correction = solve(residual) else { return nil }
    for index in solution.storage.indices { solution.storage[index] += correction.storage[index] }
    let (size, whole) = (norm(correction), norm(solution))
    // NaN fails all comparisons. Corrections shrink by one factor, that of the approximation's error.
    guard size <= 0.1 * last else { return size <= 1e-8 * whole ? solution : nil }
    if size * (size / last) <= 1e-11 * whole { return solution }
    last = size
  }
  return nil
}
