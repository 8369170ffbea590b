internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Recovery
internal import Reporting
internal import Specifications

/// `results.csv`: every score of every finished cell in long form.
enum ResultsFile {
  static let columns = [
    "cell", "graph", "mechanism", "mask_ratio", "patch_size", "width", "generator_seed", "training_seed", "evaluation",
    "level", "node", "target", "estimator", "metric", "value", "p_value", "normalised", "masks", "probes", "fit_rows",
    "score_rows",
  ]

  /// The file's text: rows in the order of the plan's cells, and within a cell in the order of its evaluation. It holds
  /// nothing that differs between two runs of the same plan on one machine.
  ///
  /// A level is empty for the content, a node is empty for a whole level; numbers are the shortest decimals that read
  /// back to the same bits; a missing score is `nan`. The columns after `value` are empty where they do not apply.
  static func text(_ cells: [(CellSpecification, CellResult)]) -> String {
    var writer = CSVWriter(header: columns)
    for (cell, result) in cells {
      // Seeds as text: they may exceed Int.
      let prefix: [CSVWriter.Field] = [
        .text(cell.identifier), .text(cell.graph.name), .text(cell.generatorLabel), .number(cell.maskRatio),
        .integer(cell.patchSize), .integer(cell.architecture.representationWidth), .text("\(cell.generatorSeed)"),
        .text("\(cell.trainingSeed)"),
      ]
      let normalised = NormalisedScores(result.measurements)
      for row in result.measurements + (result.predictions ?? []) {
        writer.append(
          prefix + [
            .text(row.evaluation), row.level.map { .integer($0) } ?? .missing, row.node.map { .text($0) } ?? .missing,
            .text(row.target), .text(row.estimator), .text(row.metric), .number(row.value),
            row.pValue.map { .number($0) } ?? .missing, normalised[row].map { .number($0) } ?? .missing,
          ] + counts(row, cell))
      }
    }
    return writer.text
  }

  /// Masks, probes, and the rows that each was fitted and scored on.
  private static func counts(_ row: RecoveryScore, _ cell: CellSpecification) -> [CSVWriter.Field] {
    guard let metric = RecoveryMetric(rawValue: row.metric), !row.estimator.hasPrefix("theory"),
      let mode = EvaluationPlan.Mode(rawValue: row.evaluation)
    else { return [.missing, .missing, .missing, .missing] }
    let plan = cell.evaluation
    let fitted = mode == .perMask ? plan.rows : plan.pooledRows
    let rows = plan.limits.rows(metric, fit: fitted, score: fitted)
    let isFixed = if case .fixed = cell.masks.law { true } else { false }
    let masks: CSVWriter.Field = mode == .perMask ? .integer(isFixed ? 1 : plan.masks(for: metric)) : .missing
    return [masks, row.probes.map { .integer($0) } ?? .missing, .integer(rows.fit), .integer(rows.score)]
  }
}

/// Where the trained encoder's scores lie between the untrained encoder's (0) and the raw input's (1).
struct NormalisedScores {
  private struct Key: Hashable {
    var evaluation: String
    var level: Int?
    var node: String?
    var target: String
    var metric: String

    init(_ row: RecoveryScore) {
      (evaluation, level, node) = (row.evaluation, row.level, row.node)
      (target, metric) = (row.target, row.metric)
    }
  }

  private var floors: [Key: Double] = [:]
  private var ceilings: [Key: Double] = [:]

  init(_ rows: [RecoveryScore]) {
    for row in rows {
      switch row.estimator {
      case EvaluationPlan.Estimator.untrained.rawValue: floors[Key(row)] = row.value
      case EvaluationPlan.Estimator.ceiling.rawValue: ceilings[Key(row)] = row.value
      default: break
      }
    }
  }

  /// Nil for other estimators, for leakage (which is not to be recovered), for in-sample metrics (whose values at other widths are no scale), without floor and ceiling, and
  /// where these do not differ.
  subscript(row: RecoveryScore) -> Double? {
    guard row.estimator == EvaluationPlan.Estimator.mae.rawValue, let metric = RecoveryMetric(rawValue: row.metric),
      metric.isHeldOut, row.target != EvaluationPlan.Target.leakage.rawValue, let floor = floors[Key(row)],
      let ceiling = ceilings[Key(row)]
    else { return nil }
    let value = NormalisedRecovery.value(score: row.value, floor: floor, ceiling: ceiling)
    return value.isNaN ? nil : value
  }
}
