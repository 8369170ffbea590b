public import LinearAlgebra
public import Stochastics

/// A published way to score a representation, under its own name; `strata` is this project's own and the default.
///
/// The conventions of the others are reproduced, their faults included, so that numbers can be compared with published
/// ones. They are never mixed with this project's R².
public enum RecoveryProtocol: String, Sendable, CaseIterable {
  /// Held-out R² averaged per dimension, hyper-parameters from cross-validation inside the training rows.
  case strata
  /// von Kügelgen et al. 2021 (`ysharma1126/ssl_identifiability`): features and targets standardised over the training
  /// rows; least squares, and kernel ridge by a 3-fold grid search; R² within each batch of 4096 test rows, then the mean.
  case sslIdentifiability = "ssl-identifiability"
  /// Yao et al. 2024 (`CausalLearningAI/multiview-crl`): features standardised over *all* rows; each batch of 4096 rows is
  /// split at random, a quarter for scoring; one regression for each single target, unscaled; the mean over batches. Both of
  /// its non-linear regressions: the grid search of kernel ridge (its option `--grid-search-eval`) and the network that is
  /// its default (scikit-learn's `MLPRegressor`).
  case multiviewCRL = "multiview-crl"
  /// Zimmermann et al. 2021 (`brendel-group/cl-ica`): everything *in-sample*, in batches of 6144 rows: R² of least squares
  /// scored on the rows that it was fitted on, and MCC by optimal assignment; the mean over batches.
  case clICA = "cl-ica"
}

/// One number of a peer's protocol.
public struct ProtocolScore: Sendable, Equatable {
  /// The metric's name in the output, e.g. `r2-linear`.
  public let name: String
  /// The number.
  public let value: Double
}

extension RecoveryProtocol {
  /// The numbers that a peer's evaluation prints for a block of targets.
  ///
  /// - Parameters:
  ///   - features: Shape (n, k), all rows.
  ///   - targets: Shape (n, q), the same rows.
  ///   - trainRows: The first rows, for `ssl-identifiability` only (the peer uses 5 batches of 4096, and scores 10); the
  ///     others take all rows and split, or do not, in their own way.
  ///   - key: The source of `multiview-crl`'s random splits and initial weights; unused by the others.
  ///   - rowOrder: `multiview-crl`'s splits, of these target columns, instead of random ones; unused by the others.
  /// - Returns: `r2-linear` and `r2-kernel`, for `multiview-crl` `r2-mlp` too; for `cl-ica` `r2-linear`, `mcc-pearson`, `mcc-spearman`.
  /// - Throws: ``RecoveryError``.
  /// - Precondition: not ``strata``, whose scores are those of the metrics asked for.
  /// - Complexity: Kernel ridge is exact: O(r³) time for each grid point and fold, O(r²) memory with r training rows.
  public func scores(
    features: Matrix<Double>, targets: Matrix<Double>, trainRows: Int, key: RandomKey, rowOrder: RowOrder? = nil
  ) throws(RecoveryError) -> [ProtocolScore] {
    switch self {
    case .strata: preconditionFailure("the strata protocol has the scores of its metrics")
    case .sslIdentifiability: return try Self.batchedScores(features, targets, trainRows: trainRows)
    case .multiviewCRL:
      var stream = RandomStream(key)
      return try Self.randomSplitScores(features, targets, key: key.child("mlp")) { batch, target in
        rowOrder?.order(batch: batch, target: target) ?? stream.permutation(batch.count)
      }
    case .clICA: return try Self.inSampleScores(features, targets)
    }
  }

  /// Whether the first rows that the caller names fit and the others score; if not, the protocol splits all rows itself.
  public var usesTrainRows: Bool { self == .strata || self == .sslIdentifiability }

  /// How many rows are scored for each that is fitted on: one, for `ssl-identifiability` two (it fits on 5 batches and scores 10).
  public var scoredPerFitted: Int { self == .sslIdentifiability ? 2 : 1 }

  /// How many of the first rows fit where the caller does not say, by ``scoredPerFitted``.
  public func defaultTrainRows(total: Int) -> Int { total / (1 + scoredPerFitted) }

  /// The rows that are fitted on and scored on, over all batches; in-sample protocols have all rows twice.
  ///
  /// - Parameters:
  ///   - total: All rows.
  ///   - trainRows: The first rows, where ``usesTrainRows``.
  public func rows(total: Int, trainRows: Int) -> (fit: Int, score: Int) {
    switch self {
    case .strata, .sslIdentifiability: return (trainRows, total - trainRows)
    case .multiviewCRL:
      let scored = Self.batches(total, of: Self.batch).reduce(0) { $0 + Self.quarter($1.count) }
      return (total - scored, scored)
    case .clICA: return (total, total)
    }
  }

  /// What a caption says of the rows: `400 rows, 200 to fit on`.
  ///
  /// - Parameters:
  ///   - total: All rows.
  ///   - trainRows: The first rows, where ``usesTrainRows``.
  ///   - hasRowOrder: Whether `multiview-crl`'s splits were given.
  public func rowsText(total: Int, trainRows: Int, hasRowOrder: Bool = false) -> String {
    let (fit, score) = rows(total: total, trainRows: trainRows)
    switch self {
    case .strata: return "\(total) rows, \(fit) to fit on"
    case .sslIdentifiability:
      return "\(total) rows, \(fit) to fit on" + (score > Self.batch ? ", scored in batches of \(Self.batch)" : "")
    case .multiviewCRL:
      let batches = total > Self.batch ? " in batches of \(Self.batch)" : ""
      let source = hasRowOrder ? "in the given order" : "at random"
      return "\(total) rows, split \(source)\(batches) for each target: \(fit) to fit on and \(score) to score"
    case .clICA:
      let batches = total > Self.inSampleBatch ? ", in batches of \(Self.inSampleBatch)" : ""
      return "\(total) rows, all fitted on and all scored (in-sample)\(batches)"
    }
  }

