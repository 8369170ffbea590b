internal import LinearAlgebra

// Which grid point is best is all that cross-validation has to find out. Single precision, at half the price, settles that for
// most points; those that its error leaves in doubt are computed again in double precision.

extension KernelRidgeProbe {
  /// The sums of squared out-of-fold errors of one grid point.
  private struct PointErrors {
    /// One for each target column; infinite where rounding leaves the kernel matrix indefinite.
    var sums: [Double]
    /// How far off each may be; 0 in double precision.
    var uncertainties: [Double]
  }

  /// The best grid point, gammas outside and penalties inside, for each group of target columns.
  ///
  /// - Parameters:
  ///   - x: Standardised, shape (n, k).
  ///   - scale: 1/k.
  ///   - targets: Standardised, shape (n, q).
  ///   - active: Whether each target varies.
  ///   - groups: Ranges of columns.
  func chooseGridPoints(
    _ x: Matrix<Double>, scale: Double, targets: Matrix<Double>, active: [Bool], groups: [Range<Int>]
  ) throws(RecoveryError) -> [Int] {
    var points: [PointErrors] = []
    let centred = CrossValidation.centredFolds(folds, of: targets)
    // Not made where every kernel is of low rank.
    lazy var distances = Matrix.squaredDistances(x, x)
    let leastFit = Double(targets.rows - centred[0].rows.count)
    for gamma in gammas {
      if allowsLowRank, let low = LowRankKernel(x, rate: gamma * scale, leastAdded: penalties.last! * leastFit) {
        for sums in try low.errors(folds: centred, penalties: penalties) {
          points.append(PointErrors(sums: sums, uncertainties: [Double](repeating: 0, count: sums.count)))
        }
      } else {
        let kernel = gaussianKernel(distances, rate: gamma * scale)
        points += errors(of: Array(penalties.indices), kernel: kernel, folds: centred, allowsSingle: true)
      }
    }
    let doubtful = Self.doubtful(points, active: active, groups: groups)
    for (index, gamma) in gammas.enumerated() {
      let first = index * penalties.count
      let again = penalties.indices.filter { doubtful.contains(first + $0) }
      guard !again.isEmpty else { continue }
      let kernel = gaussianKernel(distances, rate: gamma * scale)
      let exact = errors(of: again, kernel: kernel, folds: centred, allowsSingle: false)
      for (penalty, point) in zip(again, exact) { points[first + penalty] = point }
    }
    return CrossValidation.bestGridPoints(errors: points.map(\.sums), active: active, groups: groups)
  }

  /// The points that are uncertain and, in some group, may be best or not: their interval meets the one of least upper end, and
  /// they are not alone in that.
  private static func doubtful(_ points: [PointErrors], active: [Bool], groups: [Range<Int>]) -> Set<Int> {
    var result = Set<Int>()
    for group in groups {
      let bounds = points.map { point in
        var (low, high) = (0.0, 0.0)
        for j in group where active[j] {
          low += point.sums[j] - point.uncertainties[j]
          high += point.sums[j] + point.uncertainties[j]
        }
        return (low: low, high: high)
      }
      let least = bounds.map(\.high).min() ?? 0
      let contenders = points.indices.filter { bounds[$0].low <= least }
      guard contenders.count > 1 else { continue }
      result.formUnion(contenders.filter { point in group.contains { points[point].uncertainties[$0] > 0 } })
    }
    return result
  }

  /// How short residuals of approximate solutions shall be, relative to the targets.
  private static let tolerance = 1e-4
  /// What residuals r on the fitted rows mean for predictions: ‖K S⁻¹ r‖ ≤ ‖r‖ on those rows themselves, whatever S = K + nλI, and
  /// held-out rows are such rows too; twice that for safety.
  private static let caution = 2.0
  /// √n units of rounding in single precision, for n of a few hundred. The computed weights W = S⁻¹Kᵥᵀ are those of a matrix S + E whose
  /// entries Eᵢⱼ are at most so much of (|L||L|ᵀ)ᵢⱼ ≤ √(sᵢᵢsⱼⱼ) = 1 + nλ, of either sign and independent (Higham & Mary 2019). So Wᵀy is off by
  /// (S⁻¹y)ᵀE W, some (1 + nλ)·‖S⁻¹y‖·‖W‖ of them, and by as many of ‖W‖·‖y‖ from its own sums.
  private static let rounding = 0x1p-20
  /// From here on what is added to the diagonal bounds the inverse well enough: by 20.
  private static let leastBounding = 0.05
  /// Bounds of residuals beyond this, relative to the targets, are mostly rounding: residuals are measured in double precision then.
  private static let coarse = 1e-3

