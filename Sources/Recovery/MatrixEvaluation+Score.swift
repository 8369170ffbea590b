extension MatrixEvaluation {
  /// One number and what it is of.
  public struct Score: Sendable, Equatable {
    /// The group's name.
    public let group: String
    /// `representation`, `shuffled`, `input-pca`, or a reference's name.
    public let estimator: String
    /// The metric's name, with `-i` behind it for number i of a metric of several.
    public let metric: String
    /// The number.
    public let value: Double
    /// The numbers of permuted targets, in order of drawing; empty where nothing was permuted.
    public let permuted: [Double]
    /// 0 at the untrained encoder, 1 at the raw input; nil without both or where they do not differ.
    public internal(set) var normalised: Double?
    /// What the Nyström approximation of the estimator's kernel loses, ``NystroemProbe/Fit/traceError``, the mean over the shuffles
    /// where they are the estimator; nil for other metrics.
    public internal(set) var traceError: Double?
    /// Why there is no number and ``value`` is NaN; nil where there is one.
    public internal(set) var undefined: String?
    /// The rows fitted on, as the protocol splits them.
    public let fitRows: Int
    /// The rows scored on.
    public let scoreRows: Int

    /// The share of permutations that score as much, with 1 added to both counts; nil where nothing was permuted or a number is NaN.
    public var pValue: Double? {
      permuted.isEmpty ? nil : PermutationNull.pValue(score: value, shuffled: permuted)
    }
  }

  /// The scores averaged over several evaluations, such as one for each mask, in the order in which rows first come.
  ///
  /// A row that some evaluations lack (an empty content has none) is the mean over the others. The permutations of all
  /// evaluations are averaged one by one, so the p-value is that of the mean; the normalised score is that of the means.
  ///
  /// - Parameters:
  ///   - evaluations: The scores of each.
  ///   - unnormalised: Groups that have no normalised score.
  /// - Returns: Each score with the number of evaluations behind it.
  public static func means(of evaluations: [[Score]], unnormalised: Set<String> = []) -> [(score: Score, count: Int)] {
    struct Key: Hashable {
      var group, estimator, metric: String
    }
    var order: [Key] = []
    var found: [Key: [Score]] = [:]
    for score in evaluations.joined() {
      let key = Key(group: score.group, estimator: score.estimator, metric: score.metric)
      if found[key] == nil { order.append(key) }
      found[key, default: []].append(score)
    }
    var result: [(score: Score, count: Int)] = []
    var start = 0
    for (index, key) in order.enumerated() {
      let scores = found[key]!
      let count = Double(scores.count)
      let permuted = scores[0].permuted.indices.map { b in scores.reduce(0) { $0 + $1.permuted[b] } / count }
      var mean = Score(
        group: key.group, estimator: key.estimator, metric: key.metric,
        value: scores.reduce(0) { $0 + $1.value } / count, permuted: permuted, fitRows: scores[0].fitRows,
        scoreRows: scores[0].scoreRows)
      let errors = scores.compactMap(\.traceError)
      if !errors.isEmpty { mean.traceError = errors.reduce(0, +) / Double(errors.count) }
      mean.undefined = scores[0].undefined
      result.append((mean, scores.count))
      // The rows of one group and metric follow each other, the representation's first.
      let isLast = index + 1 == order.count
      if isLast || order[index + 1].group != key.group || order[index + 1].metric != key.metric {
        var rows = result[start...].map(\.score)
        if !unnormalised.contains(key.group) { normalise(&rows) }
        result[start].score = rows[0]
        start = result.count
      }
    }
    return result
  }

  /// Places the first score, the representation's, between the untrained encoder's and the raw input's.
  static func normalise(_ scores: inout [Score]) {
    guard scores.first?.estimator == "representation",
      let floor = scores.first(where: { $0.estimator == Reference.untrained })?.value,
      let ceiling = scores.first(where: { $0.estimator == Reference.input })?.value
    else { return }
    let value = NormalisedRecovery.value(score: scores[0].value, floor: floor, ceiling: ceiling)
    scores[0].normalised = value.isNaN ? nil : value
  }
}
