internal import LinearAlgebra

/// A kernel matrix of low numerical rank as K = L·Lᵀ, in whose columns kernel ridge is linear ridge: a narrow representation under
/// a smooth kernel has a few dozen dimensions that rounding does not swallow, whatever the number of rows.
struct LowRankKernel {
  /// L, shape (n, rank).
  private let factor: Matrix<Double>

  /// Weights (K + δK + nλI)⁻¹y predict K·weights, which is off by at most ‖δK‖·‖y‖ / (nλ): relative to y, this much.
  private static let error = 1e-9
  /// Below this share of n an added diagonal is among the rounding of K, and dividing by it amplifies that.
  private static let leastPenalty = 1e-10
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
    let factor = Matrix<Double>.pivotedCholeskyFactor(
      diagonal: [Double](repeating: 1, count: n), traceTolerance: Self.error * leastAdded,
      largestRank: min(n / 3, Self.largestRank), abandonsSlowDecay: true
    ) { row in gaussianKernel(.squaredDistances(x.rows(row..<row + 1), x), rate: rate).storage }
    guard let factor else { return nil }
    self.factor = factor
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

  /// (K + added · I)⁻¹ Y = (Y − L(LᵀL + added · I)⁻¹LᵀY) / added (Woodbury), shape (n, q).
  func weights(_ targets: Matrix<Double>, added: Double) throws(RecoveryError) -> Matrix<Double> {
    let inner = try solveRidge(factor.gramMatrix(), factor.multiplied(by: targets, transposeSelf: true), penalty: added)
    var result = (1 / added) * targets
    factor.multiply(inner, alpha: -1 / added, beta: 1, into: &result)
    return result
  }
}
