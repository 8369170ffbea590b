internal import HierarchicalGraphs
internal import LinearAlgebra

/// What the best linear prediction of x_m from x_mᶜ through a bottleneck says about every value and noise coordinate, for
/// the masks of one model (reduced-rank regression).
///
/// With Σ_vv = C·Cᵀ and Y = C⁻¹ Σ_v· (visible rows against all coordinates), the covariance of E[x_m | x_v] is Y_mᵀ Y_m. Its
/// top q eigenvectors U give the optimal width-q representation ĉ = Uᵀ B x_v, and with the left singular vectors P of Y_m,
/// R²(z | ĉ) = ‖P_qᵀ Y_z‖² / Var z, while R²(z | x_v) = ‖Y_z‖² / Var z: one triangular solve serves all widths.
struct MaskRegression {
  /// The answer for one mask.
  struct Answer {
    /// For each width, R² of each value coordinate and then of each noise coordinate from ĉ.
    var recovery: [[Double]]
    /// R² of each value coordinate and then of each noise coordinate from all of x_mᶜ.
    var ceiling: [Double]
    /// For each width, the expected squared error of a masked coordinate.
    var losses: [Double]
    /// The expected squared error of a masked coordinate given all of x_mᶜ.
    var lossFloor: Double
    /// The numerical rank of Σ_vv.
    var visibleRank: Int
    /// The number of visible coordinates.
    var visibleCount: Int
    /// The numerical rank of E[x_m | x_mᶜ]: widths beyond it add nothing.
    var predictionRank: Int
  }

  /// Σ of the observed rows against all values and noises, shape (D, T + N).
  let cross: Matrix<Double>
  /// The variance of every value and noise coordinate.
  let variances: [Double]
  /// The rows of `cross` of each observable, in grid order.
  let observedRows: [Range<Int>]
  /// The column of `cross` of each of its rows.
  let columnOfRow: [Int]
  /// What the squared error of each value coordinate is multiplied by in the loss.
  let lossWeights: [Double]

  /// Relative to the largest eigenvalue of Σ_vv, directions below this are taken to be constant.
  static let eigenvalueFloor = 1e-10
  /// Eigenvalues closer than this, relative to the largest, are ties.
  static let tieTolerance = 1e-9

  /// - Parameter standardized: Whether the loss counts squared errors in units of each coordinate's variance, as a training on
  ///   standardised columns does; else in the data's units.
  init(_ model: LinearGaussianModel, standardized: Bool = false) {
    let graph = model.graph
    var (rows, ranges) = ([Int](), [Range<Int>]())
    for x in graph.observables {
      ranges.append(rows.count..<rows.count + model.valueRanges[x].count)
      rows.append(contentsOf: model.valueRanges[x])
    }
    let observed = model.loadings.rows(at: rows)
    cross = Matrix.concatenatingColumns([observed.multiplied(by: model.loadings, transposeOther: true), observed])
    let valueVariances = model.loadings.withUnsafeElements { loadings in
      let n = model.loadings.columns
      return (0..<model.loadings.rows).map { row in
        (0..<n).reduce(0.0) { $0 + loadings[row * n + $1] * loadings[row * n + $1] }
      }
    }
    variances = valueVariances + [Double](repeating: 1, count: model.loadings.columns)
    observedRows = ranges
    columnOfRow = rows
    lossWeights = valueVariances.map { standardized && $0 > 0 ? 1 / $0 : 1 }
  }

