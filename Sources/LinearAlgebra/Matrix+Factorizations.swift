internal import COpenBLAS

// LAPACKE in row-major layout. Its negative `info` for an argument means a caller's bug or NaN input: shapes are
// right by construction here, so NaN is checked first and reported as such.

extension Matrix where Scalar == Double {
  private func checkFinite(_ operation: String) throws(LinearAlgebraError) {
    guard isFinite else { throw .nonFiniteInput(operation: operation) }
  }

  /// The lower Cholesky factor L of a symmetric positive definite matrix, A = L·Lᵀ; only the lower triangle is read.
  ///
  /// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``, ``LinearAlgebraError/nonFiniteInput(operation:)``.
  /// - Complexity: O(n³/3).
  public func choleskyFactor() throws(LinearAlgebraError) -> Matrix {
    precondition(rows == columns, "Cholesky of shape (\(rows), \(columns))")
    try checkFinite("Cholesky factorization")
    var factor = self
    try factor.formCholeskyFactor()
    let columns = columns
    factor.withUnsafeMutableElements { elements in
      for i in 0..<rows { for j in i + 1..<max(columns, i + 1) { elements[i * columns + j] = 0 } }
    }
    return factor
  }

  /// Replaces the lower triangle of a symmetric positive definite matrix by its Cholesky factor L, A = L·Lᵀ, in the same
  /// memory; the strict upper triangle is neither read nor written, as in the solves with L.
  ///
  /// - Throws: As ``choleskyFactor()``; the matrix is then left half factored.
  /// - Complexity: O(n³/3).
  public mutating func formCholeskyFactor() throws(LinearAlgebraError) {
    precondition(rows == columns, "Cholesky of shape (\(rows), \(columns))")
    guard rows > 0 else { return }
    let order = Int32(rows)
    // A row-major lower triangle is a column-major upper one, and A = Uᵀ·U there is A = L·Lᵀ here: no transposition.
    let info = withUnsafeMutableElements {
      LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), order, $0.baseAddress, order)
    }
    // Whatever is not finite reaches the diagonal of its row or of a later one; a pivot that is NaN may or may not be reported.
    let isFinite = withUnsafeElements { elements in
      (0..<(info > 0 ? Int(info) : rows)).allSatisfy { elements[$0 * rows + $0].isFinite }
    }
    guard isFinite else { throw .nonFiniteInput(operation: "Cholesky factorization") }
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
  }

  /// Solves A·X = B for symmetric positive definite A, given `self` = L of ``choleskyFactor()``.
  ///
  /// - Parameter right: B, shape (n, m).
  /// - Returns: X, shape (n, m).
  public func choleskySolve(_ right: Matrix) -> Matrix {
    precondition(
      rows == columns && rows == right.rows, "solve (\(rows), \(columns)) against (\(right.rows), \(right.columns))")
    return lowerTriangularSolve(lowerTriangularSolve(right), transposed: true)
  }

  /// Solves L·X = B (or Lᵀ·X = B) for lower triangular `self`.
  public func lowerTriangularSolve(_ right: Matrix, transposed: Bool = false) -> Matrix {
    precondition(
      rows == columns && rows == right.rows, "solve (\(rows), \(columns)) against (\(right.rows), \(right.columns))")
    guard rows > 0, right.columns > 0 else { return right }
    var solution = right
    withUnsafeElements { factor in
      solution.withUnsafeMutableElements {
        cblas_dtrsm(
          CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans, CblasNonUnit,
          blasint(rows), blasint(right.columns), 1, factor.baseAddress, blasint(rows), $0.baseAddress,
          blasint(right.columns))
      }
    }
    return solution
  }

  /// Solves A·X = B by LU with partial pivoting.
  ///
  /// - Throws: ``LinearAlgebraError/singular(order:)``, ``LinearAlgebraError/nonFiniteInput(operation:)``.
  public func solve(_ right: Matrix) throws(LinearAlgebraError) -> Matrix {
    precondition(
      rows == columns && rows == right.rows, "solve (\(rows), \(columns)) against (\(right.rows), \(right.columns))")
    try checkFinite("LU solve")
    try right.checkFinite("LU solve")
    guard rows > 0, right.columns > 0 else { return right }
    var (factor, solution) = (self, right)
    var pivots = [Int32](repeating: 0, count: rows)
    let info = factor.withUnsafeMutableElements { a in
      solution.withUnsafeMutableElements {
        LAPACKE_dgesv(
          LAPACK_ROW_MAJOR, Int32(rows), Int32(right.columns), a.baseAddress, Int32(rows), &pivots,
          $0.baseAddress, Int32(right.columns))
      }
    }
    guard info == 0 else { throw .singular(order: Int(info)) }
    return solution
  }

  /// Eigenvalues (ascending) and orthonormal eigenvectors (columns) of a symmetric matrix; the lower triangle is read.
  public func symmetricEigen() throws(LinearAlgebraError) -> (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "eigenvalues of shape (\(rows), \(columns))")
    try checkFinite("symmetric eigendecomposition")
    guard rows > 0 else { return ([], self) }
    var vectors = self
    var values = [Double](repeating: 0, count: rows)
    let info = vectors.withUnsafeMutableElements {
      LAPACKE_dsyevd(
        LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), Int32(rows), $0.baseAddress, Int32(rows),
        &values)
    }
    guard info == 0 else { throw .notConverged(operation: "symmetric eigendecomposition") }
    return (values, vectors)
  }

  /// The thin singular value decomposition A = U · diag(s) · Vᵀ, singular values descending.
  ///
  /// - Returns: U of shape (m, r), r values, Vᵀ of shape (r, n), with r = min(m, n).
  public func singularValueDecomposition() throws(LinearAlgebraError) -> (
    u: Matrix, values: [Double], vTransposed: Matrix
  ) {
    try checkFinite("singular value decomposition")
    let rank = Swift.min(rows, columns)
    var (u, vTransposed) = (Matrix(rows: rows, columns: rank), Matrix(rows: rank, columns: columns))
    guard rank > 0 else { return (u, [], vTransposed) }
    var (copy, values) = (self, [Double](repeating: 0, count: rank))
    let info = copy.withUnsafeMutableElements { a in
      u.withUnsafeMutableElements { u in
        vTransposed.withUnsafeMutableElements {
          LAPACKE_dgesdd(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "S")), Int32(rows), Int32(columns), a.baseAddress, Int32(columns),
            &values, u.baseAddress, Int32(rank), $0.baseAddress, Int32(columns))
        }
      }
    }
    guard info == 0 else { throw .notConverged(operation: "singular value decomposition") }
    return (u, values, vTransposed)
  }

  /// Singular values only, descending.
  public func singularValues() throws(LinearAlgebraError) -> [Double] {
    try checkFinite("singular values")
    let rank = Swift.min(rows, columns)
    guard rank > 0 else { return [] }
    var (copy, values) = (self, [Double](repeating: 0, count: rank))
    let info = copy.withUnsafeMutableElements {
      LAPACKE_dgesdd(
        LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "N")), Int32(rows), Int32(columns), $0.baseAddress, Int32(columns),
        // Not referenced, but the row-major leading dimensions are checked all the same.
        &values, nil, Int32(rows), nil, Int32(columns))
    }
    guard info == 0 else { throw .notConverged(operation: "singular values") }
    return values
  }

  /// The thin QR factorization A = Q·R for m ≥ n: Q of shape (m, n) with orthonormal columns, R upper triangular with a
  /// non-negative diagonal, which makes the factorization unique for full rank.
  public func qr() throws(LinearAlgebraError) -> (q: Matrix, r: Matrix) {
    precondition(rows >= columns, "thin QR needs rows >= columns, not (\(rows), \(columns))")
    try checkFinite("QR factorization")
    guard columns > 0 else { return (self, Matrix(rows: 0, columns: 0)) }
    var q = self
    var tau = [Double](repeating: 0, count: columns)
    let (m, n) = (Int32(rows), Int32(columns))
    var info = q.withUnsafeMutableElements { LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, m, n, $0.baseAddress, n, &tau) }
    precondition(info == 0, "dgeqrf: argument \(-info)")
    var r = Matrix(rows: columns, columns: columns)
    for i in 0..<columns { for j in i..<columns { r[i, j] = q[i, j] } }
    info = q.withUnsafeMutableElements { LAPACKE_dorgqr(LAPACK_ROW_MAJOR, m, n, n, $0.baseAddress, n, tau) }
    precondition(info == 0, "dorgqr: argument \(-info)")
    for k in 0..<columns where r[k, k] < 0 {
      for j in k..<columns { r[k, j] = -r[k, j] }
      for i in 0..<rows { q[i, k] = -q[i, k] }
    }
    return (q, r)
  }
}

/// `target ← XᵀX` for a row-major (rows, columns) buffer X: the lower triangle only.
func symmetricProduct(
  _ source: UnsafePointer<Double>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Double>
) {
  cblas_dsyrk(
    CblasRowMajor, CblasLower, CblasTrans, blasint(columns), blasint(rows), 1, source, blasint(columns), 0, target,
    blasint(columns))
}
