internal import LinearAlgebra

/// Canonical correlations measured on held-out rows: directions are fitted on the training rows of a split, Pearson
/// correlations of the projections are taken over its test rows.
///
/// This is the default in tables, since the in-sample values (``canonicalCorrelations(_:_:tolerance:)``) approach 1 for
/// unrelated views as the number of columns approaches the number of rows.
///
/// - Parameters:
///   - split: Features (n, k) and targets (n, q) to fit on, (m, k) and (m, q) to measure on.
///   - ridge: Added to the diagonal of both correlation matrices of the standardised views (Vinod 1976), relative to
///     their unit diagonal; ≥ 0. It is what makes collinear columns and k > n safe.
/// - Returns: min(k, q) values in [−1, 1], in the order of the fitted correlations, descending on the training rows only.
///   A direction that is constant on the test rows, or beyond the rank of a view, counts 0. Unrelated views give values
///   around 0 of either sign: the sign is kept, so that their mean is unbiased.
/// - Throws: ``RecoveryError/numerical(operation:reason:)``.
/// - Complexity: O(n(k² + q² + kq) + k³ + q³ + m·k² + m·min(k, q)·(k + q)).
public func heldOutCanonicalCorrelations(
  _ split: HeldOutSplit, ridge: Double = 1e-6
) throws(RecoveryError) -> [Double] {
  try CanonicalFeatures(split, ridge: ridge).correlations(with: [0..<split.targets.columns])[0]
}

/// The mean of ``heldOutCanonicalCorrelations(_:ridge:)`` over its min(k, q) pairs; 0 when there are none.
///
/// - Parameters:
///   - split: Features (n, k), targets (n, q) and their test rows.
///   - ridge: As there.
/// - Returns: A value in [−1, 1].
public func meanCanonicalCorrelation(_ split: HeldOutSplit, ridge: Double = 1e-6) throws(RecoveryError) -> Double {
  try meanCanonicalCorrelations(split, groups: [0..<split.targets.columns], ridge: ridge)[0]
}

