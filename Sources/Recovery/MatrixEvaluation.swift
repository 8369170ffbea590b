public import LinearAlgebra
public import Stochastics

/// The scores of a representation against true latents, group by group, beside floors and ceilings that are scored as it
/// is: what `strata evaluate` prints, wherever the encoder was trained.
public struct MatrixEvaluation: Sendable {
  /// Named target columns that are scored together.
  public struct Group: Sendable, Equatable {
    /// The name, such as `level 2`.
    public let name: String
    /// The columns of the targets, in any order.
    public let columns: [Int]

    /// A group.
    public init(name: String, columns: [Int]) {
      self.name = name
      self.columns = columns
    }
  }

  /// A floor or a ceiling: other features of the same samples.
  public struct Reference: Sendable {
    /// The estimator's name: ``input``, ``untrained``, or any other.
    public let name: String
    /// Shape (samples, any width).
    public let features: Matrix<Double>

    /// A reference.
    public init(name: String, features: Matrix<Double>) {
      self.name = name
      self.features = features
    }

    /// The name of the raw input of the encoder: the ceiling, whose principal components are scored too, as `input-pca`.
    public static let input = "input"
    /// The name of the untrained encoder's representation: the floor.
    public static let untrained = "untrained"
  }

  /// The representation, shape (n, k).
  public let representation: Matrix<Double>
  /// The true latents, shape (n, q).
  public let targets: Matrix<Double>
  /// What is scored.
  public let groups: [Group]
  /// Floors and ceilings, each of n rows.
  public let references: [Reference]
  /// The first rows, which fit; the others score.
  public let trainRows: Int
  /// Rows of the expensive metrics.
  public let limits: RecoveryScorer.Limits
  /// See ``RecoveryScorer/canonicalRidge``.
  public let canonicalRidge: Double
  /// Shuffles for p-values and the shuffled floor; 0 for none, but ``defaultPermutations`` for HSIC, which is read by its p-value.
  public let permutations: Int
  /// The splits of `multiview-crl`, for the columns of ``targets``; nil for random ones.
  public let rowOrder: RowOrder?
  /// The source of all randomness; group i has `key.child(i)`.
  public let key: RandomKey

  /// What the independence test permutes where no number is given.
  public static let defaultPermutations = 199

  /// An evaluation.
  ///
  /// - Precondition: `0 <= trainRows && trainRows <= n`; the columns of groups exist.
  /// - Throws: ``RecoveryError/shapeMismatch(what:left:right:)`` unless all matrices have the same number of rows.
  public init(
    representation: Matrix<Double>, targets: Matrix<Double>, groups: [Group], references: [Reference] = [],
    trainRows: Int, limits: RecoveryScorer.Limits = .init(),
    canonicalRidge: Double = RecoveryScorer.defaultCanonicalRidge, permutations: Int = 0,
    rowOrder: RowOrder? = nil, key: RandomKey
  ) throws(RecoveryError) {
    try requireEqual("row counts of the representation and the targets", representation.rows, targets.rows)
    for reference in references {
      try requireEqual(
        "row counts of the representation and \(reference.name)", representation.rows, reference.features.rows)
    }
    precondition(permutations >= 0, "\(permutations) permutations")
    self.representation = representation
    self.targets = targets
    self.groups = groups
    self.references = references
    self.trainRows = trainRows
    self.limits = limits
    self.canonicalRidge = canonicalRidge
    self.permutations = permutations
    self.rowOrder = rowOrder
    self.key = key
  }

  /// The numbers of a protocol.
  ///
  /// - Parameters:
  ///   - protocol: Whose conventions.
  ///   - metrics: What is measured under this project's protocol; those of others have their own.
  /// - Returns: Group by group, metric by metric.
  /// - Throws: ``RecoveryError``.
  public func scores(
    _ protocol: RecoveryProtocol, metrics: [RecoveryMetric]
  ) throws(RecoveryError) -> [Score] {
    var result: [Score] = []
    for (index, group) in groups.enumerated() {
      let groupKey = key.child(index)
      guard `protocol` == .strata else {
        let scores = try `protocol`.scores(
          features: representation, targets: targets.columns(at: group.columns), trainRows: trainRows, key: groupKey,
          rowOrder: rowOrder?.columns(at: group.columns))
        let rows = `protocol`.rows(total: targets.rows, trainRows: trainRows)
        for score in scores {
          result.append(
            Score(
              group: group.name, estimator: "representation", metric: score.name, value: score.value, permuted: [],
              fitRows: rows.fit, scoreRows: rows.score))
        }
        continue
      }
      for metric in metrics { result += try scores(metric, group, groupKey) }
    }
    return result
  }

