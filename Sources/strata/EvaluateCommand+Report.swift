internal import Foundation
internal import Recovery
internal import Reporting
internal import Stochastics

/// The scores of `strata evaluate` and their three forms.
struct EvaluationReport {
  /// One number and what it is of.
  struct Row {
    let score: MatrixEvaluation.Score
    /// The masks of a cell; nil for matrices, and in modes without.
    let masks: Int?
    /// The probes (of other metrics, evaluations) that the number is the mean of, over masks and cells: fewer than there are masks
    /// where some have no content; nil for matrices.
    let probes: Int?
    /// What the number is over several cells; nil for one.
    var across: Across?

    var value: Double { across?.value ?? score.value }
    var pValue: Double? { across.map(\.pValue) ?? score.pValue }
    var normalised: Double? { across.map(\.normalised) ?? score.normalised }
    var traceError: Double? { across.map(\.traceError) ?? score.traceError }
    var bounds: ClosedRange<Double>? { across?.interval?.bounds(mean: value) }
    /// The permutations behind the p-value.
    var permutations: Int { score.permuted.count }

    /// The number with its interval, if it has one.
    func figure(_ format: NumberFormat) -> String {
      if score.undefined != nil { return NumberFormat.missing }
      switch across?.interval {
      case nil: return format.string(value)
      case .student(let half): return format.string(mean: value, halfWidth: half)
      case .bootstrap(let bounds): return format.string(mean: value, bounds: bounds)
      }
    }
  }

  /// What a report on a kept model says besides.
  struct Source: Encodable {
    /// The cell; nil for several.
    let cell: String?
    /// Several cells; nil for one.
    let cells: [String]?
    let generatorSeeds, trainingSeeds: Int
    let evaluation: String
    let masks: Int?
    /// The permutations behind p-values; 0 for none.
    let permutations: Int
    let bootstrapSeed: UInt64

    enum CodingKeys: String, CodingKey {
      case cell, cells, evaluation, masks, permutations
      case generatorSeeds = "generator_seeds"
      case trainingSeeds = "training_seeds"
      case bootstrapSeed = "bootstrap_seed"
    }
  }

  let representation: String
  let targets: String
  let `protocol`: RecoveryProtocol
  let rows: Int
  let trainRows: Int
  let seed: UInt64
  /// Whether the splits of `multiview-crl` were given.
  var hasRowOrder = false
  var source: Source?
  var scores: [Row] = []

  private var hasNormalised: Bool { scores.contains { $0.normalised != nil } }

  private var hasTraceErrors: Bool { scores.contains { $0.traceError != nil } }

  var markdown: String {
    let isModel = source != nil
    var table = MarkdownTable(
      headings: ["group", "estimator", "metric", "value", "p"] + (hasNormalised ? ["normalised"] : [])
        + (hasTraceErrors ? ["trace error"] : [])
        + (cellCount > 1 ? ["cells"] : []) + (isModel ? ["masks", "probes"] : []) + ["fit rows", "score rows"])
    let format = NumberFormat()
    for row in scores {
      let score = row.score
      table.append(
        [score.group, score.estimator, score.metric, row.figure(format), format.string(row.pValue)]
          + (hasNormalised ? [format.string(row.normalised)] : [])
          + (hasTraceErrors ? [format.string(row.traceError)] : [])
          + (cellCount > 1 ? ["\(row.across?.cells ?? 1)"] : [])
          + (isModel ? [row.masks, row.probes].map { $0.map(String.init) ?? NumberFormat.missing } : [])
          + ["\(score.fitRows)", "\(score.scoreRows)"])
    }
    return table.text + "\n" + sourceText + "Protocol \(`protocol`.rawValue), "
      + "\(`protocol`.rowsText(total: rows, trainRows: trainRows, hasRowOrder: hasRowOrder)), seed \(seed). \(runsText)\(permutationsText)\(undefinedText)\n"
  }

  /// What has no number, and why.
  private var undefinedText: String {
    var reasons: [String] = []
    for row in scores {
      guard let reason = row.score.undefined else { continue }
      let text = " \(row.score.metric) of \(row.score.group) has no number: \(reason)."
      if !reasons.contains(text) { reasons.append(text) }
    }
    return reasons.joined()
  }

  /// How many permutations are behind the p-values, if there are any.
  private var permutationsText: String {
    let counts = Set(scores.map(\.score.permuted.count)).subtracting([0]).sorted()
    guard source?.cells == nil, !counts.isEmpty else { return "" }
    return
      " p-values from \(counts.map(String.init).joined(separator: " or ")) permutations of the rows of the targets."
  }

