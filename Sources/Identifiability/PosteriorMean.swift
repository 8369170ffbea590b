public import HierarchicalGraphs
public import LinearAlgebra

extension LinearGaussianModel {
  /// E[value | x_visible] of every node, row by row, up to a constant row: the exact posterior mean of a linear-Gaussian model,
  /// and what no representation of the visible part can exceed in R².
  ///
  /// With Σ_vv = C·Cᵀ the mean is (C⁻¹x)ᵀ C⁻¹Σ_v·; directions in which Σ_vv is numerically singular are left out, as in the
  /// closed-form limits. The model's own means are not subtracted: interventions that shift values shift the result by a
  /// constant row, which no score with an intercept sees.
  ///
  /// - Parameters:
  ///   - observed: Shape (n, D), observables in grid order.
  ///   - mask: What is hidden; without a visible observable the mean is 0.
  /// - Returns: Shape (n, T), the values of all nodes in the order of ``valueRanges``.
  /// - Throws: `LinearAlgebraError` if the weights or data are not finite.
  /// - Complexity: O(v³ + v²(T + n) + n·v·T) for v visible coordinates.
  public func posteriorMeans(
    observed: Matrix<Double>, mask: Mask
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    let (columns, rows) = visibleCoordinates(mask)
    guard !rows.isEmpty else { return Matrix(rows: observed.rows, columns: loadings.rows) }
    let visible = loadings.rows(at: rows)
    let cross = visible.multiplied(by: loadings, transposeOther: true)
    let data = observed.columns(at: columns).transposed()
    let (whitened, _) = try MaskRegression.whiten(
      .concatenatingColumns([cross, data]), covariance: cross.columns(at: rows))
    let width = loadings.rows
    return whitened.columns(width..<width + observed.rows)
      .multiplied(by: whitened.columns(0..<width), transposeSelf: true)
  }

  /// R² of E[· | x_visible] of every node's value and noise: the share of variance that the visible part explains, the mean
  /// over a node's components and over masks.
  ///
  /// - Parameter masks: At least one.
  /// - Throws: `LinearAlgebraError` if the weights are not finite.
  /// - Complexity: O(v³ + v²(T + N)) for each mask.
  public func posteriorR2(
    over masks: [Mask]
  ) throws(LinearAlgebraError) -> (values: [Double], noises: [Double]) {
    precondition(!masks.isEmpty, "the posterior of no mask")
    let regression = MaskRegression(self)
    var sums = [Double](repeating: 0, count: regression.variances.count)
    for mask in masks {
      for (index, value) in try regression.answer(mask, widths: [1]).ceiling.enumerated() { sums[index] += value }
    }
    func means(_ ranges: [Range<Int>], offset: Int) -> [Double] {
      ranges.map { range in
        range.reduce(0.0) { $0 + sums[offset + $1] } / Double(max(range.count, 1) * masks.count)
      }
    }
    return (means(valueRanges, offset: 0), means(noiseRanges, offset: loadings.rows))
  }

  /// The visible coordinates: their columns in a data matrix, and their rows among the values.
  private func visibleCoordinates(_ mask: Mask) -> (columns: [Int], rows: [Int]) {
    precondition(
      mask.isMasked.count == graph.observables.count,
      "a mask of \(mask.isMasked.count) flags for \(graph.observables.count) observables")
    var (columns, rows, next) = ([Int](), [Int](), 0)
    for (index, x) in graph.observables.enumerated() {
      let range = valueRanges[x]
      if !mask.isMasked[index] {
        columns.append(contentsOf: next..<next + range.count)
        rows.append(contentsOf: range)
      }
      next += range.count
    }
    return (columns, rows)
  }
}
