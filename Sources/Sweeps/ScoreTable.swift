internal import Recovery

/// Sums of scores over the masks of one evaluation mode, in the order in which rows first came.
struct ScoreTable {
  private struct Key: Hashable {
    var target: String
    var level: Int?
    var node: String?
    var estimator: String
    var metric: String
  }

  private struct Sum {
    var value = 0.0
    var probes = 0
    /// The sum over masks for each permutation: the null of the mean over masks.
    var permuted: [Double]
  }

  private var order: [Key] = []
  private var sums: [Key: Sum] = [:]

  /// Adds one mask's score.
  ///
  /// - Parameter permuted: The scores of permuted targets, the same number at each mask; none for no p-value.
  mutating func add(
    _ block: TargetBlocks.Block, estimator: String, metric: String, value: Double, permuted: [Double] = []
  ) {
    let key = Key(target: block.target, level: block.level, node: block.node, estimator: estimator, metric: metric)
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
  func measurements(evaluation: String) -> [RecoveryScore] {
    order.map { key in
      let sum = sums[key]!
      var pValue: Double?
      if !sum.permuted.isEmpty, !sum.value.isNaN {
        pValue = PermutationNull.pValue(score: sum.value, shuffled: sum.permuted)
      }
      return RecoveryScore(
        evaluation: evaluation, level: key.level, node: key.node, target: key.target, estimator: key.estimator,
        metric: key.metric, value: sum.value / Double(sum.probes), pValue: pValue, probes: sum.probes)
    }
  }
}
