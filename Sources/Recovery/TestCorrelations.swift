internal import LinearAlgebra

/// Pearson correlations over the test rows between directions of the features and other columns, from second moments: projections of the
/// features on hundreds of directions are never written to memory.
struct TestCorrelations {
  /// Shape (m, k).
  private let features: Matrix<Double>
  /// Σ x, k values.
  private let sums: [Double]
  /// Σ (x − x̄)(x − x̄)ᵀ, shape (k, k).
  private let centred: Matrix<Double>
  /// √Σ x², k values.
  private let lengths: [Double]

  /// A centred square below this share of what it was made of has lost too many digits: rows are projected then.
  private static let leastShare = 1e-6

  /// - Complexity: O(m·k²).
  init(_ features: Matrix<Double>) {
    self.features = features
    let moments = features.columnMoments()
    let sums = moments.sums
    self.sums = sums
    lengths = moments.squares.map { $0.squareRoot() }
    var gram = features.gramMatrix()
    let (k, m) = (features.columns, Double(features.rows))
    gram.withUnsafeMutableElements { g in
      for i in 0..<k { for j in 0..<k { g[i * k + j] -= sums[i] * sums[j] / m } }
    }
    centred = gram
  }

  /// The correlation of direction i with column i.
  ///
  /// - Parameters:
  ///   - directions: Shape (k, w).
  ///   - columns: Shape (m, w).
  /// - Returns: w values in [−1, 1]; 0 where either is constant.
  /// - Complexity: O(m·k·w).
  func callAsFunction(_ directions: Matrix<Double>, _ columns: Matrix<Double>) -> [Double] {
    correlations(
      directions, products: features.multiplied(by: columns, transposeSelf: true), moments: columns.columnMoments()
    ) { columns.columns(at: $0) }
  }

  /// The same for some columns of standardised targets, whose own moments are shared.
  ///
  /// - Parameter chosen: w of the columns.
  /// - Complexity: O(m·k·q).
  func callAsFunction(_ directions: Matrix<Double>, _ targets: HeldOutTargets, _ chosen: [Int]) -> [Double] {
    guard !chosen.isEmpty else { return [] }
    let moments = targets.testMoments
    return correlations(
      directions, products: targets.testProducts(with: features).columns(at: chosen),
      moments: (chosen.map { moments.sums[$0] }, chosen.map { moments.squares[$0] })
    ) { places in targets.standardised.test.columns(at: places.map { chosen[$0] }) }
  }

  /// - Parameters:
  ///   - products: Σ x yᵀ, shape (k, w).
  ///   - moments: Σ y and Σ y².
  ///   - columns: Some of the columns y, where moments have lost their digits.
  private func correlations(
    _ directions: Matrix<Double>, products: Matrix<Double>, moments: ColumnMoments,
    columns: ([Int]) -> Matrix<Double>
  ) -> [Double] {
    let (k, width, m) = (directions.rows, directions.columns, Double(features.rows))
    let squares = columnProducts(directions, centred * directions)
    var crossed = columnProducts(directions, products)
    // Σⱼ aⱼ x̄ⱼ and an upper bound of the length of the projection before it is centred.
    var (means, bounds) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    directions.withUnsafeElements { a in
      for j in 0..<k {
        for i in 0..<width {
          means[i] += a[j * width + i] * sums[j]
          bounds[i] += abs(a[j * width + i]) * lengths[j]
        }
      }
    }
    var inexact: [Int] = []
    for i in 0..<width {
      let spread = moments.squares[i] - moments.sums[i] * moments.sums[i] / m
      // NaN fails both comparisons.
      guard squares[i] > Self.leastShare * bounds[i] * bounds[i], spread > Self.leastShare * moments.squares[i] else {
        inexact.append(i)
        continue
      }
      let product = crossed[i] - means[i] * moments.sums[i] / m
      crossed[i] = min(max(product / (squares[i] * spread).squareRoot(), -1), 1)
    }
    if !inexact.isEmpty {
      let exact = pairedCorrelations(features * directions.columns(at: inexact), columns(inexact))
      for (place, value) in zip(inexact, exact) { crossed[place] = value }
    }
    return crossed
  }
}

/// Pearson's correlation of column i of `left` with column i of `right`; 0 where either is constant.
func pairedCorrelations(_ left: Matrix<Double>, _ right: Matrix<Double>) -> [Double] {
  let (x, y) = (Standardisation(left), Standardisation(right))
  let products = columnProducts(x.applied(to: left), y.applied(to: right))
  return products.map { min(max($0 / Double(left.rows), -1), 1) }
}
