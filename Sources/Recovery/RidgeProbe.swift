public import LinearAlgebra

/// Linear regression with an intercept and a ridge penalty chosen by cross-validation (Hoerl & Kennard 1970).
///
/// Features are standardised over the training rows (constant columns are dropped), and the coefficients B minimise
/// ‖Y − XB‖² / n + penalty · ‖B‖², so that a penalty means the same at every n; scikit-learn's `alpha` on the same
/// standardised features is n · penalty. Any rank is safe, including duplicate columns and fewer rows than columns.
public struct RidgeProbe: Probe {
  /// The default grid: from least squares to (almost) the mean, which is what unrelated features deserve when k ≈ n.
  public static let defaultPenalties = [1e-6, 1e-4, 1e-2, 0.1, 1, 10, 100]

  /// The penalties tried, relative to n; a single one is used without cross-validation.
  public let penalties: [Double]
  /// The number of contiguous cross-validation folds inside the training rows.
  public let folds: Int
  /// `ridge`.
  public var name: String { "ridge" }

  /// A probe with a grid of penalties.
  ///
  /// - Parameters:
  ///   - penalties: Any order; each finite and ≥ 0. Zero means least squares (the least further penalty that makes the
  ///     Gram matrix numerically positive definite is added when features are collinear).
  ///   - folds: At least 2; at most one a row is used.
  public init(penalties: [Double] = RidgeProbe.defaultPenalties, folds: Int = 5) {
    precondition(!penalties.isEmpty, "a ridge probe needs a penalty")
    precondition(penalties.allSatisfy { $0 >= 0 && $0.isFinite }, "ridge penalties \(penalties)")
    precondition(folds >= 2, "\(folds) cross-validation folds")
    self.penalties = penalties.sorted(by: >)
    self.folds = folds
  }

  /// See ``Probe/predictions(_:groups:)``.
  ///
  /// - Complexity: O(n·k·(k + q) + m·k·q) for the data plus O(k³ + k²·q) for each fold and penalty: cross-validation works
  ///   on Gram matrices of the folds and never touches the rows again.
  public func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    requirePartition(groups, columns: split.testTargets.columns)
    let features = Standardisation(split.trainFeatures)
    let (targets, y) = (split.facts.standardised.scale, split.facts.standardised.train)
    let x = features.applied(to: split.trainFeatures)
    let parts = CrossValidation.folds(penalties.count > 1 ? folds : 1, rows: x.rows).map { RegressionMoments(x, y, $0) }
    let total = parts.dropFirst().reduce(parts[0]) { $0 + $1 }

    var choices = [Int](repeating: 0, count: groups.count)
    if penalties.count > 1 {
      let errors = try crossValidationErrors(parts, total: total)
      choices = CrossValidation.bestGridPoints(errors: errors, active: targets.scales.map { $0 > 0 }, groups: groups)
    }
    let centred = total.centred(around: total)
    var coefficients = Matrix<Double>(rows: x.columns, columns: y.columns)
    for (point, columns) in CrossValidation.columnsByGridPoint(choices, groups: groups) {
      let whole = columns.count == y.columns
      let solution = try solveRidge(
        centred.gram, whole ? centred.cross : centred.cross.columns(at: columns),
        penalty: penalties[point] * Double(x.rows))
      if whole { coefficients = solution } else { coefficients.setColumns(columns, solution) }
    }
    // Training rows are standardised, so the intercept is the mean of the targets.
    return targets.reverted(features.applied(to: split.testFeatures) * coefficients)
  }

  /// For each penalty, the out-of-fold sum of squared errors of each target column.
  private func crossValidationErrors(
    _ parts: [RegressionMoments], total: RegressionMoments
  ) throws(RecoveryError) -> [[Double]] {
    let q = total.targetSums.count
    var errors = [[Double]](repeating: [Double](repeating: 0, count: q), count: penalties.count)
    for fold in parts {
      let rest = total - fold
      let fit = rest.centred(around: rest)
      // Moments of the fold around the means that the fit on the other folds predicts with.
      let validation = fold.centred(around: rest)
      for (point, penalty) in penalties.enumerated() {
        let w = try solveRidge(fit.gram, fit.cross, penalty: penalty * rest.count)
        // Σ (y − wᵀx)² = Σ y² − 2 wᵀ(Σ x y) + wᵀ(Σ x xᵀ) w.
        var residual = validation.cross
        validation.gram.multiply(w, alpha: 1, beta: -2, into: &residual)
        let products = columnProducts(w, residual)
        for j in 0..<q { errors[point][j] += max(0, validation.squares[j] + products[j]) }
      }
    }
    return errors
  }
}

/// Solves (G + penalty · I) W = C for a positive semidefinite G; rounding that leaves the sum indefinite is answered by
/// the least of a geometric series of further penalties that does not.
func solveRidge(
  _ gram: Matrix<Double>, _ cross: Matrix<Double>, penalty: Double
) throws(RecoveryError) -> Matrix<Double> {
  var system = gram
  return try solveRidge(&system, cross, penalty: penalty) { gram }
}

/// The same in the memory of G, which is lost; `again` makes another copy where rounding calls for one.
func solveRidge(
  _ system: inout Matrix<Double>, _ cross: Matrix<Double>, penalty: Double, again: () -> Matrix<Double>
) throws(RecoveryError) -> Matrix<Double> {
  let order = system.rows
  var largest = 0.0
  for i in 0..<order { largest = max(largest, system[i, i]) }
  var added = penalty
  // Pivots below rounding would pass as positive by chance and blow the solution up.
  let least = Double(max(order, 1)) * 1e-14 * largest
  if added < least { added = least }
  for attempt in 0..<20 {
    if attempt > 0 { system = again() }
    for i in 0..<order { system[i, i] += added }
    do {
      try system.formCholeskyFactor()
      return system.choleskySolve(cross)
    } catch .notPositiveDefinite {
      added = max(added, 1e-300) * 10
    } catch {
      throw .numerical(operation: "ridge regression", reason: "\(error)")
    }
  }
  throw .numerical(
    operation: "ridge regression", reason: "the Gram matrix of the features is not positive semidefinite")
}
