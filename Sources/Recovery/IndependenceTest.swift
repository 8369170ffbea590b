public import LinearAlgebra
public import Stochastics

/// A permutation test of the independence of two views by the Hilbert–Schmidt criterion (Gretton et al. 2005, 2008).
///
/// What a representation must *not* know (the exogenous noise that only the masked part sees) is shown by a p-value, not
/// by a small R²: HSIC with Gaussian kernels sees every dependence, not only that of means.
public struct IndependenceTest: Sendable, Equatable {
  /// tr(K H L H) / n², the biased HSIC of Gaussian kernels with median bandwidths; ≥ 0, 0 for a constant view.
  public let statistic: Double
  /// (1 + #{permuted statistic ≥ statistic}) / (1 + permutations): exact at any sample size, at least 1/(1 + permutations).
  public let pValue: Double
  /// The statistic of every permutation, in order of drawing. Their mean is the floor of ``statistic``, which is not 0.
  public let permuted: [Double]
  /// The number of permutations drawn.
  public var permutations: Int { permuted.count }
  /// The mean of ``permuted``: the shuffled floor.
  public var floor: Double { permuted.reduce(0, +) / Double(permuted.count) }
  /// The number of rows.
  public let rows: Int

  /// Tests two views of the same independent samples.
  ///
  /// - Parameters:
  ///   - x: Shape (n, p), n ≥ 4.
  ///   - y: Shape (n, q), whose rows are permuted.
  ///   - permutations: At least 1; p-values are multiples of 1/(1 + permutations).
  ///   - stream: The source of the permutations; advanced.
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n²(p + q + permutations)) time, O(n²) memory: give up to a few thousand rows.
  public init(
    _ x: Matrix<Double>, _ y: Matrix<Double>, permutations: Int = 199, using stream: inout RandomStream
  ) throws(RecoveryError) {
    try requireViews(x, y, rows: 4)
    self.init(
      PairwiseStatistic.independence.pairs(x), PairwiseStatistic.independence.pairs(y), rows: x.rows,
      permutations: permutations, using: &stream)
  }

  /// The same test of views of so many rows whose pairs are known.
  init(
    _ a: PairwiseStatistic.Pairs, _ b: PairwiseStatistic.Pairs, rows: Int, permutations: Int,
    using stream: inout RandomStream
  ) {
    precondition(permutations >= 1, "\(permutations) permutations")
    self.rows = rows
    // Nothing is drawn for a constant view: every permutation of it is the same.
    guard !a.isConstant, !b.isConstant else {
      (statistic, pValue, permuted) = (0, 1, [Double](repeating: 0, count: permutations))
      return
    }
    let observed = PairwiseStatistic.independence.value(a, b)
    let orders = (0..<permutations).map { _ in stream.permutation(rows) }
    let shuffled = PairwiseStatistic.independence.values(a, b, orders: orders)
    statistic = observed
    permuted = shuffled
    pValue = PermutationNull.pValue(score: observed, shuffled: shuffled) ?? .nan
  }

  /// ``statistic`` alone, without a test.
  ///
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n²(p + q)) time, O(n²) memory.
  public static func statistic(_ x: Matrix<Double>, _ y: Matrix<Double>) throws(RecoveryError) -> Double {
    try requireViews(x, y, rows: 4)
    return PairwiseStatistic.independence.value(x, y)
  }
}
