public import HierarchicalGraphs
public import LinearAlgebra

/// The inclusion-minimal latent sets that meet the conditions of Theorem 1 (Kong et al. 2023) in a linear model, by trying all
/// subsets of the latents.
///
/// A set c meets them where c is a function of x_m and of x_mᶜ (its loadings lie in the row space of either side's) and what
/// remains of x_m given c is uncorrelated with x_mᶜ. Nothing here knows of ``ContentLocator``: the two are checked against each
/// other.
///
/// - Parameters:
///   - loadings: For each node its value as a linear map of all exogenous noises, shape (dim v, N), noises of variance 1.
///   - graph: The skeleton; at most 20 latents.
///   - mask: One flag for each observable.
/// - Returns: Positions of latents; several sets where the minimum is not unique, `[[]]` where the sides share nothing.
/// - Throws: `LinearAlgebraError.notConverged` if an SVD fails.
/// - Precondition: one loading matrix for each node, all with the same number of columns.
/// - Complexity: O(2^latents) small factorizations.
public func minimalContentSets(
  loadings: [Matrix<Double>], graph: HierarchicalGraph, mask: Mask
) throws(LinearAlgebraError) -> [Set<Int>] {
  let latents = graph.latents
  precondition(loadings.count == graph.nodes.count, "\(loadings.count) loadings for \(graph.nodes.count) nodes")
  precondition(latents.count <= 20, "\(latents.count) latents have too many subsets")
  let visible = stacked(mask.visible(in: graph), loadings)
  let masked = stacked(mask.masked(in: graph), loadings)
  let (maskedBasis, visibleBasis) = (try rowBasis(masked), try rowBasis(visible))
  // What a side determines, a set of such latents does.
  let determined = latents.filter { v in
    isContained(loadings[v], in: maskedBasis) && isContained(loadings[v], in: visibleBasis)
  }
  var valid: [Set<Int>] = []
  for bits in 0..<1 << determined.count {
    let subset = Set(determined.indices.filter { bits >> $0 & 1 == 1 }.map { determined[$0] })
    // Supersets of a minimal set are not minimal.
    guard !valid.contains(where: { $0.isSubset(of: subset) }) else { continue }
    let basis = try rowBasis(stacked(subset.sorted(), loadings))
    let rest = masked - masked.multiplied(by: basis, transposeOther: true) * basis
    let dependence = rest.multiplied(by: visible, transposeOther: true).maximumMagnitude
    if dependence < dependenceTolerance { valid.append(subset) }
  }
  return valid.filter { set in !valid.contains { $0.isStrictSubset(of: set) } }
}

/// The canonical correlations of x_m and x_mᶜ in the population of a linear model: cosines of the angles between the row spaces of
/// their loadings.
///
/// - Parameters: As for ``minimalContentSets(loadings:graph:mask:)``, without its bound on latents.
/// - Returns: min(rank x_m, rank x_mᶜ) values in [0, 1] but for rounding, descending; none for a mask that hides nothing or everything.
/// - Throws: `LinearAlgebraError.notConverged` if an SVD fails.
/// - Complexity: O(D²N), D observed and N noise dimensions.
public func populationCanonicalCorrelations(
  loadings: [Matrix<Double>], graph: HierarchicalGraph, mask: Mask
) throws(LinearAlgebraError) -> [Double] {
  let masked = try rowBasis(stacked(mask.masked(in: graph), loadings))
  let visible = try rowBasis(stacked(mask.visible(in: graph), loadings))
  guard masked.rows > 0, visible.rows > 0 else { return [] }
  return try masked.multiplied(by: visible, transposeOther: true).singularValues()
}

/// Below this covariance the rest of x_m counts as uncorrelated with x_mᶜ: rounding of loadings near 1 leaves about 10⁻¹⁴.
private let dependenceTolerance = 1e-8

/// The loadings of several nodes on top of each other.
private func stacked(_ nodes: [Int], _ loadings: [Matrix<Double>]) -> Matrix<Double> {
  nodes.isEmpty
    ? Matrix(rows: 0, columns: loadings.first?.columns ?? 0) : .concatenatingRows(nodes.map { loadings[$0] })
}

/// An orthonormal basis of a matrix's row space (rows); singular values below 10⁻⁹ of the largest are dropped.
private func rowBasis(_ matrix: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
  guard matrix.rows > 0, matrix.columns > 0 else { return Matrix(rows: 0, columns: matrix.columns) }
  let (_, values, vTransposed) = try matrix.singularValueDecomposition()
  return vTransposed.rows(0..<values.filter { $0 > 1e-9 * max(values[0], 1e-300) }.count)
}

/// Whether the rows of a matrix lie in the span of the orthonormal rows of a basis.
private func isContained(_ matrix: Matrix<Double>, in basis: Matrix<Double>) -> Bool {
  let projected = matrix.multiplied(by: basis, transposeOther: true) * basis
  return (matrix - projected).maximumMagnitude <= 1e-8 * max(1, matrix.maximumMagnitude)
}
