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
    let fit = try fit(split, groups: groups)
    // Training rows are standardised, so the intercept is the mean of the targets.
    return split.targets.scale.reverted(fit.features.applied(to: split.testFeatures) * fit.coefficients)
  }

  /// R² on the test rows from their second moments, which takes no predictions; from predictions where rounding could show.
  ///
  /// - Complexity: As ``predictions(_:groups:)``, in one pass over the test rows.
  public func heldOutR2(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> [Double] {
    let fit = try fit(split, groups: groups)
    let test = fit.features.applied(to: split.testFeatures)
    if let values = fit.r2FromMoments(test, split.targets) { return values }
    let targets = split.targets.inRange
    return R2.perColumn(
      predictions: targets.scale.reverted(test * fit.coefficients), targets: targets.test, spread: targets.spread)
  }

  /// A fitted regression between standardised features and standardised targets.
  private struct Fit {
    let features: Standardisation
    /// Shape (k, q).
    let coefficients: Matrix<Double>

    /// How much larger than a column's sum of squared deviations, and than its sum of squared errors, the terms may be that these are
    /// differences of: so R² is exact to some 10⁻¹², and 1 − R², of which a partial R² is a ratio, to 10⁻⁹ of itself.
    private static let (largestDeviationTerms, largestErrorTerms) = (1e4, 1e6)

    /// R² of each column by Σ (y − wᵀx)² = Σ y² − 2 wᵀ(Σ x y) + wᵀ(Σ x xᵀ) w, shape of `test` (m, k); nil where a column is constant,
    /// or where that is a small difference of large terms.
    func r2FromMoments(_ test: Matrix<Double>, _ targets: HeldOutTargets) -> [Double]? {
      let (k, q, m) = (coefficients.rows, coefficients.columns, Double(test.rows))
      guard !targets.spread.isConstant.contains(true), targets.scale.scales.allSatisfy({ $0 > 0 }) else { return nil }
      let (sums, squares) = targets.testMoments
      let gram = test.gramMatrix()
      let lengths = (0..<k).map { gram[$0, $0].squareRoot() }
      var residual = targets.testProducts(with: test)
      gram.multiply(coefficients, alpha: 1, beta: -2, into: &residual)
      let products = columnProducts(coefficients, residual)
      var reach = [Double](repeating: 0, count: q)
      coefficients.withUnsafeElements { w in
        for i in 0..<k { for j in 0..<q { reach[j] += abs(w[i * q + j]) * lengths[i] } }
      }
      var result = [Double](repeating: 0, count: q)
      for j in 0..<q {
        let deviations = squares[j] - sums[j] * sums[j] / m
        let (errors, terms) = (squares[j] + products[j], max(squares[j], reach[j] * reach[j]))
        // Not so if a value is not finite.
        guard squares[j] <= Self.largestDeviationTerms * deviations, terms <= Self.largestErrorTerms * errors else {
          return nil
        }
        result[j] = 1 - errors / deviations
      }
      return result
    }
  }

  private func fit(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Fit {
    requirePartition(groups, columns: split.targets.columns)
    let features = Standardisation(split.trainFeatures)
    let targets = split.targets.scale
    let x = features.applied(to: split.trainFeatures)
    let folds = CrossValidation.folds(penalties.count > 1 ? folds : 1, rows: x.rows)
    let parts = zip(folds, split.targets.folds(folds)).map { fold, y in
      RegressionMoments(x, fold, y.rows, y.range, y.moments)
    }
    let total = parts.dropFirst().reduce(parts[0]) { $0 + $1 }

    var choices = [Int](repeating: 0, count: groups.count)
    if penalties.count > 1 {
      let errors = try crossValidationErrors(parts, total: total)
      choices = CrossValidation.bestGridPoints(errors: errors, active: targets.scales.map { $0 > 0 }, groups: groups)
    }
    let centred = total.centred(around: total)
    var coefficients = Matrix<Double>(rows: x.columns, columns: split.targets.columns)
    for (point, columns) in CrossValidation.columnsByGridPoint(choices, groups: groups) {
      let whole = columns.count == split.targets.columns
      let solution = try solveRidge(
        centred.gram, whole ? centred.cross : centred.cross.columns(at: columns),
        penalty: penalties[point] * Double(x.rows))
      if whole { coefficients = solution } else { coefficients.setColumns(columns, solution) }
    }
    return Fit(features: features, coefficients: coefficients)
  }

  /// The least penalty, on standardised features, whose system has an inverse with digits enough to compare errors by.
  private static let leastInverted = 1e-7

  /// (G + penalty · n · I)⁻¹ C. Where targets are many the inverse is worth its price: to multiply by it takes less time than to solve.
  private func weights(_ fit: RegressionMoments, penalty: Double) throws(RecoveryError) -> Matrix<Double> {
    let (k, q) = (fit.cross.rows, fit.cross.columns)
    guard q >= 2 * k, penalty >= Self.leastInverted else {
      return try solveRidge(fit.gram, fit.cross, penalty: penalty * fit.count)
    }
    return try solveRidge(fit.gram, .identity(k), penalty: penalty * fit.count) * fit.cross
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
        let w = try weights(fit, penalty: penalty)
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
