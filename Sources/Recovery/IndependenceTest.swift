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
    precondition(permutations >= 1, "\(permutations) permutations")
    try requireViews(x, y, rows: 4)
    rows = x.rows
    guard let (a, b) = Self.centredKernels(x, y) else {
      (statistic, pValue, permuted) = (0, 1, [Double](repeating: 0, count: permutations))
      return
    }
    let observed = innerProduct(a, b)
    let products = (0..<permutations).map { _ in permutedProduct(a, b, stream.permutation(x.rows)) }
    let scale = Double(x.rows) * Double(x.rows)
    statistic = max(0, observed) / scale
    permuted = products.map { max(0, $0) / scale }
    pValue = PermutationNull.pValue(score: observed, shuffled: products) ?? .nan
  }

  /// ``statistic`` alone, without a test.
  ///
  /// - Throws: ``RecoveryError``.
  /// - Complexity: O(n²(p + q)) time, O(n²) memory.
  public static func statistic(_ x: Matrix<Double>, _ y: Matrix<Double>) throws(RecoveryError) -> Double {
    try requireViews(x, y, rows: 4)
    guard let (a, b) = centredKernels(x, y) else { return 0 }
    return max(0, innerProduct(a, b)) / (Double(x.rows) * Double(x.rows))
  }

  /// Nil if a view is constant. Centring one of the two matrices would suffice; centring both keeps the rounding small.
  private static func centredKernels(_ x: Matrix<Double>, _ y: Matrix<Double>) -> (Matrix<Double>, Matrix<Double>)? {
    guard let k = medianKernel(x, widthShare: 1), let l = medianKernel(y, widthShare: 1) else { return nil }
    return (doublyCentred(k), doublyCentred(l))
  }
}

/// Σ AᵢⱼB_{π(i)π(j)} for symmetric A and B.
private func permutedProduct(_ a: Matrix<Double>, _ b: Matrix<Double>, _ order: [Int]) -> Double {
  let n = a.rows
  return a.withUnsafeElements { a in
    b.withUnsafeElements { b in
      order.withUnsafeBufferPointer { order in
        var (offDiagonal, diagonal) = (0.0, 0.0)
        for i in 0..<n {
          let (row, permuted) = (i * n, order[i] * n)
          var sum = 0.0
          for j in 0..<i { sum += a[row + j] * b[permuted + order[j]] }
          offDiagonal += sum
          diagonal += a[row + i] * b[permuted + order[i]]
        }
        return 2 * offDiagonal + diagonal
      }
    }
  }
}
