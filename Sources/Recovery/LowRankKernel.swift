internal import LinearAlgebra

/// A kernel matrix of low numerical rank as K = L·Lᵀ, in whose columns kernel ridge is linear ridge: a narrow representation under
/// a smooth kernel has a few dozen dimensions that rounding does not swallow, whatever the number of rows.
struct LowRankKernel {
  /// Shape (n, k).
  private let x: Matrix<Double>
  private let rate: Double
  /// L, shape (n, rank).
  private let factor: Matrix<Double>
  /// The rows of L that make a lower triangle, in its order.
  private let pivots: [Int]
  /// ``error`` of the least diagonal that may be added.
  private let tolerance: Double

  /// Weights (K + δK + nλI)⁻¹y predict K·weights, which is off by at most ‖δK‖·‖y‖ / (nλ): relative to y, this much.
  private static let error = 1e-9
  /// Below this share of n an added diagonal is among the rounding of K, and dividing by it amplifies that.
  private static let leastPenalty = 1e-10
  /// Test rows that are predicted at a time.
  private static let blockRows = 1024
  /// Where more columns are needed, finding that out has cost O(n · 128²) at most.
  private static let largestRank = 128

  /// The kernel exp(−rate · ‖xᵢ − xⱼ‖²), of which no more than the columns of the factor is ever made.
  ///
  /// - Parameters:
  ///   - x: Standardised, shape (n, k).
  ///   - rate: Finite and > 0.
  ///   - leastAdded: The least nλ that will be added to the diagonal.
  /// - Returns: Nil where the rank is not far below n, or λ is nearly 0.
  /// - Complexity: O(n·(k + rank)·rank).
  init?(_ x: Matrix<Double>, rate: Double, leastAdded: Double) {
    let n = x.rows
    guard leastAdded >= Self.leastPenalty * Double(n) else { return nil }
    let tolerance = Self.error * leastAdded
    let made = Matrix<Double>.pivotedCholeskyFactor(
      diagonal: [Double](repeating: 1, count: n), traceTolerance: tolerance,
      largestRank: min(n / 3, Self.largestRank), abandonsSlowDecay: true
    ) { row in gaussianKernel(.squaredDistances(x.rows(row..<row + 1), x), rate: rate).storage }
    guard let made else { return nil }
    (factor, pivots) = made
    (self.x, self.rate, self.tolerance) = (x, rate, tolerance)
  }

  /// The out-of-fold sums of squared errors of every target column, for each penalty.
  ///
  /// - Parameters:
  ///   - folds: With the targets, shape (n, q).
  ///   - penalties: λ, relative to the rows that are fitted on.
  /// - Complexity: O(n·r² + n·r·q) for each fold, O(r³ + r²·q + n·r·q / folds) for each fold and penalty; r the rank.
  func errors(folds: [CrossValidation.CentredFold], penalties: [Double]) throws(RecoveryError) -> [[Double]] {
    let columns = folds.first?.known.columns ?? 0
    var sums = [[Double]](repeating: [Double](repeating: 0, count: columns), count: penalties.count)
    for fold in folds {
      let rest = factor.rows(excluding: fold.rows)
      let gram = rest.gramMatrix()
      let cross = rest.multiplied(by: fold.known, transposeSelf: true)
      let held = factor.rows(fold.rows)
      for (index, penalty) in penalties.enumerated() {
        var residual = fold.wanted
        held.multiply(
          try solveRidge(gram, cross, penalty: penalty * Double(rest.rows)), alpha: -1, beta: 1, into: &residual)
        for (j, square) in columnProducts(residual, residual).enumerated() { sums[index][j] += square }
      }
    }
    return sums
  }

  /// Kₜ(K + added · I)⁻¹Y for the kernel Kₜ of other rows with the fitted ones, for several Y side by side.
  ///
  /// (K + added · I)⁻¹Y = (Y − LB) / added with B = (LᵀL + added · I)⁻¹LᵀY (Woodbury), and Lᵀ times that is B: where a row's kernel is LₜLᵀ
  /// its prediction is LₜB. What that leaves of a row, r = 1 − ‖Lₜ‖², bounds the error: entries of what is left are at most √(r·rᵢ), so that
  /// the prediction is off by √(r · tr δK)·‖y‖ / added at most (Cauchy & Schwarz). Rows beyond the fitted ones, where r is not small, have
  /// their kernel made; so have all where rounding is more than the bound, for penalties next to nothing.
  ///
  /// - Parameters:
  ///   - test: Standardised as the fitted rows, shape (m, k).
  ///   - parts: Y, shape (n, q) each, and what is added to the diagonal, no less than the kernel was made for.
  /// - Returns: Shape (m, all q).
  /// - Complexity: O(m·(k + r)·r + m·r·q) with r the rank, and O(n·(k + q)) for each row beyond the fitted ones.
  func predictions(
    _ test: Matrix<Double>, _ parts: [(targets: Matrix<Double>, added: Double)]
  ) throws(RecoveryError) -> Matrix<Double> {
    let gram = factor.gramMatrix()
    var inner: [Matrix<Double>] = []
    for part in parts {
      inner.append(
        try solveRidge(gram, factor.multiplied(by: part.targets, transposeSelf: true), penalty: part.added))
    }
    // Of use for rows beyond the fitted ones alone.
    lazy var weights = Matrix.concatenatingColumns(
      zip(parts, inner).map { part, inner in (1 / part.added) * (part.targets - factor * inner) })
    let all = Matrix.concatenatingColumns(inner)
    let (centres, triangle) = (x.rows(at: pivots), factor.rows(at: pivots))
    // Block by block, so that memory does not grow with test rows that lie beyond.
    return .concatenatingRows(
      stride(from: 0, to: test.rows, by: Self.blockRows).map { first in
        let block = test.rows(first..<min(first + Self.blockRows, test.rows))
        let kernel = gaussianKernel(.squaredDistances(centres, block), rate: rate)
        let rows = triangle.lowerTriangularSolve(kernel)
        var result = rows.multiplied(by: all, transposeSelf: true)
        // More than 1 is rounding too: that of pivots among what was negligible.
        let beyond = rows.columnMoments().squares.enumerated().filter { !(abs(1 - $0.element) <= tolerance) }
        if !beyond.isEmpty {
          let exact = gaussianKernel(.squaredDistances(block.rows(at: beyond.map(\.offset)), x), rate: rate) * weights
          for (place, (row, _)) in beyond.enumerated() {
            for j in 0..<result.columns { result[row, j] = exact[place, j] }
          }
        }
        return result
      })
  }
}
