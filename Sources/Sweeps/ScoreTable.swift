/// Sums of scores over the masks of one evaluation mode, in the order in which rows first came.
struct ScoreTable {
  private struct Key: Hashable {
    var target: String
    var level: Int?
    var node: String?
    var estimator: String
    var metric: String
  }

  private var order: [Key] = []
  private var sums: [Key: (sum: Double, count: Int)] = [:]

  /// Adds one mask's score.
  mutating func add(_ block: TargetBlocks.Block, estimator: String, metric: String, value: Double) {
    let key = Key(target: block.target, level: block.level, node: block.node, estimator: estimator, metric: metric)
    if let old = sums[key] {
      sums[key] = (old.sum + value, old.count + 1)
    } else {
      order.append(key)
      sums[key] = (value, 1)
    }
  }

  /// The means, one row for each block, estimator and metric.
  func measurements(evaluation: String) -> [RecoveryScore] {
    order.map { key in
      let (sum, count) = sums[key]!
      return RecoveryScore(
        evaluation: evaluation, level: key.level, node: key.node, target: key.target, estimator: key.estimator,
        metric: key.metric, value: sum / Double(count))
    }
  }
}
