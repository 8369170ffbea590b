internal import Foundation
internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// The comparisons of `strata sweep compare` in their three forms.
struct ComparisonReport {
  let rows: [SweepComparison.Row]
  let selection: SweepComparison.Selection

  /// A ratio or a size as the plan has it: `0.25`, `4`.
  static func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  private var axisName: String { selection.axis == .maskRatio ? "mask ratio" : "patch size" }
  private var otherName: String { selection.axis == .maskRatio ? "patch size" : "mask ratio" }

  /// A table for each graph, generator, width and mode.
  var markdown: String {
    var (text, start) = ("", 0)
    while start < rows.count {
      let subject = rows[start].subject
      let end = rows[start...].firstIndex { $0.subject != subject } ?? rows.count
      let title =
        "## \(subject.graph), \(subject.mechanism), width \(subject.width): \(subject.evaluation), by \(axisName)"
      text += (start == 0 ? "" : "\n") + "\(title)\n\n\(caption(rows[start..<end]))\n\n\(table(rows[start..<end]))"
      start = end
    }
    return text
  }

  private func caption(_ rows: ArraySlice<SweepComparison.Row>) -> String {
    let metric = selection.metric.title
    let what =
      "Differences of \(metric) of \(RecoveryTables.targetName(selection.target)), trained MAE, equal seeds on both sides."
    let most = rows.compactMap(\.comparison).max { $0.pairs < $1.pairs }
    let (generators, seeds) = (most?.generators ?? 0, most?.trainings ?? 0)
    let counts = "\(plural(seeds, "training seed")), \(plural(generators, "generator seed"))"
    guard let units = most?.units, units > 1 else { return "\(what)\nOne pair (\(counts)): no interval, no test." }
    let tests = self.rows.count { !$0.adjustedPValue.isNaN }
    let isCrossed = min(generators, seeds) > 1
    let interval =
      isCrossed
      ? "Student t, over generators and over training seeds" : "Student t, \(plural(units - 1, "degree")) of freedom"
    let test =
      isCrossed
      ? "the largest of the exact sign-flip tests over generators and over training seeds and of the t test"
      : "exact sign-flip test"
    let kind =
      isCrossed ? (generators <= seeds ? "generators" : "training seeds") : generators > 1 ? "generators" : "seeds"
    return """
      \(what)
      Mean ± half-width of the 95 % interval (\(interval)), \(counts). d: Cohen's, of the paired differences. \
      p: \(test), never below \(least(units)) with \(units) \(kind); corrected by Holm for \
      \(plural(tests, "comparison")).
      """
  }

  /// 2/2ⁿ, or that of 65,536 random flips.
  private func least(_ units: Int) -> String { units <= 16 ? "\(2 / exp2(Double(units)))" : "1/65537" }

  private func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private func table(_ rows: ArraySlice<SweepComparison.Row>) -> String {
    var table = MarkdownTable(
      headings: ["level", otherName, "\(axisName)s", "difference", "d", "p", "p (Holm)", "pairs"],
      alignments: [.left, .right, .left, .right, .right, .right, .right, .right])
    let format = NumberFormat()
    for row in rows {
      let comparison = row.comparison
      let isTested = (comparison?.units ?? 0) > 1
      let pairs = comparison?.pairs ?? 0
      table.append([
        row.level.map(String.init) ?? "content", Self.text(row.fixed),
        "\(Self.text(row.first)) − \(Self.text(row.second))",
        format.string(mean: comparison?.student.mean, halfWidth: comparison?.student.halfWidth),
        NumberFormat(decimals: 2).string(isTested ? finite(comparison?.effectSize) : nil),
        format.string(isTested ? comparison?.pValue : nil), format.string(isTested ? row.adjustedPValue : nil),
        row.lostPairs > 0 ? "\(pairs) (\(row.lostPairs) diverged)" : "\(pairs)",
      ])
    }
    return table.text
  }

  private func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

  private struct Record: Encodable {
    let graph, mechanism: String
    let width: Int
    let evaluation, target, metric: String
    let level: Int?
    let by: String
    let fixed, first, second: Double
    let generatorSeeds, pairs, divergedPairs, units: Int
    let difference, low, high, bootstrapLow, bootstrapHigh, effectSize, pValue, pHolm: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case graph, mechanism, width, evaluation, target, metric, level, by, fixed, first, second
      case generatorSeeds = "generator_seeds"
      case pairs
      case divergedPairs = "diverged_pairs"
      case units, difference, low, high
      case bootstrapLow = "bootstrap_low"
      case bootstrapHigh = "bootstrap_high"
      case effectSize = "effect_size"
      case pValue = "p_value"
      case pHolm = "p_holm"
    }
  }

  private var records: [Record] {
    rows.map { row in
      let (subject, comparison) = (row.subject, row.comparison)
      let (mean, half) = (comparison?.student.mean, comparison?.student.halfWidth)
      let isTested = (comparison?.units ?? 0) > 1
      func bound(_ sign: Double) -> Double? {
        guard let mean, let half else { return nil }
        return mean + sign * half
      }
      return Record(
        graph: subject.graph, mechanism: subject.mechanism, width: subject.width, evaluation: subject.evaluation,
        target: subject.target, metric: subject.metric, level: row.level, by: selection.axis.rawValue,
        fixed: row.fixed, first: row.first, second: row.second,
        generatorSeeds: comparison?.generators ?? 0,
        pairs: comparison?.pairs ?? 0, divergedPairs: row.lostPairs,
        units: comparison?.units ?? 0, difference: mean, low: bound(-1), high: bound(1),
        bootstrapLow: comparison?.difference.interval?.lowerBound,
        bootstrapHigh: comparison?.difference.interval?.upperBound,
        effectSize: isTested ? finite(comparison?.effectSize) : nil, pValue: isTested ? comparison?.pValue : nil,
        pHolm: isTested ? row.adjustedPValue : nil)
    }
  }

  /// One comparison a line; what does not exist is an empty field.
  var csv: String {
    var writer = CSVWriter(header: Record.CodingKeys.allCases.map(\.rawValue))
    for record in records {
      func number(_ value: Double?) -> CSVWriter.Field { value.map { .number($0) } ?? .missing }
      writer.append([
        .text(record.graph), .text(record.mechanism), .integer(record.width), .text(record.evaluation),
        .text(record.target), .text(record.metric), record.level.map { .integer($0) } ?? .missing, .text(record.by),
        .number(record.fixed), .number(record.first), .number(record.second), .integer(record.generatorSeeds),
        .integer(record.pairs), .integer(record.divergedPairs), .integer(record.units), number(record.difference),
        number(record.low), number(record.high), number(record.bootstrapLow), number(record.bootstrapHigh),
        number(record.effectSize), number(record.pValue), number(record.pHolm),
      ])
    }
    return writer.text
  }

  /// A list of objects with sorted keys; what does not exist is left out.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(records) else { preconditionFailure("a report that JSON cannot hold") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
