internal import Recovery

/// Sums of scores over the masks of one evaluation mode, in the order in which rows first came.
struct ScoreTable {
  private struct Sum {
    var value = 0.0
    var probes = 0
    var traceError: Double?
    /// The sum over masks for each permutation: the null of the mean over masks.
    var permuted: [Double]
  }

  /// Why scores are NaN, if samples of some mask are not finite.
  var nonFinite: NonFiniteValues?
  private let evaluation: String
  private var order: [RecoveryScore.Key] = []
  private var sums: [RecoveryScore.Key: Sum] = [:]

  /// An empty table of a mode: `per-mask`, `pooled`, `full`.
  init(evaluation: String) { self.evaluation = evaluation }

  /// Adds one mask's score.
  ///
  /// - Parameters:
  ///   - block: What it is a score of.
  ///   - estimator: Of whose features.
  ///   - metric: Its name.
  ///   - value: The score.
  ///   - permuted: The scores of permuted targets, the same number at each mask; none for no p-value.
  ///   - traceError: Of a Nyström score.
  mutating func add(
    _ block: TargetBlocks.Block, estimator: String, metric: String, value: Double, permuted: [Double] = [],
    traceError: Double? = nil
  ) {
    let key = RecoveryScore.Key(
      evaluation: evaluation, level: block.level, node: block.node, target: block.target, estimator: estimator,
      metric: metric)
    if sums[key] == nil { order.append(key) }
    var sum = sums[key] ?? Sum(permuted: [Double](repeating: 0, count: permuted.count))
    precondition(sum.permuted.count == permuted.count, "\(permuted.count) permutations after \(sum.permuted.count)")
    sum.value += value
    sum.probes += 1
    if let traceError { sum.traceError = (sum.traceError ?? 0) + traceError }
    for index in permuted.indices { sum.permuted[index] += permuted[index] }
    sums[key] = sum
  }

  /// The means, one row for each block, estimator and metric.
  ///
  /// The p-value of a mean over masks is exact like that of one mask: without a dependence the observed scores and those of
  /// each permutation are exchangeable at every mask, hence so are their means.
  var measurements: [RecoveryScore] {
    order.map { key in
      let sum = sums[key]!
      var pValue: Double?
      if !sum.permuted.isEmpty, !sum.value.isNaN {
        pValue = PermutationNull.pValue(score: sum.value, shuffled: sum.permuted)
      }
      let probes = Double(sum.probes)
      return RecoveryScore(
        key, value: sum.value / probes, pValue: pValue, probes: sum.probes,
        traceError: sum.traceError.map { $0 / probes })
    }
  }
}
