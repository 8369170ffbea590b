internal import Recovery
internal import Stochastics
internal import Sweeps

extension EvaluationReport {
  /// What a number is over several cells.
  struct Across {
    /// The mean.
    let value: Double
    /// Its 95 % interval over generators and training seeds, crossed.
    let interval: ConfidenceInterval?
    /// The cells behind it.
    let cells: Int
    /// The largest p-value of the cells.
    let pValue: Double?
    /// The mean of the cells' normalised scores, of those that have one.
    let normalised: Double?
    /// The mean of the cells' trace errors.
    let traceError: Double?
  }
}

extension EvaluationReport.Row {
  /// Means over cells that differ in their seeds alone, row by row in the order in which rows first come.
  ///
  /// - Parameters:
  ///   - cells: Each with its scores, which are means over so many masks.
  ///   - masks: The masks of each cell; nil in modes without.
  ///   - key: The source of the bootstrap's resamples.
  static func means(
    _ cells: [(CellSpecification, [(score: MatrixEvaluation.Score, count: Int)])], masks: Int?, key: RandomKey
  ) -> [EvaluationReport.Row] {
    struct Name: Hashable {
      let group, estimator, metric: String
    }
    typealias Found = (cell: CellSpecification, score: MatrixEvaluation.Score, count: Int)
    var order: [Name] = []
    var found: [Name: [Found]] = [:]
    for (cell, scores) in cells {
      for (score, count) in scores {
        let name = Name(group: score.group, estimator: score.estimator, metric: score.metric)
        if found[name] == nil { order.append(name) }
        found[name, default: []].append((cell, score, count))
      }
    }
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return order.map { name in
      let rows = found[name]!
      let values = CrossedValues(
        rows.map { .init(generator: $0.cell.generatorSeed, training: $0.cell.trainingSeed, value: $0.score.value) })
      var stream = RandomStream(key.child(name.group).child(name.estimator).child(name.metric))
      let across = EvaluationReport.Across(
        value: values.mean,
        interval: values.mean.isFinite ? values.confidenceInterval(using: &stream) : nil, cells: rows.count,
        pValue: rows.compactMap(\.score.pValue).max(), normalised: mean(rows.compactMap(\.score.normalised)),
        traceError: mean(rows.compactMap(\.score.traceError)))
      return EvaluationReport.Row(
        score: rows[0].score, masks: masks, probes: rows.reduce(0) { $0 + $1.count }, across: across)
    }
  }
}
