package import LinearAlgebra

/// Whether the expectation Π of a random matrix has full column rank, from independent draws (Kleibergen & Paap 2006, "Generalized
/// reduced rank tests using the singular value decomposition").
///
/// Let v be the last right singular vector of the mean of the draws, and U⊥ span what is orthogonal to all but its last left
/// singular vector. Under rank Π = q − 1, λ = U⊥ᵀ · mean · v is asymptotically normal around 0 with the covariance of
/// U⊥ᵀ J v divided by the number of draws, so λᵀ Cov⁻¹ λ is χ² with p − q + 1 degrees of freedom. Weighing by the covariance is
/// what makes the test sharp where one direction of Π is small and quiet, and another large and noisy.
package struct RankTest {
  /// The smallest singular value of the mean.
  package let smallest: Double
  /// λᵀ Cov⁻¹ λ, with Hotelling's correction for the estimated covariance; infinite if the draws do not vary.
  package let statistic: Double
  /// What the statistic exceeds with a probability below e⁻¹² if the rank is deficient.
  package let threshold: Double
  /// An upper bound for ‖Π v‖: that of the mean plus twice its standard error.
  package let upperBound: Double
  /// The median over draws of the largest singular value of a single matrix: the scale of what is averaged.
  package let single: Double

  /// Whether full rank is established.
  package var isRegular: Bool { statistic > threshold }

  /// - Parameter draws: At least two matrices of one shape (p, q), p ≥ q ≥ 1; p − q + 1 or fewer never establish full rank.
  /// - Throws: `LinearAlgebraError` for NaN or infinity among the draws.
  package init(_ draws: [Matrix<Double>]) throws(LinearAlgebraError) {
    let (rows, columns, count) = (draws[0].rows, draws[0].columns, Double(draws.count))
    var mean = draws[0]
    for draw in draws.dropFirst() { mean = mean + draw }
    mean = (1 / count) * mean
    let (u, values, vt) = try mean.singularValueDecomposition()
    let direction = vt.rows(columns - 1..<columns).transposed()
    let leading = u.columns(0..<columns - 1)
    let projector = Matrix.identity(rows) - leading.multiplied(by: leading, transposeOther: true)
    let (shares, basis) = try projector.symmetricEigen()
    let complement = basis.columns(at: shares.indices.filter { shares[$0] > 0.5 })
    // One row a draw: (U⊥ᵀ J v)ᵀ.
    let images = Matrix.concatenatingColumns(draws.map { $0 * direction })
      .multiplied(by: complement, transposeSelf: true)
    let degrees = images.columns
    let average = (0..<degrees).map { j in images.column(j).reduce(0, +) / count }
    var centred = images
    centred.withUnsafeMutableElements { for i in $0.indices { $0[i] -= average[i % degrees] } }
    var covariance = (1 / (count - 1) / count) * centred.multiplied(by: centred, transposeSelf: true)
    let trace = (0..<degrees).reduce(0.0) { $0 + covariance[$1, $1] }
    let norm = average.reduce(0) { $0 + $1 * $1 }
    // Directions without variance: keeps the solve regular and is far below any variance that matters.
    let ridge = 1e-12 * (trace / Double(degrees)) + 1e-24 * norm + .leastNormalMagnitude
    for i in 0..<degrees { covariance[i, i] += ridge }
    let solved = try covariance.solve(Matrix(rows: degrees, columns: 1, storage: average))
    let quadratic = zip(average, solved.storage).reduce(0) { $0 + $1.0 * $1.1 }
    smallest = values[columns - 1]
    let isNegligible = smallest <= 1e-9 * values[0]
    statistic = isNegligible ? 0 : quadratic * max(0, count - Double(degrees)) / (count - 1)
    // P(χ²_k ≥ k + 2√(kt) + 2t) ≤ e⁻ᵗ (Laurent & Massart 2000, lemma 1), at t = 12.
    threshold = Double(degrees) + 2 * (12 * Double(degrees)).squareRoot() + 24
    upperBound = norm.squareRoot() + 2 * trace.squareRoot()
    var largest: [Double] = []
    for draw in draws.prefix(16) { largest.append(try draw.singularValues().first ?? 0) }
    largest.sort()
    single = largest[largest.count / 2]
  }
}