  private static let batch = 4096
  private static let inSampleBatch = 6144

  /// A quarter of a batch, rounded up: what scikit-learn's `train_test_split` scores on.
  private static func quarter(_ rows: Int) -> Int { (rows + 3) / 4 }

  private static func batchedScores(
    _ features: Matrix<Double>, _ targets: Matrix<Double>, trainRows: Int
  ) throws(RecoveryError) -> [ProtocolScore] {
    let split = try HeldOutSplit(features: features, targets: targets, trainRows: trainRows)
    let (x, y) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let scaled = HeldOutSplit(
      checkedTrainFeatures: x.applied(to: split.trainFeatures), trainTargets: y.applied(to: split.trainTargets),
      testFeatures: x.applied(to: split.testFeatures), testTargets: y.applied(to: split.testTargets))
    let linear = try MinimumNormLeastSquares().predictions(scaled, groups: [0..<targets.columns])
    let kernel = try GridSearchKernelRidge().predictions(scaled)
    func score(_ predictions: Matrix<Double>) -> Double {
      let values = batches(predictions.rows, of: batch).map { rows in
        mean(R2.perColumn(predictions: predictions.rows(rows), targets: scaled.testTargets.rows(rows)))
      }
      return mean(values)
    }
    return [.init(name: "r2-linear", value: score(linear)), .init(name: "r2-kernel", value: score(kernel))]
  }

  /// The numbers of `multiview-crl` under given splits.
  ///
  /// - Parameters:
  ///   - key: The source of initial weights and of the order of rows in training.
  ///   - order: A permutation of the rows of a batch, counted from 0 within it, asked for batch by batch and within it target by
  ///     target. Its first quarter, rounded up, is scored, the rest is fitted, in this order (`train_test_split` on
  ///     `RandomState.permutation`).
  ///   - regressions: Those wanted, by their names; nil for all three.
  package static func randomSplitScores(
    _ features: Matrix<Double>, _ targets: Matrix<Double>, key: RandomKey, regressions: [String]? = nil,
    order: (_ batch: Range<Int>, _ target: Int) -> [Int]
  ) throws(RecoveryError) -> [ProtocolScore] {
    try requireViews(features, targets, rows: 8)
    let x = Standardisation(features).applied(to: features)
    let names = ["r2-linear", "r2-kernel", "r2-mlp"].filter { regressions?.contains($0) ?? true }
    var values = [[Double]](repeating: [], count: names.count)
    for (batch, rows) in batches(x.rows, of: batch).enumerated() {
      for target in 0..<targets.columns {
        let order = order(rows, target).map { rows.lowerBound + $0 }
        let tested = quarter(rows.count)
        let (test, train) = (Array(order[..<tested]), Array(order[tested...]))
        let y = targets.columns(target..<target + 1)
        let split = try HeldOutSplit(
          trainFeatures: x.rows(at: train), trainTargets: y.rows(at: train), testFeatures: x.rows(at: test),
          testTargets: y.rows(at: test))
        // The network alone sees the unit of the targets.
        let scaled = split.withTargetsInRange
        func r2(_ predictions: Matrix<Double>, _ split: HeldOutSplit) -> Double {
          R2.perColumn(predictions: predictions, targets: split.testTargets)[0]
        }
        for (index, name) in names.enumerated() {
          switch name {
          case "r2-linear":
            values[index].append(r2(try MinimumNormLeastSquares().predictions(scaled, groups: [0..<1]), scaled))
          case "r2-kernel": values[index].append(r2(try GridSearchKernelRidge().predictions(scaled), scaled))
          default:
            let predictions = MLPRegressorReadout().predictions(split, key: key.child(batch).child(target))
            values[index].append(r2(predictions, split))
          }
        }
      }
    }
    return zip(names, values).map { .init(name: $0, value: mean($1)) }
  }

  private static func inSampleScores(
    _ features: Matrix<Double>, _ targets: Matrix<Double>
  ) throws(RecoveryError) -> [ProtocolScore] {
    try requireViews(features, targets, rows: 2)
    var (linear, pearson, spearman): ([Double], [Double], [Double]) = ([], [], [])
    for rows in batches(features.rows, of: inSampleBatch) {
      let (x, y) = (features.rows(rows), targets.rows(rows))
      let split = HeldOutSplit(checkedTrainFeatures: x, trainTargets: y, testFeatures: x, testTargets: y)
      linear.append(mean(try MinimumNormLeastSquares().heldOutR2(split)))
      pearson.append(try MeanCorrelationCoefficient(features: x, targets: y, correlation: .pearson).value)
      spearman.append(try MeanCorrelationCoefficient(features: x, targets: y, correlation: .spearman).value)
    }
    return [
      .init(name: "r2-linear", value: mean(linear)), .init(name: "mcc-pearson", value: mean(pearson)),
      .init(name: "mcc-spearman", value: mean(spearman)),
    ]
  }

  /// The batches of rows that `multiview-crl` splits: 4096 each; a remainder of fewer than eight rows joins the last.
  public static func splitBatches(rows: Int) -> [Range<Int>] { batches(rows, of: batch) }

  /// Ranges of as many rows; a remainder of fewer than eight rows joins the last.
  private static func batches(_ rows: Int, of batch: Int) -> [Range<Int>] {
    let count = max(1, rows / batch + (rows % batch >= 8 ? 1 : 0))
    return (0..<count).map { $0 * batch..<($0 == count - 1 ? rows : ($0 + 1) * batch) }
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