/// ``meanCanonicalCorrelation(_:ridge:)`` between the features and each of several blocks of target columns.
///
/// - Parameters:
///   - split: Features (n, k), targets (n, q) and their test rows.
///   - groups: Ranges of target columns, in any order; they may overlap (a level and its nodes).
///   - ridge: As there.
/// - Returns: One value in [−1, 1] for each group.
/// - Throws: ``RecoveryError/numerical(operation:reason:)``.
/// - Complexity: The features are whitened once, O(n·k² + k³); then as there for each block, without that term.
public func meanCanonicalCorrelations(
  _ split: HeldOutSplit, groups: [Range<Int>], ridge: Double = 1e-6
) throws(RecoveryError) -> [Double] {
  try CanonicalFeatures(split, ridge: ridge).correlations(with: groups).map { values in
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}

/// The features' half of held-out canonical correlations, done once for any number of blocks of target columns.
struct CanonicalFeatures {
  private let ridge: Double
  /// The standardised features of the test rows.
  private let testFeatures: Matrix<Double>
  /// The Cholesky factor Lₓ of the features' regularised correlation matrix.
  private let factor: Matrix<Double>
  private let targets: HeldOutTargets
  /// Σ y² of each standardised target column over the training rows: n, or 0 for a constant column.
  private let squares: [Double]
  /// Lₓ⁻¹ C, with C the cross-correlation of features and all target columns; shape (k, q).
  private let cross: Matrix<Double>

  init(_ split: HeldOutSplit, ridge: Double) throws(RecoveryError) {
    precondition(ridge >= 0 && ridge.isFinite, "canonical correlation ridge \(ridge)")
    self.ridge = ridge
    let split = split.inOrderOfTargets
    targets = split.targets
    let (features, train) = (Standardisation(split.trainFeatures), split.targets.standardised.train)
    let x = features.applied(to: split.trainFeatures)
    testFeatures = features.applied(to: split.testFeatures)
    squares = train.columnMoments().squares
    factor = try whiteningFactor(x, ridge: ridge)
    var cross = Matrix<Double>(rows: x.columns, columns: train.columns)
    x.multiply(train, transposeSelf: true, alpha: 1 / Double(x.rows), into: &cross)
    self.cross = factor.lowerTriangularSolve(cross)
  }

  /// The held-out correlations with each block of target columns: min(k, columns) values.
  ///
  /// The directions of single columns, which nodes are, are found side by side, and those of all blocks are measured so: one by one they
  /// would take several times as long.
  func correlations(with blocks: [Range<Int>]) throws(RecoveryError) -> [[Double]] {
    var result = [[Double]](repeating: [], count: blocks.count)
    let filled = factor.columns > 0 ? blocks.indices.filter { !blocks[$0].isEmpty } : []
    guard !filled.isEmpty else { return result }
    let (single, wide) = (filled.filter { blocks[$0].count == 1 }, filled.filter { blocks[$0].count > 1 })
    let columns = single.map { blocks[$0].lowerBound }
    let measure = TestCorrelations(testFeatures)
    let (values, directions) = fitSingle(columns)
    for (index, pair) in zip(single, zip(values, measure(directions, targets, columns))) {
      result[index] = Self.withinRank([pair.0], [pair.1])
    }
    guard !wide.isEmpty else { return result }
    let test = targets.standardised.test
    var (fitted, left, right): ([[Double]], [Matrix<Double>], [Matrix<Double>]) = ([], [], [])
    for index in wide {
      let fit = try fit(blocks[index])
      fitted.append(fit.0)
      left.append(fit.1)
      right.append(test.columns(blocks[index]) * fit.2)
    }
    let measured = measure(.concatenatingColumns(left), .concatenatingColumns(right))
    var next = 0
    for (index, values) in zip(wide, fitted) {
      result[index] = Self.withinRank(values, measured[next..<next + values.count])
      next += values.count
    }
    return result
  }

  /// Beyond the rank the projections are rounding noise, whose correlation would mean nothing.
  private static func withinRank(_ fitted: [Double], _ measured: some Sequence<Double>) -> [Double] {
    zip(fitted, measured).map { $0 > 1e-6 ? $1 : 0 }
  }

  /// The canonical correlation of the training rows with each of some single columns, and the features' directions, shape
  /// (k, columns): M = Lₓ⁻¹ c / l is a column, whose only singular value is its length.
  private func fitSingle(_ columns: [Int]) -> ([Double], Matrix<Double>) {
    var whitened = cross.columns(at: columns)
    let n = Double(targets.trainRows)
    let lengths = columnProducts(whitened, whitened).map { $0.squareRoot() }
    let values = zip(columns, lengths).map { column, length in
      length / (squares[column] / n + max(ridge, 1e-14)).squareRoot()
    }
    let width = columns.count
    whitened.withUnsafeMutableElements { m in
      for i in m.indices where lengths[i % width] > 0 { m[i] /= lengths[i % width] }
    }
    return (values, factor.lowerTriangularSolve(whitened, transposed: true))
  }

  /// The canonical correlations of the training rows with one block, and the directions of both sides, shapes
  /// (k, min(k, q)) and (q, min(k, q)).
  private func fit(_ block: Range<Int>) throws(RecoveryError) -> ([Double], Matrix<Double>, Matrix<Double>) {
    let right = try targets.whiteningFactor(of: block, ridge: ridge)
    // M = Lₓ⁻¹ C L_y⁻ᵀ; its singular vectors, mapped back, are the directions.
    let whitened = right.lowerTriangularSolve(cross.columns(block).transposed()).transposed()
    do {
      let (u, fitted, vTransposed) = try whitened.singularValueDecomposition()
      return (
        fitted, factor.lowerTriangularSolve(u, transposed: true),
        right.lowerTriangularSolve(vTransposed.transposed(), transposed: true)
      )
    } catch {
      throw .numerical(operation: "canonical correlation", reason: "\(error)")
    }
  }
}

/// The lower Cholesky factor of the regularised correlation matrix of a standardised view.
func whiteningFactor(_ view: Matrix<Double>, ridge: Double) throws(RecoveryError) -> Matrix<Double> {
  var correlation = view.gramMatrix()
  correlation.withUnsafeMutableElements { for i in $0.indices { $0[i] /= Double(view.rows) } }
  // At least rounding, so that an exactly collinear view cannot fail; constant columns have a zero diagonal.
  var added = max(ridge, Double(view.columns) * 1e-14)
  for _ in 0..<20 {
    var regularised = correlation
    for i in 0..<view.columns { regularised[i, i] += added }
    do {
      return try regularised.choleskyFactor()
    } catch .notPositiveDefinite {
      added *= 10
    } catch {
      throw .numerical(operation: "canonical correlation", reason: "\(error)")
    }
  }
  throw .numerical(operation: "canonical correlation", reason: "the correlation matrix is not positive semidefinite")
}