  /// The squared length of each column of B − (A + added · I)·X, A the kernel without the rows and columns of a range.
  private static func residualSquares(
    _ kernel: Matrix<Double>, excluding fold: Range<Int>, _ solution: Matrix<Double>, _ right: Matrix<Double>,
    added: Double
  ) -> [Double] {
    let gap = Matrix<Double>(rows: fold.count, columns: solution.columns)
    let spread = Matrix.concatenatingRows([
      solution.rows(0..<fold.lowerBound), gap, solution.rows(fold.lowerBound..<solution.rows),
    ])
    let residual = right - added * solution - (kernel * spread).rows(excluding: fold)
    return columnProducts(residual, residual)
  }

  /// The out-of-fold errors for one kernel matrix and some of the penalties.
  private func errors(
    of chosen: [Int], kernel: Matrix<Double>, folds: [CrossValidation.CentredFold], allowsSingle: Bool
  ) -> [PointErrors] {
    let (n, q) = (kernel.rows, folds[0].known.columns)
    let none = [Double](repeating: 0, count: q)
    var result = chosen.map { _ in PointErrors(sums: none, uncertainties: none) }
    // The sums over the folds of the squared lengths of what predictions may be off.
    var offsets = chosen.map { _ in none }
    for part in folds {
      let (fold, known, wanted) = (part.rows, part.known, part.wanted)
      let rest = n - fold.count
      let outer = kernel.rows(fold).columns(excluding: fold)
      // (Kᵥ S⁻¹) Y and Kᵥ (S⁻¹ Y) are equal; solve for the narrower side.
      let solveForRows = fold.count < q
      let outerTransposed = solveForRows ? outer.transposed() : outer
      // Where rows are solved for, a factor is all that there is to make, and pays sooner.
      let usesSingle = allowsSingle && rest >= (solveForRows ? leastSingleRows / 2 : leastSingleRows)
      let approximate =
        usesSingle && !solveForRows ? SinglePrecisionSystem(kernel, excluding: fold, rightColumns: q) : .empty
      let targetSquares = columnProducts(known, known)
      let sides = usesSingle && solveForRows ? (outerTransposed.float, known.float) : nil
      // One system's memory serves all penalties.
      var system = Matrix<Double>(rows: 0, columns: 0)
      for (index, point) in chosen.enumerated() {
        let added = penalties[point] * Double(rest)
        if let sides,
          let factor = SinglePrecisionFactor(kernel, excluding: fold, addingToDiagonal: added)
        {
          let (product, weightSquare) = factor.product(sides.0, sides.1)
          // ‖S⁻¹‖ is at most 1/added, of kernels without small eigenvalues far less; an estimate costs more than it settles where that
          // bound is small.
          let inverse = added >= Self.leastBounding ? 1 / added : min(1 / added, factor.inverseNorm)
          let offset = Self.rounding * (1 + (1 + added) * inverse)
          for (j, square) in targetSquares.enumerated() {
            offsets[index][j] += offset * offset * square * weightSquare
          }
          addSquaredErrors(of: product, wanted, to: &result[index].sums)
          continue
        }
        var residual = wanted
        if usesSingle, !solveForRows,
          let solution = approximate.approximateSolution(
            known, addingToDiagonal: added, tolerance: Self.tolerance,
            factor: { SinglePrecisionFactor(kernel, excluding: fold, addingToDiagonal: added) })
        {
          var squares = solution.residuals.map { $0 * $0 }
          if zip(squares, targetSquares).contains(where: { $0 > Self.coarse * Self.coarse * $1 }) {
            squares = Self.residualSquares(kernel, excluding: fold, solution.values, known, added: added)
          }
          outer.multiply(solution.values, alpha: -1, beta: 1, into: &residual)
          for (j, square) in squares.enumerated() { offsets[index][j] += square }
        } else {
          if system.rows == 0 { system = Matrix(rows: rest, columns: rest) }
          kernel.copyLowerTriangle(excluding: fold, addingToDiagonal: added, into: &system)
          do {
            try system.formCholeskyFactor()
          } catch {
            for j in 0..<q { result[index].sums[j] = .infinity }
            continue
          }
          if solveForRows {
            system.choleskySolve(outerTransposed)
              .multiply(known, transposeSelf: true, alpha: -1, beta: 1, into: &residual)
          } else {
            outer.multiply(system.choleskySolve(known), alpha: -1, beta: 1, into: &residual)
          }
        }
        let squares = columnProducts(residual, residual)
        for j in 0..<q { result[index].sums[j] += squares[j] }
      }
    }
    for index in chosen.indices {
      for j in 0..<q where offsets[index][j] > 0 {
        // ‖r + e‖² − ‖r‖² is at most 2‖r‖‖e‖ + ‖e‖², r and e over all folds.
        let length = Self.caution * offsets[index][j].squareRoot()
        result[index].uncertainties[j] = 2 * result[index].sums[j].squareRoot() * length + length * length
      }
    }
    return result
  }
}
