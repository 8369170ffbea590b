internal import COpenBLAS

/// F·Fᵀ from some evenly spaced columns of a symmetric positive semidefinite matrix A (Williams & Seeger 2001): close to A where
/// its eigenvalues are large, so that (F·Fᵀ + added · I)⁻¹ (A + added · I) has a small condition number (Frangella, Tropp &
/// Udell 2023).
struct NystroemPreconditioner: Sendable {
  /// The mean of the diagonal of A − F·Fᵀ, which is the mean of its eigenvalues.
  let meanRest: Double
  private let (order, rank): (Int, Int)
  /// F, row-major (n, rank).
  private let factor: [Float]
  /// FᵀF, row-major; only its lower triangle is written or read.
  private let gram: [Float]

  private static func rank(order: Int) -> Int { min(order, max(order / 12, 8), 384) }

  /// - Returns: Nil where rounding leaves the chosen rows and columns indefinite.
  /// - Complexity: O(n·rank²), in single precision.
  init?(_ entries: SinglePrecisionBlock, order: Int) {
    let rank = Self.rank(order: order)
    guard rank > 0 else { return nil }
    let (a, r) = (entries.start, blasint(rank))
    let chosen = (0..<rank).map { $0 * order / rank }
    var factor = [Float](repeating: 0, count: order * rank)
    for i in 0..<order {
      for (t, j) in chosen.enumerated() { factor[i * rank + t] = i >= j ? a[i * order + j] : a[j * order + i] }
    }
    var corner = [Float](repeating: 0, count: rank * rank)
    for (t, i) in chosen.enumerated() {
      for u in 0..<rank { corner[t * rank + u] = factor[i * rank + u] }
    }
    // What rounding may take from the least eigenvalues.
    let ease = 0x1p-22 * (0..<rank).reduce(0) { $0 + corner[$1 * rank + $1] }
    for t in 0..<rank { corner[t * rank + t] += ease }
    guard Self.factorize(&corner, rank) else { return nil }
    cblas_strsm(
      CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, blasint(order), r, 1, corner, r, &factor, r)
    var gram = [Float](repeating: 0, count: rank * rank)
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, r, blasint(order), 1, factor, r, 0, &gram, r)
    let whole = (0..<order).reduce(0.0) { $0 + Double(a[$1 * order + $1]) }
    let explained = (0..<rank).reduce(0.0) { $0 + Double(gram[$1 * rank + $1]) }
    guard whole.isFinite, explained.isFinite else { return nil }
    (self.order, self.rank, self.factor, self.gram) = (order, rank, factor, gram)
    meanRest = max(whole - explained, 0) / Double(order)
  }

  /// The lower Cholesky factor in place of the lower triangle, row-major.
  private static func factorize(_ matrix: inout [Float], _ order: Int) -> Bool {
    let n = Int32(order)
    return LAPACKE_spotrf_work(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), n, &matrix, n) == 0
  }

  /// added · (F·Fᵀ + added · I)⁻¹ by Woodbury's formula.
  struct Inverse: Sendable {
    private let (order, rank): (Int, Int)
    private let factor: [Float]
    /// The Cholesky factor of FᵀF + added · I.
    private let inner: [Float]

    fileprivate init(_ preconditioner: NystroemPreconditioner, inner: [Float]) {
      (order, rank, factor) = (preconditioner.order, preconditioner.rank, preconditioner.factor)
      self.inner = inner
    }

    /// result ← R − F (FᵀF + added · I)⁻¹ Fᵀ R, row-major (n, columns).
    func apply(_ right: [Float], columns: Int, into result: inout [Float]) {
      let (n, r, m) = (blasint(order), blasint(rank), blasint(columns))
      var reduced = [Float](repeating: 0, count: rank * columns)
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, r, m, n, 1, factor, r, right, m, 0, &reduced, m)
      for transposed in [CblasNoTrans, CblasTrans] {
        cblas_strsm(
          CblasRowMajor, CblasLeft, CblasLower, transposed, CblasNonUnit, r, m, 1, inner, r, &reduced, m)
      }
      result = right
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, m, r, -1, factor, r, reduced, m, 1, &result, m)
    }
  }

  /// - Returns: Nil where FᵀF + added · I is indefinite by rounding.
  /// - Complexity: O(rank³).
  func inverse(added: Double) -> Inverse? {
    var inner = gram
    for t in 0..<rank { inner[t * rank + t] += Float(added) }
    return Self.factorize(&inner, rank) ? Inverse(self, inner: inner) : nil
  }
}
