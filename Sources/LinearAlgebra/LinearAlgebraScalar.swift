internal import COpenBLAS

/// A floating-point type for which the BLAS kernels that Strata needs exist: `Float` and `Double`.
///
/// The requirements work on whole buffers, so that generic code pays for one dynamic dispatch a call, not one an element.
public protocol LinearAlgebraScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  /// `c ← alpha · op(a) · op(b) + beta · c` on row-major buffers, op(a) of shape (m, k), op(b) of shape (k, n).
  ///
  /// - Parameters:
  ///   - transposeA: Whether `a` is stored as (k, m).
  ///   - transposeB: Whether `b` is stored as (n, k).
  ///   - m: Rows of op(a) and c.
  ///   - n: Columns of op(b) and c.
  ///   - k: Columns of op(a), rows of op(b).
  ///   - alpha: The factor of the product.
  ///   - a: The first element of a.
  ///   - lda: The stored row length of a.
  ///   - b: The first element of b.
  ///   - ldb: The stored row length of b.
  ///   - beta: The factor of what c holds; with 0, c is overwritten whatever it holds.
  ///   - c: The first element of c, shape (m, n); overlaps neither a nor b.
  ///   - ldc: The stored row length of c.
  /// - Complexity: O(m·n·k).
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self,
    a: UnsafePointer<Self>, lda: Int, b: UnsafePointer<Self>, ldb: Int,
    beta: Self, c: UnsafeMutablePointer<Self>, ldc: Int)
}

extension Float: LinearAlgebraScalar {
  /// Single-precision product through `cblas_sgemm`.
  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
    a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    beta: Float, c: UnsafeMutablePointer<Float>, ldc: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
  }
}

extension Double: LinearAlgebraScalar {
  /// Double-precision product through `cblas_dgemm`.
  public static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Double,
    a: UnsafePointer<Double>, lda: Int, b: UnsafePointer<Double>, ldb: Int,
    beta: Double, c: UnsafeMutablePointer<Double>, ldc: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
  }
}
