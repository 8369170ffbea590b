import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// What must not change a score of ``RecoveryMetric``, as commands and plans compute it: with the default grids, whose
/// hyper-parameters are chosen by cross-validation. ``InvarianceTests`` has the scores themselves, at given hyper-parameters.
@Suite struct DefaultInvarianceTests {
  typealias Change = InvarianceTests.Change

  /// What a change may do to a score.
  enum Effect {
    /// Nothing, but for this much.
    case within(Double)
    /// More than 10⁻³: the score sees it.
    case seen
  }

  /// Sums in another order.
  static let rounding = 1e-9
  /// The ridge 10⁻⁶ of canonical correlations is added to standardised columns, and a rotation changes what is standard.
  static let canonicalRidge = 1e-5
  /// Folds are contiguous: in another order of rows they hold other rows, and the choice of λ or γ may be the next on the grid.
  static let otherFolds = 0.02
  /// λ is small on these data, and the limit λ → 0 is invariant.
  static let smallPenalty = 2e-3
  /// Two trainings from different initial weights, or over rows in another order, on 128 rows.
  static let otherTraining = 0.15

  static func effect(of change: Change, on metric: RecoveryMetric) -> Effect {
    let isNetwork = [.r2MLP, .r2MLPReverse, .r2MLPPartial].contains(metric)
    let isSimilarity = metric.direction == .none && !metric.isHeldOut
    switch change {
    case .scaleAndShift: return .within(rounding)
    case .columnScales:
      // Similarities do not standardise columns, gaps and matched correlations do.
      return isSimilarity && ![.mig, .sap].contains(metric) ? .seen : .within(rounding)
    case .features, .targets: return .within(isNetwork ? otherTraining : rounding)
    case .rows:
      if isNetwork { return .within(otherTraining) }
      let isSearched = metric.direction != .none || [.dciDisentanglement, .dciCompleteness].contains(metric)
      return .within(isSearched ? otherFolds : rounding)
    case .rotation:
      switch metric {
      case .r2Linear: return .within(smallPenalty)
      case .ccaMean, .ccaEach: return .within(canonicalRidge)
      // The weights of PWCCA are inner products with columns, gaps and importances belong to columns.
      case .pwcca, .mig, .sap: return .seen
      default: return isSimilarity ? .within(rounding) : .seen
      }
    }
  }

  /// The mean over the metric's numbers of all targets, for partial metrics over the targets one by one.
  static func score(_ metric: RecoveryMetric, _ x: Matrix<Double>, _ y: Matrix<Double>) throws -> Double {
    let split = try HeldOutSplit(features: x, targets: y, trainRows: InvarianceTests.trainRows)
    let scorer = RecoveryScorer(limits: .init(), key: RandomKey(seed: 45))
    guard metric.isPartial else { return mean(try scorer.components(metric, split, .init(columns: 0..<3))) }
    return mean(
      try (0..<3).map { try scorer.components(metric, split, .init(columns: $0..<$0 + 1, family: 0..<3))[0] })
  }

  @Test("Every metric sees what it should see with its defaults, and nothing else", arguments: RecoveryMetric.allCases)
  func invariance(metric: RecoveryMetric) throws {
    let before = try Self.score(metric, InvarianceTests.x, InvarianceTests.y)
    #expect(before > 0.005 && before < 1)
    for change in Change.allCases {
      let (x, y) = try InvarianceTests.changed(change)
      let difference = abs(try Self.score(metric, x, y) - before)
      switch Self.effect(of: change, on: metric) {
      case .within(let tolerance): #expect(difference <= tolerance, "\(change.rawValue): \(difference)")
      case .seen: #expect(difference > 1e-3, "\(change.rawValue): \(difference)")
      }
    }
  }

  @Test(
    "DCI with its default search changes with a rotation only, and by the folds of another order of rows at most 2e-5")
  func disentanglement() throws {
    func scores(_ x: Matrix<Double>, _ y: Matrix<Double>) throws -> [Double] {
      let score = try Disentanglement(HeldOutSplit(features: x, targets: y, trainRows: InvarianceTests.trainRows))
      return [score.disentanglement, score.completeness, try #require(score.informativeness)]
    }
    let before = try scores(InvarianceTests.x, InvarianceTests.y)
    for change in Change.allCases {
      let (x, y) = try InvarianceTests.changed(change)
      let difference = largestDifference(try scores(x, y), before)
      switch change {
      case .rotation: #expect(difference > 0.1)
      case .rows: #expect(difference <= 2e-5)
      default: #expect(difference <= 1e-12, "\(change.rawValue): \(difference)")
      }
    }
  }
}
