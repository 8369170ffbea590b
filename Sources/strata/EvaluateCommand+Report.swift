internal import Foundation
internal import Recovery
internal import Reporting

/// The scores of `strata evaluate` and their three forms.
struct EvaluationReport {
  /// One number and what it is of.
  struct Row {
    let score: MatrixEvaluation.Score
    /// The masks that the number is the mean of; nil for matrices.
    let masks: Int?
  }

  /// What a report on a kept model says besides.
  struct Source: Encodable {
    let cell: String
    let evaluation: String
    let masks: Int?
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

  private var hasNormalised: Bool { scores.contains { $0.score.normalised != nil } }

  private var hasTraceErrors: Bool { scores.contains { $0.score.traceError != nil } }

  var markdown: String {
    let isModel = source != nil
    var table = MarkdownTable(
      headings: ["group", "estimator", "metric", "value", "p"] + (hasNormalised ? ["normalised"] : [])
        + (hasTraceErrors ? ["trace error"] : [])
        + (isModel ? ["masks"] : []) + ["fit rows", "score rows"])
    let format = NumberFormat()
    for row in scores {
      let score = row.score
      table.append(
        [score.group, score.estimator, score.metric, format.string(score.value), format.string(score.pValue)]
          + (hasNormalised ? [format.string(score.normalised)] : [])
          + (hasTraceErrors ? [format.string(score.traceError)] : [])
          + (isModel ? [row.masks.map(String.init) ?? NumberFormat.missing] : [])
          + ["\(score.fitRows)", "\(score.scoreRows)"])
    }
    // One pair of matrices is one run: there is nothing to take an interval over, and the reader is told so.
    return table.text + "\n" + sourceText + "Protocol \(`protocol`.rawValue), "
      + "\(`protocol`.rowsText(total: rows, trainRows: trainRows, hasRowOrder: hasRowOrder)), seed \(seed). One representation: no interval over training seeds."
      + permutationsText + "\n"
  }

  /// How many permutations are behind the p-values, if there are any.
  private var permutationsText: String {
    let counts = Set(scores.map(\.score.permuted.count)).subtracting([0]).sorted()
    guard !counts.isEmpty else { return "" }
    return
      " p-values from \(counts.map(String.init).joined(separator: " or ")) permutations of the rows of the targets."
  }

  private var sourceText: String {
    guard let source else { return "" }
    let masks = source.masks.map { ", \($0) mask\($0 == 1 ? "" : "s, each with rows of its own")" } ?? ""
    return "Cell \(source.cell), evaluation \(source.evaluation)\(masks). "
  }

  var csv: String {
    var writer = CSVWriter(header: [
      "protocol", "group", "estimator", "metric", "value", "p_value", "fit_rows", "score_rows", "normalised", "masks",
      "trace_error", "permutations",
    ])
    for row in scores {
      let score = row.score
      writer.append([
        .text(`protocol`.rawValue), .text(score.group), .text(score.estimator), .text(score.metric),
        .number(score.value), score.pValue.map { .number($0) } ?? .missing,
        .integer(score.fitRows), .integer(score.scoreRows),
        score.normalised.map { .number($0) } ?? .missing, row.masks.map { .integer($0) } ?? .missing,
        score.traceError.map { .number($0) } ?? .missing,
        score.permuted.isEmpty ? .missing : .integer(score.permuted.count),
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
      let fitRows, scoreRows: Int
      let masks, permutations: Int?

      enum CodingKeys: String, CodingKey {
        case group, estimator, metric, value, normalised, masks, permutations
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
        group: score.group, estimator: score.estimator, metric: score.metric, value: score.value,
        pValue: score.pValue, normalised: score.normalised, traceError: score.traceError, fitRows: score.fitRows,
        scoreRows: score.scoreRows,
        masks: row.masks, permutations: score.permuted.isEmpty ? nil : score.permuted.count)
    }
    let file = File(
      representation: representation, targets: targets, protocol: `protocol`.rawValue, rows: rows,
      trainRows: `protocol`.rows(total: rows, trainRows: trainRows).fit, seed: seed, model: source, scores: lines)
    guard let data = try? encoder.encode(file) else { preconditionFailure("a report that JSON cannot hold") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