  private var cellCount: Int { source?.cells?.count ?? 1 }

  /// What numbers are means over. One pair of matrices is one run: there is nothing to take an interval over, and the reader is
  /// told so.
  private var runsText: String {
    guard let source, let cells = source.cells else { return "One representation: no interval over training seeds." }
    let (generators, trainings) = (source.generatorSeeds, source.trainingSeeds)
    let interval =
      switch CrossedValues.intervalKind(generators: generators, trainings: trainings) {
      case .bootstrap:
        "and 95 % interval (hierarchical bootstrap, \(BootstrapInterval.defaultResamples) resamples from seed \(source.bootstrapSeed))"
      default: "± half-width of the 95 % interval (Student t)"
      }
    let pValues =
      source.permutations > 0 ? " p: the largest over the cells, \(source.permutations) permutations in each." : ""
    return """
      Mean \(interval) over \(cells.count) cells: generator seeds: \(generators), training seeds: \(trainings).\(pValues)
      """
  }

  private var sourceText: String {
    guard let source else { return "" }
    let masks =
      source.masks.map {
        ", \($0) mask\($0 == 1 ? "" : "s")\(cellCount > 1 ? " in each" : "")\($0 == 1 ? "" : ", every one with rows of its own")"
      } ?? ""
    let what = source.cell.map { "Cell \($0)" } ?? "Cells \((source.cells ?? []).joined(separator: ", "))"
    return "\(what), evaluation \(source.evaluation)\(masks). "
  }

  var csv: String {
    var writer = CSVWriter(header: [
      "protocol", "group", "estimator", "metric", "value", "p_value", "fit_rows", "score_rows", "normalised", "masks",
      "trace_error", "permutations", "cells", "interval", "low", "high", "probes", "undefined",
    ])
    for row in scores {
      let score = row.score
      writer.append([
        .text(`protocol`.rawValue), .text(score.group), .text(score.estimator), .text(score.metric),
        .number(row.value), .init(row.pValue), .integer(score.fitRows), .integer(score.scoreRows),
        .init(row.normalised), .init(row.masks), .init(row.traceError), .integer(row.permutations),
        .init(row.across?.cells), .init(row.across?.interval?.kind.rawValue), .init(row.bounds?.lowerBound),
        .init(row.bounds?.upperBound), .init(row.probes), .init(score.undefined),
      ])
    }
    return writer.text
  }

  /// Sorted keys; a value that is not finite is a string, which JSON has no number for.
  var json: String {
    struct Line: Encodable {
      let group, estimator, metric: String
      let value: Double
      let pValue, normalised, traceError: Double?
      let fitRows, scoreRows, permutations: Int
      let masks, probes, cells: Int?
      let interval, undefined: String?
      let low, high: Double?

      enum CodingKeys: String, CodingKey {
        case group, estimator, metric, value, normalised, masks, probes, permutations, cells, interval, undefined
        case low, high
        case pValue = "p_value"
        case traceError = "trace_error"
        case fitRows = "fit_rows"
        case scoreRows = "score_rows"
      }
    }
    struct File: Encodable {
      let representation, targets, `protocol`: String
      let rows, trainRows: Int
      let seed: UInt64
      let model: Source?
      let scores: [Line]

      enum CodingKeys: String, CodingKey {
        case representation, targets, `protocol`, rows, seed, model, scores
        case trainRows = "train_rows"
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let lines = scores.map { row in
      let score = row.score
      return Line(
        group: score.group, estimator: score.estimator, metric: score.metric, value: row.value,
        pValue: row.pValue, normalised: row.normalised, traceError: row.traceError, fitRows: score.fitRows,
        scoreRows: score.scoreRows, permutations: row.permutations, masks: row.masks, probes: row.probes,
        cells: row.across?.cells, interval: row.across?.interval?.kind.rawValue, undefined: score.undefined,
        low: row.bounds?.lowerBound, high: row.bounds?.upperBound)
    }
    let file = File(
      representation: representation, targets: targets, protocol: `protocol`.rawValue, rows: rows,
      trainRows: `protocol`.rows(total: rows, trainRows: trainRows).fit, seed: seed, model: source, scores: lines)
    guard let data = try? encoder.encode(file) else { preconditionFailure("a report that JSON cannot hold") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
