import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// What must not change a score, for every score: each transformation of the data either leaves it alone or is expected to
/// change it, so that no score passes by being constant.
@Suite struct InvarianceTests {
  /// Something done to the representation x, the targets y, or both.
  enum Change: String, CaseIterable, CustomTestStringConvertible {
    case rotation = "x rotated"
    case scaleAndShift = "x scaled by 4 and shifted"
    case columnScales = "columns of x scaled apart"
    case features = "columns of x in another order"
    case targets = "columns of y in another order"
    case rows = "rows in another order, within each part"
    var testDescription: String { rawValue }
  }

  struct Score: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The changes that the score sees.
    let sees: Set<Change>
    /// Above rounding, where a ridge of its own or cross-validation over other folds makes the invariance approximate.
    let tolerance: Double
    let value: @Sendable (Matrix<Double>, Matrix<Double>) throws -> Double

    init(
      _ name: String, sees: Set<Change> = [], tolerance: Double = 1e-8,
      _ value: @escaping @Sendable (Matrix<Double>, Matrix<Double>) throws -> Double
    ) {
      (testDescription, self.sees, self.tolerance, self.value) = (name, sees, tolerance, value)
    }
  }

  static let (rows, trainRows) = (240, 160)

  private static func split(_ x: Matrix<Double>, _ y: Matrix<Double>) throws -> HeldOutSplit {
    try HeldOutSplit(features: x, targets: y, trainRows: trainRows)
  }

  private static func average(_ probe: some Probe, _ x: Matrix<Double>, _ y: Matrix<Double>) throws -> Double {
    mean(try probe.heldOutR2(split(x, y)))
  }

  /// Least squares; any invertible mixing leaves it alone.
  private static let linear = RidgeProbe(penalties: [0])

  static let scores: [Score] = [
    Score("least squares R²") { try average(linear, $0, $1) },
    Score("least squares R², reverse", sees: [.rotation]) { try average(linear, $1, $0) },
    // Standardising columns makes a penalty see what rotation does to their variances.
    Score("ridge R²", sees: [.rotation]) { try average(RidgeProbe(penalties: [0.3]), $0, $1) },
    Score("kernel ridge R²", sees: [.rotation]) {
      try average(KernelRidgeProbe(penalties: [1e-2], gammas: [0.5]), $0, $1)
    },
    Score("Nyström R²", sees: [.rotation]) {
      // All training rows are landmarks: any order of them is the same set.
      try average(NystroemProbe(gamma: 0.5, penalty: 1e-2, landmarkRows: Array(0..<trainRows)), $0, $1)
    },
    Score("partial R²") { x, y in
      let whole = try split(x, y)
      return mean(try (0..<3).map { try PartialR2.perColumn(whole, group: $0..<$0 + 1, probe: linear)[0] })
    },
    Score("held-out CCA", tolerance: 1e-4) { try meanCanonicalCorrelation(split($0, $1)) },
    Score("in-sample CCA") { mean(try canonicalCorrelations($0, $1)) },
    Score("MCC, Pearson", sees: [.rotation]) {
      try MeanCorrelationCoefficient(features: $0, targets: $1, correlation: .pearson).value
    },
    Score("MCC, Spearman", sees: [.rotation]) {
      try MeanCorrelationCoefficient(features: $0, targets: $1, correlation: .spearman).value
    },
    Score("disentanglement", sees: [.rotation], tolerance: 2e-3) { try Disentanglement(split($0, $1)).disentanglement },
    Score("completeness", sees: [.rotation], tolerance: 2e-3) { try Disentanglement(split($0, $1)).completeness },
    Score("MIG", sees: [.rotation]) { try Information.mutualInformationGap(codes: $0, factors: $1) },
    Score("SAP", sees: [.rotation]) { try Information.separatedAttributePredictability(codes: $0, factors: $1) },
    Score("SVCCA", sees: [.columnScales]) { try SubspaceSimilarity.svcca($0, $1, variance: 0.9) },
    Score("PWCCA", sees: [.rotation, .columnScales]) { try SubspaceSimilarity.pwcca($0, $1) },
    Score("linear CKA, biased", sees: [.columnScales]) { try KernelAlignment.linear($0, $1, estimator: .biased) },
    Score("linear CKA, unbiased", sees: [.columnScales]) { try KernelAlignment.linear($0, $1, estimator: .unbiased) },
    Score("Gaussian CKA, biased", sees: [.columnScales]) { try KernelAlignment.gaussian($0, $1, estimator: .biased) },
    Score("Gaussian CKA, unbiased", sees: [.columnScales]) {
      try KernelAlignment.gaussian($0, $1, estimator: .unbiased)
    },
    Score("distance correlation", sees: [.columnScales]) { try distanceCorrelation($0, $1) },
    Score("squared distance correlation, unbiased", sees: [.columnScales]) {
      try unbiasedSquaredDistanceCorrelation($0, $1)
    },
    Score("HSIC", sees: [.columnScales]) {
      var stream = RandomStream(RandomKey(seed: 1))
      return try IndependenceTest($0, $1, permutations: 1, using: &stream).statistic
    },
  ]

  /// Columns of different spread, so that what depends on scales shows it; targets that are partly non-linear in them.
  static let (x, y): (Matrix<Double>, Matrix<Double>) = {
    let (raw, noise) = (gaussianMatrix(rows, 4, seed: 41), gaussianMatrix(rows, 3, seed: 42))
    var (x, y) = (raw, noise)
    for i in 0..<rows {
      for (j, scale) in [1, 0.4, 2, 1.3].enumerated() { x[i, j] *= scale }
      for j in 0..<3 { y[i, j] = raw[i, j] + 0.4 * raw[i, j + 1] + 0.3 * raw[i, j] * raw[i, j] + 0.3 * noise[i, j] }
    }
    return (x, y)
  }()

  static func changed(_ change: Change) throws -> (Matrix<Double>, Matrix<Double>) {
    switch change {
    case .rotation: return (x * (try gaussianMatrix(4, 4, seed: 43).qr().q), y)
    case .scaleAndShift:
      var moved = 4 * x
      moved.withUnsafeMutableElements { for i in $0.indices { $0[i] += 10 } }
      return (moved, y)
    case .columnScales:
      var moved = x
      for i in 0..<rows { for (j, scale) in [8, 0.5, 2, 0.25].enumerated() { moved[i, j] *= scale } }
      return (moved, y)
    case .features: return (x.columns(at: [2, 0, 3, 1]), y)
    case .targets: return (x, y.columns(at: [1, 2, 0]))
    case .rows:
      var stream = RandomStream(RandomKey(seed: 44))
      let train = stream.permutation(trainRows)
      let order = train + stream.permutation(rows - trainRows).map { $0 + trainRows }
      return (x.rows(at: order), y.rows(at: order))
    }
  }

  @Test("A score sees what it should see and nothing else", arguments: scores, Change.allCases)
  func invariance(score: Score, change: Change) throws {
    let before = try score.value(Self.x, Self.y)
    let (x, y) = try Self.changed(change)
    let difference = abs(try score.value(x, y) - before)
    if score.sees.contains(change) {
      #expect(difference > 1e-3)
    } else {
      #expect(difference <= score.tolerance)
    }
    #expect(before > 0.005 && before < 1)
  }
}
