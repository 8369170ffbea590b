internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
public import Recovery
internal import Reporting
public import Specifications

/// `results.csv`: every score of every finished cell in long form.
enum ResultsFile {
  /// A score with what its columns need besides.
  private struct Row {
    let score: RecoveryScore
    let normalised: Double?
    /// Masks, and the rows that each probe was fitted and scored on; nil where they do not apply.
    let counts: (masks: Int?, fit: Int, score: Int)?
  }

  /// The columns that are the same in all rows of a cell, behind its name. Seeds are text: they may exceed Int.
  private static let cellColumns: [(name: String, field: @Sendable (CellSpecification) -> CSVWriter.Field)] = [
    ("graph", { .text($0.graph.name) }),
    ("mechanism", { .text($0.generatorLabel) }),
    ("mask_ratio", { .number($0.maskRatio) }),
    ("patch_size", { .integer($0.patchSize) }),
    ("width", { .integer($0.architecture.representationWidth) }),
    ("generator_seed", { .text("\($0.generatorSeed)") }),
    ("training_seed", { .text("\($0.trainingSeed)") }),
  ]

  /// The columns behind them, each with what stands in it.
  private static let scoreColumns: [(name: String, field: @Sendable (Row) -> CSVWriter.Field)] = [
    ("evaluation", { .text($0.score.evaluation) }),
    ("level", { .init($0.score.level) }),
    ("node", { .init($0.score.node) }),
    ("target", { .text($0.score.target) }),
    ("estimator", { .text($0.score.estimator) }),
    ("metric", { .text($0.score.metric) }),
    ("value", { .number($0.score.value) }),
    ("p_value", { .init($0.score.pValue) }),
    ("normalised", { .init($0.normalised) }),
    ("masks", { .init($0.counts?.masks) }),
    ("probes", { .init($0.counts == nil ? nil : $0.score.probes) }),
    ("fit_rows", { .init($0.counts?.fit) }),
    ("score_rows", { .init($0.counts?.score) }),
    ("trace_error", { .init($0.score.traceError) }),
  ]

  /// The first line.
  static let header = CSVWriter.line(
    (["cell"] + cellColumns.map(\.name) + scoreColumns.map(\.name)).map(CSVWriter.Field.text))

  /// The lines of a cell, in the order of its evaluation; those of the cells stand in the order of the plan. They hold
  /// nothing that differs between two runs of the same plan on one machine.
  ///
  /// A level is empty for the content, a node is empty for a whole level; numbers are the shortest decimals that read
  /// back to the same bits; a missing score is `nan`. The columns after `value` are empty where they do not apply.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - name: Its name.
  ///   - scores: All its scores.
  ///   - bytes: Where the lines are added, in UTF-8.
  static func append(_ cell: CellSpecification, name: String, _ scores: [RecoveryScore], to bytes: inout [UInt8]) {
    let normalised = NormalisedScores(scores)
    let beginning = Array(CSVWriter.line([.text(name)] + cellColumns.map { $0.field(cell) }).utf8.dropLast())
    // Scores of one metric come one after the other.
    var last: (score: RecoveryScore, counts: (masks: Int?, fit: Int, score: Int)?)?
    for score in scores {
      let counts =
        if let last, last.score.sharesCounts(with: score) { last.counts } else { counts(score, cell) }
      last = (score, counts)
      let row = Row(score: score, normalised: normalised[score], counts: counts)
      bytes.append(contentsOf: beginning)
      for column in scoreColumns {
        bytes.append(UInt8(ascii: ","))
        CSVWriter.append(column.field(row), to: &bytes)
      }
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private static func counts(_ row: RecoveryScore, _ cell: CellSpecification) -> (masks: Int?, fit: Int, score: Int)? {
    guard let metric = RecoveryMetric(rawValue: row.metric), !row.estimator.hasPrefix("theory"),
      let mode = EvaluationPlan.Mode(rawValue: row.evaluation)
    else { return nil }
    let isFixed = if case .fixed = cell.masks.law { true } else { false }
    return cell.evaluation.counts(metric, mode, isFixedMask: isFixed)
  }
}

extension RecoveryScore {
  /// Whether ``EvaluationPlan/counts(_:_:isFixedMask:)`` is the same for another score of the cell.
  fileprivate func sharesCounts(with other: RecoveryScore) -> Bool {
    metric == other.metric && estimator == other.estimator && evaluation == other.evaluation
  }
}

extension EvaluationPlan {
  /// What stands behind a score: the masks that get a probe each (nil in the other modes), and the rows that a probe is fitted
  /// and scored on.
  public func counts(
    _ metric: RecoveryMetric, _ mode: Mode, isFixedMask: Bool
  ) -> (masks: Int?, fit: Int, score: Int) {
    let given = mode == .perMask ? self.rows : pooledRows
    let rows = limits.rows(metric, fit: given, score: given)
    return (mode == .perMask ? (isFixedMask ? 1 : masks(for: metric)) : nil, rows.fit, rows.score)
  }

  /// The permutations behind the p-values of a metric; 0 for none.
  public func permutations(for metric: RecoveryMetric) -> Int { metric == .hsic ? hsicPermutations : permutations }
}

/// Where the trained encoder's scores lie between the untrained encoder's (0) and the raw input's (1).
struct NormalisedScores {
  /// By what a score is of, without its estimator.
  private var scales: [RecoveryScore.Key: (floor: Double?, ceiling: Double?)] = [:]

  init(_ rows: [RecoveryScore]) {
    for row in rows {
      switch row.estimator {
      case EvaluationPlan.Estimator.untrained.rawValue: scales[Self.key(row), default: (nil, nil)].floor = row.value
      case EvaluationPlan.Estimator.ceiling.rawValue: scales[Self.key(row), default: (nil, nil)].ceiling = row.value
      default: break
      }
    }
  }

  private static func key(_ row: RecoveryScore) -> RecoveryScore.Key {
    var key = row.key
    key.estimator = ""
    return key
  }

  /// Nil for other estimators, for leakage (which is not to be recovered), without floor and ceiling, and where these do not differ.
  subscript(row: RecoveryScore) -> Double? {
    guard row.estimator == EvaluationPlan.Estimator.mae.rawValue,
      row.target != EvaluationPlan.Target.leakage.rawValue, case (let floor?, let ceiling?)? = scales[Self.key(row)]
    else { return nil }
    let value = NormalisedRecovery.value(score: row.value, floor: floor, ceiling: ceiling)
    return value.isNaN ? nil : value
  }
}
