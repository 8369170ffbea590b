public import LinearAlgebra

/// Disentanglement, completeness and informativeness (DCI; Eastwood & Williams 2018).
///
/// From a table of importances of code dimensions (rows) for factors (columns): a dimension is disentangled if it matters
/// for one factor only, a factor is complete if one dimension alone matters for it.
public struct Disentanglement: Sendable, Equatable {
  /// Σᵢ wᵢ (1 − H(Pᵢ)), Pᵢ the importances of dimension i over the q factors, H with base q, and wᵢ the dimension's share of
  /// all importance; in [0, 1]. With one factor, 1 by convention.
  public let disentanglement: Double
  /// Σⱼ wⱼ (1 − H(P̃ⱼ)), P̃ⱼ the importances of the k dimensions for factor j, H with base k, and wⱼ the factor's share; in
  /// [0, 1]. With one dimension, 1 by convention.
  public let completeness: Double
  /// How well the code predicts the factors: the mean held-out R²; nil where importances were given.
  public let informativeness: Double?

  /// The scores of a table of importances. Both weightings are those of `disentanglement_lib` (Locatello et al. 2019); the
  /// original paper averages completeness over factors with equal weights.
  ///
  /// - Parameter importances: Shape (k, q), finite and ≥ 0. Without any importance all scores are 0.
  public init(importances: Matrix<Double>) { self.init(importances: importances, informativeness: nil) }

  /// The scores of linear importances: absolute coefficients of the ridge probe on standardised features and targets, its
  /// penalty chosen by cross-validation for each factor. (Eastwood & Williams use lasso or random forests: the numbers of
  /// different importances are not comparable.)
  ///
  /// - Throws: ``RecoveryError``.
  public init(_ split: HeldOutSplit) throws(RecoveryError) {
    let (x, y) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let probe = RidgeProbe()
    let factors = (0..<split.trainTargets.columns).map { $0..<$0 + 1 }
    // Coefficients are the predictions for unit vectors: no second implementation of the fit.
    let k = split.trainFeatures.columns
    let scaled = HeldOutSplit(
      checkedTrainFeatures: x.applied(to: split.trainFeatures), trainTargets: y.applied(to: split.trainTargets),
      testFeatures: .concatenatingRows([.identity(k), Matrix(rows: 1, columns: k)]),
      testTargets: Matrix(rows: k + 1, columns: split.trainTargets.columns))
    let responses = try probe.predictions(scaled, groups: factors)
    var importances = Matrix<Double>(rows: k, columns: factors.count)
    for i in 0..<k { for j in 0..<factors.count { importances[i, j] = abs(responses[i, j] - responses[k, j]) } }
    let r2 = try probe.heldOutR2(split, groups: factors)
    self.init(importances: importances, informativeness: r2.reduce(0, +) / Double(r2.count))
  }

  private init(importances: Matrix<Double>, informativeness: Double?) {
    precondition(
      importances.isFinite && importances.storage.allSatisfy { $0 >= 0 }, "importances are finite and not negative")
    self.informativeness = informativeness
    let rows = (0..<importances.rows).map(importances.row)
    let columns = (0..<importances.columns).map(importances.column)
    disentanglement = Self.weighted(rows)
    completeness = Self.weighted(columns)
  }

  /// Σ share · (1 − normalised entropy) over parts.
  private static func weighted(_ parts: [[Double]]) -> Double {
    let totals = parts.map { $0.reduce(0, +) }
    let total = totals.reduce(0, +)
    guard total > 0 else { return 0 }
    let score = zip(parts, totals).reduce(0.0) { sum, part in
      guard part.1 > 0 else { return sum }
      let entropy = Information.entropy(part.0.map { $0 / part.1 })
      let base =
        part.0.count > 1 ? Information.entropy([Double](repeating: 1 / Double(part.0.count), count: part.0.count)) : 1
      return sum + part.1 / total * (1 - entropy / base)
    }
    // The shares add up to 1 but for rounding.
    return min(max(score, 0), 1)
  }
}
