internal import Recovery

/// Sums of scores over the masks of one evaluation mode, in the order in which rows first came.
struct ScoreTable {
  private struct Sum {
    var value = 0.0
    var probes = 0
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
  /// - Parameter permuted: The scores of permuted targets, the same number at each mask; none for no p-value.
  mutating func add(
    _ block: TargetBlocks.Block, estimator: String, metric: String, value: Double, permuted: [Double] = []
  ) {
    let key = RecoveryScore.Key(
      evaluation: evaluation, level: block.level, node: block.node, target: block.target, estimator: estimator,
      metric: metric)
    if sums[key] == nil { order.append(key) }
    var sum = sums[key] ?? Sum(permuted: [Double](repeating: 0, count: permuted.count))
    precondition(sum.permuted.count == permuted.count, "\(permuted.count) permutations after \(sum.permuted.count)")
    sum.value += value
    sum.probes += 1
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
      return RecoveryScore(key, value: sum.value / Double(sum.probes), pValue: pValue, probes: sum.probes)
    }
  }
}