  /// The answer for one mask and several widths.
  ///
  /// - Parameters:
  ///   - mask: What is hidden from the encoder.
  ///   - widths: Widths of the representation.
  ///   - counted: The masked observables that count in the loss, at least one; nil for all of them. `losses` are of these.
  ///
  /// Where eigenvalues tie across the border of a width, the optimum is a set; the answer is then the mean over the
  /// uniformly random choice among the tied directions, which does not depend on the order of nodes.
  func answer(_ mask: Mask, widths: [Int], counted: Mask? = nil) throws(LinearAlgebraError) -> Answer {
    var (masked, visible) = ([Int](), [Int]())
    for (index, range) in observedRows.enumerated() {
      if !mask.isMasked[index] { visible.append(contentsOf: range) }
      if (counted ?? mask).isMasked[index] { masked.append(contentsOf: range) }
    }
    let (y, rank) = try whitened(visible)
    let maskedColumns = masked.map { columnOfRow[$0] }
    let weights = maskedColumns.map { lossWeights[$0] }
    let prediction = Self.scalingColumns(y.columns(at: maskedColumns), by: weights.map { $0.squareRoot() })
    // P in rows, and the eigenvalues of Y_m Y_mᵀ, both descending.
    let (directions, eigenvalues) = try principal(prediction, atLeast: widths.max() ?? 0)
    let scores = directions * y
    let total = zip(maskedColumns, weights).reduce(0.0) { $0 + variances[$1.0] * $1.1 }
    let explained = Self.columnSquares(prediction).reduce(0, +)
    let scale = 1 / Double(max(masked.count, 1))
    let shares = widths.map { Self.shares(eigenvalues, width: $0) }
    return Answer(
      recovery: shares.map { share in relative(Self.columnSquares(scores, weights: share)) },
      ceiling: relative(Self.columnSquares(y)),
      losses: shares.map { share in
        max(0, total - zip(share, eigenvalues).reduce(0) { $0 + $1.0 * $1.1 }) * scale
      }, lossFloor: max(0, total - explained) * scale, visibleRank: rank, visibleCount: visible.count,
      predictionRank: eigenvalues.count)
  }

  /// The answer for one mask and a given linear encoder of the visible coordinates, with the best linear decoder.
  ///
  /// - Parameter encoder: Shape (q, D), D in grid order; the columns of masked coordinates are ignored.
  func answer(_ mask: Mask, encoder: Matrix<Double>) throws(LinearAlgebraError) -> Answer {
    var (masked, visible) = ([Int](), [Int]())
    for (index, range) in observedRows.enumerated() {
      if mask.isMasked[index] { masked.append(contentsOf: range) } else { visible.append(contentsOf: range) }
    }
    let weights = encoder.columns(at: visible)
    let code = weights * cross.rows(at: visible)
    let covariance = code.columns(at: visible.map { columnOfRow[$0] }).multiplied(by: weights, transposeOther: true)
    let (y, rank) = try Self.whiten(code, covariance: covariance)
    let explained = Self.columnSquares(y)
    let error = masked.reduce(0.0) { $0 + variances[columnOfRow[$1]] - explained[columnOfRow[$1]] }
    let loss = max(0, error) / Double(max(masked.count, 1))
    return Answer(
      recovery: [relative(explained)], ceiling: relative(explained), losses: [loss], lossFloor: loss, visibleRank: rank,
      visibleCount: encoder.rows, predictionRank: rank)
  }

  /// Every column times its factor.
  private static func scalingColumns(_ matrix: Matrix<Double>, by factors: [Double]) -> Matrix<Double> {
    guard factors.contains(where: { $0 != 1 }) else { return matrix }
    var result = matrix
    let columns = matrix.columns
    result.withUnsafeMutableElements { elements in
      for index in elements.indices { elements[index] *= factors[index % columns] }
    }
    return result
  }

  /// Y = C⁻¹ Σ_v· and the numerical rank of Σ_vv = C·Cᵀ.
  private func whitened(_ visible: [Int]) throws(LinearAlgebraError) -> (y: Matrix<Double>, rank: Int) {
    let rows = cross.rows(at: visible)
    guard !visible.isEmpty else { return (rows, 0) }
    return try Self.whiten(rows, covariance: rows.columns(at: visible.map { columnOfRow[$0] }))
  }

