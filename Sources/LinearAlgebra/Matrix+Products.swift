/// Writes the transpose of a row-major (rows, columns) buffer, in 32 × 32 blocks so that both sides stay in cache.
func transposeBlocked<Scalar: LinearAlgebraScalar>(
  _ source: UnsafePointer<Scalar>?, _ rows: Int, _ columns: Int, _ target: UnsafeMutablePointer<Scalar>?
) {
  guard let source, let target else { return }
  for i0 in stride(from: 0, to: rows, by: 32) {
    for j0 in stride(from: 0, to: columns, by: 32) {
      for i in i0..<min(i0 + 32, rows) {
        for j in j0..<min(j0 + 32, columns) { target[j * rows + i] = source[i * columns + j] }
      }
    }
  }
}

extension Matrix {
  /// `target ← alpha · op(self) · op(other) + beta · target`.
  ///
  /// - Precondition: the inner dimensions agree and `target` has the shape of the product.
  /// - Complexity: O(m·n·k), through BLAS.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func multiply(
    _ other: Matrix, transposeSelf: Bool = false, transposeOther: Bool = false, alpha: Scalar = 1, beta: Scalar = 0,
    into target: inout Matrix
  ) {
    let (m, k) = transposeSelf ? (columns, rows) : (rows, columns)
    let (inner, n) = transposeOther ? (other.columns, other.rows) : (other.rows, other.columns)
    precondition(k == inner, "product of (\(m), \(k)) and (\(inner), \(n))")
    precondition(
      target.rows == m && target.columns == n, "product (\(m), \(n)) into (\(target.rows), \(target.columns))")
    guard m > 0, n > 0 else { return }
    withUnsafeElements { a in
      other.withUnsafeElements { b in
        target.withUnsafeMutableElements { c in
          guard k > 0, let a = a.baseAddress, let b = b.baseAddress else {
            // As in BLAS, beta = 0 overwrites whatever was there, NaN included.
            for index in c.indices { c[index] = beta == 0 ? 0 : c[index] * beta }
            return
          }
          Scalar.gemm(
            transposeA: transposeSelf, transposeB: transposeOther, m: m, n: n, k: k, alpha: alpha,
            a: a, lda: columns, b: b, ldb: other.columns, beta: beta, c: c.baseAddress!, ldc: n)
        }
      }
    }
  }

  /// The product op(self) · op(other). See ``multiply(_:transposeSelf:transposeOther:alpha:beta:into:)``.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func multiplied(by other: Matrix, transposeSelf: Bool = false, transposeOther: Bool = false) -> Matrix {
    var result = Matrix(
      rows: transposeSelf ? columns : rows, columns: transposeOther ? other.rows : other.columns)
    multiply(other, transposeSelf: transposeSelf, transposeOther: transposeOther, into: &result)
    return result
  }

  /// The matrix product.
  public static func * (left: Matrix, right: Matrix) -> Matrix { left.multiplied(by: right) }

  /// Every element times a scalar.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func * (scalar: Scalar, matrix: Matrix) -> Matrix {
    Matrix(rows: matrix.rows, columns: matrix.columns, storage: matrix.storage.map { scalar * $0 })
  }

  /// The element-wise sum; shapes must agree.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.rows == right.rows && left.columns == right.columns, "sum of different shapes")
    return Matrix(rows: left.rows, columns: left.columns) { target in
      left.withUnsafeElements { a in
        right.withUnsafeElements { b in for i in target.indices { target[i] = a[i] + b[i] } }
      }
    }
  }

  /// The element-wise difference; shapes must agree.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.rows == right.rows && left.columns == right.columns, "difference of different shapes")
    return Matrix(rows: left.rows, columns: left.columns) { target in
      left.withUnsafeElements { a in
        right.withUnsafeElements { b in for i in target.indices { target[i] = a[i] - b[i] } }
      }
    }
  }

  /// The largest absolute element; 0 for an empty matrix.
  public var maximumMagnitude: Scalar {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    get { storage.reduce(0) { Swift.max($0, abs($1)) } }
  }
}
