internal import Foundation
internal import Recovery
internal import Reporting

/// The scores of `strata evaluate` and their three forms.
struct EvaluationReport {
  /// One number and what it is of.
  struct Score: Encodable {
    let group: String
    let estimator: String
    let metric: String
    let value: Double
    var pValue: Double?
    var fitRows: Int?
    var scoreRows: Int?

    enum CodingKeys: String, CodingKey {
      case group, estimator, metric, value
      case pValue = "p_value"
      case fitRows = "fit_rows"
      case scoreRows = "score_rows"
    }
  }

  let representation: String
  let targets: String
  let `protocol`: RecoveryProtocol
  let rows: Int
  let trainRows: Int
  let seed: UInt64
  private(set) var scores: [Score] = []

  init(
    representation: String, targets: String, protocol: RecoveryProtocol, rows: Int, trainRows: Int, seed: UInt64
  ) {
    (self.representation, self.targets, self.protocol) = (representation, targets, `protocol`)
    (self.rows, self.trainRows, self.seed) = (rows, trainRows, seed)
  }

  mutating func append(_ score: Score) { scores.append(score) }
  mutating func append(contentsOf more: [Score]) { scores += more }

  var markdown: String {
    var table = MarkdownTable(headings: ["group", "estimator", "metric", "value", "p", "fit rows", "score rows"])
    let format = NumberFormat()
    for score in scores {
      table.append([
        score.group, score.estimator, score.metric, format.string(score.value), format.string(score.pValue),
        score.fitRows.map(String.init) ?? NumberFormat.missing,
        score.scoreRows.map(String.init) ?? NumberFormat.missing,
      ])
    }
    // One pair of matrices is one run: there is nothing to take an interval over, and the reader is told so.
    return table.text + "\nProtocol \(`protocol`.rawValue), \(rows) rows, \(trainRows) to fit on, seed \(seed). "
      + "One representation: no interval over training seeds.\n"
  }

  var csv: String {
    var writer = CSVWriter(header: [
      "protocol", "group", "estimator", "metric", "value", "p_value", "fit_rows", "score_rows",
    ])
    for score in scores {
      writer.append([
        .text(`protocol`.rawValue), .text(score.group), .text(score.estimator), .text(score.metric),
        .number(score.value), score.pValue.map { .number($0) } ?? .missing,
        score.fitRows.map { .integer($0) } ?? .missing, score.scoreRows.map { .integer($0) } ?? .missing,
      ])
    }
    return writer.text
  }

  /// Sorted keys; a value that is not finite is a string, which JSON has no number for.
  var json: String {
    struct File: Encodable {
      let representation, targets, `protocol`: String
      let rows, trainRows: Int
      let seed: UInt64
      let scores: [Score]

      enum CodingKeys: String, CodingKey {
        case representation, targets, `protocol`, rows, seed, scores
        case trainRows = "train_rows"
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let file = File(
      representation: representation, targets: targets, protocol: `protocol`.rawValue, rows: rows,
      trainRows: trainRows, seed: seed, scores: scores)
    guard let data = try? encoder.encode(file) else { preconditionFailure("a report that JSON cannot hold") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
