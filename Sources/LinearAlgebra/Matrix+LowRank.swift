internal import COpenBLAS
internal import Glibc

extension Matrix where Scalar == Double {
  /// The Cholesky factor with complete pivoting of a symmetric positive semidefinite matrix, stopped where what is left is
  /// negligible (Higham 2002, §10.3): A ≈ L·Lᵀ with as few columns as that takes.
  ///
  /// A − L·Lᵀ is positive semidefinite up to rounding, so its trace bounds its norm.
  ///
  /// - Parameters:
  ///   - traceTolerance: What tr(A − L·Lᵀ) may be. Below about 10⁻¹⁶ times the trace it is lost in
  ///     rounding: not reached, or reached by what is rounding itself.
  ///   - largestRank: The most columns worth having.
  /// - Returns: L, shape (n, rank), in the order of A's rows; nil where the tolerance takes more columns than `largestRank`, or
  ///   for NaN.
  /// - Complexity: O(n·rank²) time, O(n·rank) memory; no more than largestRank's where nil.
  public func pivotedCholeskyFactor(traceTolerance: Double, largestRank: Int) -> Matrix? {
    precondition(rows == columns, "Cholesky of shape (\(rows), \(columns))")
    return Self.pivotedCholeskyFactor(
      diagonal: (0..<rows).map { self[$0, $0] }, traceTolerance: traceTolerance, largestRank: largestRank
    ) { row($0) }?.factor
  }

  /// The same for a matrix of which only the diagonal and the columns of the pivots are ever made.
  ///
  /// - Parameters:
  ///   - diagonal: Of A.
  ///   - traceTolerance: As in ``pivotedCholeskyFactor(traceTolerance:largestRank:)``.
  ///   - largestRank: As there.
  ///   - abandonsSlowDecay: Whether to give up after 16, 32, 64, … columns where the trace, falling at the mean rate of all columns
  ///     so far, would not reach the tolerance at `largestRank`. The traces of smooth kernels fall ever more slowly; a matrix
  ///     that is smooth nowhere and yet of low rank (many equal rows) is lost by it.
  ///   - makeColumn: Column i of A.
  /// - Returns: L, and the pivots: the rows of A whose part of L, in this order, is lower triangular.
  /// - Complexity: O(n·rank²) time besides the columns.
  public static func pivotedCholeskyFactor(
    diagonal: [Double], traceTolerance: Double, largestRank: Int, abandonsSlowDecay: Bool = false,
    column makeColumn: (Int) -> [Double]
  ) -> (factor: Matrix, pivots: [Int])? {
    let n = diagonal.count
    var left = diagonal
    let whole = left.reduce(0) { $0 + max($1, 0) }
    // Column by column of L, each contiguous.
    var factor: [Double] = []
    var pivots: [Int] = []
    while true {
      let rank = pivots.count
      let remaining = left.reduce(0) { $0 + max($1, 0) }
      if remaining <= traceTolerance { break }
      // NaN fails every comparison: it must not pass for a pivot.
      guard rank < min(largestRank, n), let pivot = left.indices.max(by: { left[$0] < left[$1] }), left[pivot] > 0
      else { return nil }
      if abandonsSlowDecay, rank >= 16, rank & (rank - 1) == 0,
        log(remaining / whole) * Double(largestRank) > log(traceTolerance / whole) * Double(rank)
      {
        return nil
      }
      var column = makeColumn(pivot)
      if rank > 0 {
        let weights = (0..<rank).map { factor[$0 * n + pivot] }
        cblas_dgemv(
          CblasRowMajor, CblasTrans, blasint(rank), blasint(n), -1, factor, blasint(n), weights, 1, 1, &column, 1)
      }
      let scale = 1 / left[pivot].squareRoot()
      for i in 0..<n {
        column[i] *= scale
        left[i] -= column[i] * column[i]
      }
      left[pivot] = 0
      factor += column
      pivots.append(pivot)
    }
    return (Matrix(rows: pivots.count, columns: n, storage: factor).transposed(), pivots)
  }
}