  /// C⁻¹ · rows for covariance = C·Cᵀ; without the directions below the floor where it is ill-conditioned.
  static func whiten(
    _ rows: Matrix<Double>, covariance: Matrix<Double>
  ) throws(LinearAlgebraError) -> (y: Matrix<Double>, rank: Int) {
    if let factor = try? covariance.choleskyFactor() {
      let pivots = factor.withUnsafeElements { elements in
        (0..<factor.rows).map { elements[$0 * factor.columns + $0] }
      }
      let ratio = (pivots.min() ?? 1) / (pivots.max() ?? 1)
      if ratio * ratio > eigenvalueFloor { return (factor.lowerTriangularSolve(rows), rows.rows) }
    }
    let (values, vectors) = try covariance.symmetricEigen()
    let largest = values.last ?? 0
    let kept = values.indices.filter { values[$0] > eigenvalueFloor * largest && values[$0] > 0 }
    var y = vectors.columns(at: kept).multiplied(by: rows, transposeSelf: true)
    let width = y.columns
    y.withUnsafeMutableElements { elements in
      for (i, index) in kept.enumerated() {
        let factor = 1 / values[index].squareRoot()
        for j in i * width..<(i + 1) * width { elements[j] *= factor }
      }
    }
    return (y, kept.count)
  }

  /// The left singular vectors (as rows) and squared singular values of Y_m, through the smaller Gram matrix; only as many
  /// vectors as the largest width and its ties need, but all values that are not numerically 0.
  private func principal(
    _ prediction: Matrix<Double>, atLeast width: Int
  ) throws(LinearAlgebraError) -> (directions: Matrix<Double>, eigenvalues: [Double]) {
    let isWide = prediction.rows <= prediction.columns
    let gram = prediction.multiplied(by: prediction, transposeSelf: !isWide, transposeOther: isWide)
    let (ascending, vectors) = try gram.symmetricEigen()
    let largest = max(ascending.last ?? 0, 0)
    let kept = ascending.indices.reversed().filter {
      ascending[$0] > Self.eigenvalueFloor * largest && ascending[$0] > 1e-30
    }
    let eigenvalues = kept.map { ascending[$0] }
    var needed = min(width, kept.count)
    while needed > 0, needed < kept.count, eigenvalues[needed - 1] - eigenvalues[needed] <= Self.tieTolerance * largest
    {
      needed += 1
    }
    let chosen = vectors.columns(at: Array(kept[..<needed]))
    guard !isWide else { return (chosen.transposed(), eigenvalues) }
    var directions = chosen.multiplied(by: prediction, transposeSelf: true, transposeOther: true)
    let count = directions.columns
    directions.withUnsafeMutableElements { elements in
      for i in 0..<needed {
        let factor = 1 / eigenvalues[i].squareRoot()
        for j in i * count..<(i + 1) * count { elements[j] *= factor }
      }
    }
    return (directions, eigenvalues)
  }

  /// How much of each direction a width takes: 1 above its border, an equal share of a tie across it, 0 below.
  static func shares(_ eigenvalues: [Double], width: Int) -> [Double] {
    var shares = eigenvalues.indices.map { $0 < width ? 1.0 : 0.0 }
    guard width > 0, width < eigenvalues.count else { return shares }
    let tolerance = tieTolerance * eigenvalues[0]
    guard eigenvalues[width - 1] - eigenvalues[width] <= tolerance else { return shares }
    var (first, end) = (width - 1, width + 1)
    while first > 0, eigenvalues[first - 1] - eigenvalues[first] <= tolerance { first -= 1 }
    while end < eigenvalues.count, eigenvalues[end - 1] - eigenvalues[end] <= tolerance { end += 1 }
    for index in first..<end { shares[index] = Double(width - first) / Double(end - first) }
    return shares
  }

  /// The weighted sum of squares of each column; weights by row, those of missing rows ignored.
  private static func columnSquares(_ matrix: Matrix<Double>, weights: [Double]? = nil) -> [Double] {
    var result = [Double](repeating: 0, count: matrix.columns)
    let width = matrix.columns
    result.withUnsafeMutableBufferPointer { result in
      matrix.withUnsafeElements { elements in
        for i in 0..<matrix.rows {
          let weight = weights?[i] ?? 1
          guard weight > 0 else { continue }
          for j in 0..<width { result[j] += weight * elements[i * width + j] * elements[i * width + j] }
        }
      }
    }
    return result
  }

  /// Explained variances as R², clipped to [0, 1] against rounding; a coordinate without variance has R² 0.
  private func relative(_ explained: [Double]) -> [Double] {
    zip(explained, variances).map { $1 > 1e-30 ? min(1, max(0, $0 / $1)) : 0 }
  }
}