  /// Why a partial R² of a group that is all targets has no number.
  static let nothingGiven = "there is no target column outside the group that it could be given"

  /// The scores of the representation, then those of floors and ceilings, one number of the metric after the other.
  private func scores(_ metric: RecoveryMetric, _ group: Group, _ key: RandomKey) throws(RecoveryError) -> [Score] {
    let scorer = RecoveryScorer(limits: limits, canonicalRidge: canonicalRidge, key: key)
    let rows = limits.rows(metric, fit: trainRows, score: targets.rows - trainRows)
    if metric.isPartial, group.columns.count == targets.columns {
      var score = Score(
        group: group.name, estimator: "representation", metric: metric.name, value: .nan, permuted: [],
        fitRows: rows.fit, scoreRows: rows.score)
      score.undefined = Self.nothingGiven
      return [score]
    }
    // Partial R² needs the other columns too: they come after the group's own.
    let own = TargetBlock(columns: 0..<group.columns.count, family: metric.isPartial ? 0..<targets.columns : nil)
    // Of the splits that are scored one after the other: features as they are, then permutations of their targets.
    var traceErrors: [Double] = []
    func values(_ split: HeldOutSplit) throws(RecoveryError) -> [Double] {
      guard metric.isNystroem else { return try scorer.components(metric, split, own) }
      let score = try scorer.blockScores(metric, split, groups: [0..<split.trainTargets.columns], blocks: [own])[0]
      traceErrors.append(score?.traceError ?? .nan)
      return [score?.value ?? .nan]
    }
    var result: [[Score]] = []
    func append(_ estimator: String, _ values: [Double], permuted: [[Double]] = [], traceErrors: ArraySlice<Double>) {
      for (index, value) in values.enumerated() {
        if index == result.count { result.append([]) }
        var score = Score(
          group: group.name, estimator: estimator,
          metric: metric.isSingle ? metric.name : "\(metric.name)-\(index + 1)", value: value,
          permuted: permuted.isEmpty ? [] : permuted[index], fitRows: rows.fit, scoreRows: rows.score)
        if !traceErrors.isEmpty { score.traceError = traceErrors.reduce(0, +) / Double(traceErrors.count) }
        result[index].append(score)
      }
    }
    let count = metric == .hsic && permutations == 0 ? Self.defaultPermutations : permutations
    func nulls(_ split: HeldOutSplit, _ key: RandomKey) throws(RecoveryError) -> [PermutationNull] {
      var stream = RandomStream(key)
      return metric.isPairwise
        ? try scorer.permutedPairs(metric, split, blocks: [own], permutations: count, using: &stream)
        : try PermutationNull.each(split, permutations: count, using: &stream, score: values)
    }
    let split = try self.split(representation, group, metric)
    if count > 0 {
      let found = try nulls(split, key.child(metric.name))
      append("representation", found.map(\.score), permuted: found.map(\.shuffled), traceErrors: traceErrors.prefix(1))
      if permutations > 0 { append("shuffled", found.map(\.floor), traceErrors: traceErrors.dropFirst()) }
    } else {
      append("representation", try values(split), traceErrors: traceErrors.prefix(1))
    }
    func appendReference(_ name: String, _ split: HeldOutSplit) throws(RecoveryError) {
      // HSIC is read by its p-value, whoever's it is.
      if metric == .hsic {
        let found = try nulls(split, key.child(metric.name).child(name))
        append(name, found.map(\.score), permuted: found.map(\.shuffled), traceErrors: [])
      } else {
        append(name, try values(split), traceErrors: traceErrors.suffix(metric.isNystroem ? 1 : 0))
      }
    }
    for reference in references {
      let other = try self.split(reference.features, group, metric)
      try appendReference(reference.name, other)
      if reference.name == Reference.input {
        try appendReference("input-pca", try other.principalComponents(width: representation.columns))
      }
    }
    for index in result.indices { Self.normalise(&result[index]) }
    return Array(result.joined())
  }

  private func split(
    _ features: Matrix<Double>, _ group: Group, _ metric: RecoveryMetric
  ) throws(RecoveryError) -> HeldOutSplit {
    var order = group.columns
    if metric.isPartial {
      let chosen = Set(group.columns)
      order += (0..<targets.columns).filter { !chosen.contains($0) }
    }
    return try HeldOutSplit(features: features, targets: targets.columns(at: order), trainRows: trainRows)
  }
}
