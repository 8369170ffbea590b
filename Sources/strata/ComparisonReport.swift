internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// The comparisons of `strata sweep compare` in their three forms.
struct ComparisonReport {
  let rows: [SweepComparison.Row]
  let selection: SweepComparison.Selection
  let plan: SweepPlan
  let scores: TableSelection
  /// Cells that are not finished, and those that are.
  let missing: Int
  let cells: Int

  private var axisName: String { selection.axis.rawValue.replacing("-", with: " ") }

  /// A table for each graph, generator, width and mode, as far as they are the same on both sides.
  var markdown: String {
    var (text, start) = ("", 0)
    while start < rows.count {
      let subject = rows[start].subject
      let end = rows[start...].firstIndex { $0.subject != subject } ?? rows.count
      let parts = [subject.graph, subject.mechanism, subject.width.map { "width \($0)" }].compactMap { $0 }
      let title = "## \(parts.joined(separator: ", ")): \(subject.evaluation), by \(axisName)"
      text += (start == 0 ? "" : "\n") + "\(title)\n\n\(caption(rows[start..<end]))\n\n\(table(rows[start..<end]))"
      start = end
    }
    if missing > 0 { text += "\(missing) of \(cells + missing) cells are not finished\n" }
    return text
  }

  private func caption(_ rows: ArraySlice<SweepComparison.Row>) -> String {
    let most = rows.compactMap(\.comparison).max { $0.pairs < $1.pairs }
    let (generators, seeds) = (most?.generators ?? 0, most?.trainings ?? 0)
    let mode = EvaluationPlan.Mode(rawValue: rows[rows.startIndex].subject.evaluation)!
    let measured = RecoveryTables.caption(
      mode, plan: plan, selection: scores, trainingSeeds: max(1, seeds), generatorSeeds: max(1, generators))
    let what = "Differences of \(measured.measurement) Trained MAE, equal seeds on both sides."
    let counts = "\(plural(seeds, "training seed")), \(plural(generators, "generator seed"))"
    guard let units = most?.units, units > 1 else { return "\(what)\nOne pair (\(counts)): no interval, no test." }
    let tests = self.rows.count { !$0.adjustedPValue.isNaN }
    let isCrossed = min(generators, seeds) > 1
    let student =
      isCrossed
      ? "Student t, over generators and over training seeds" : "Student t, \(plural(units - 1, "degree")) of freedom"
    let interval =
      if case .bootstrap(let resamples, let seed) = measured.interval {
        "Mean and 95 % interval (hierarchical bootstrap, \(resamples) resamples from seed \(seed))"
      } else { "Mean ± half-width of the 95 % interval (\(student))" }
    let test =
      isCrossed
      ? "the largest of the exact sign-flip tests over generators and over training seeds and of the t test"
      : "exact sign-flip test"
    let kind =
      isCrossed ? (generators <= seeds ? "generators" : "training seeds") : generators > 1 ? "generators" : "seeds"
    return """
      \(what)
      \(interval), \(counts). d: Cohen's, of the paired differences. \
      p: \(test), never below \(least(units)) with \(units) \(kind); corrected by Holm for \
      \(plural(tests, "comparison")).
      """
  }

  /// 2/2ⁿ, or that of 65,536 random flips.
  private func least(_ units: Int) -> String { units <= 16 ? "\(2 / Double(1 << units))" : "1/65537" }

  private func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private func table(_ rows: ArraySlice<SweepComparison.Row>) -> String {
    let fixed: [(heading: String, text: (SweepComparison.Row) -> String?)] = [
      ("patch size", { $0.patchSize.map(String.init) }),
      ("mask ratio", { $0.maskRatio.map { SweepComparison.Value.number($0).description } }),
    ].filter { $0.0 != axisName }
    var table = MarkdownTable(
      headings: ["level"] + fixed.map(\.heading) + ["\(axisName)s", "difference", "d", "p", "p (Holm)", "pairs"],
      alignments: [.left] + fixed.map { _ in .right } + [.left, .right, .right, .right, .right, .right])
    let format = NumberFormat()
    for row in rows {
      let comparison = row.comparison
      let isTested = (comparison?.units ?? 0) > 1
      let pairs = comparison?.pairs ?? 0
      var fields = [row.level.map(String.init) ?? selection.target.rawValue]
      fields += fixed.map { $0.text(row) ?? NumberFormat.missing }
      fields += [
        "\(row.first) − \(row.second)", figure(comparison, format),
        NumberFormat(decimals: 2).string(isTested ? Self.finite(comparison?.effectSize) : nil),
        format.string(isTested ? comparison?.pValue : nil), format.string(isTested ? row.adjustedPValue : nil),
        row.lostPairs > 0 ? "\(pairs) (\(row.lostPairs) diverged)" : "\(pairs)",
      ]
      table.append(fields)
    }
    return table.text
  }

  private func figure(_ comparison: PairedComparison?, _ format: NumberFormat) -> String {
    guard let comparison, case .bootstrap(let bounds) = comparison.interval else {
      return format.string(mean: comparison?.student.mean, halfWidth: comparison?.student.halfWidth)
    }
    return format.string(mean: comparison.student.mean, bounds: bounds)
  }

  private static func field(_ value: SweepComparison.Value) -> CSVWriter.Field {
    switch value {
    case .number(let number): .number(number)
    case .integer(let number): .integer(number)
    case .name(let name): .text(name)
    }
  }

  private static func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }

  private static let columns: [ReportColumn<Line>] = [
    .init("graph") { .text($0.row.subject.graph) },
    .init("mechanism") { .init($0.row.subject.mechanism) },
    .init("width") { .init($0.row.subject.width) },
    .init("evaluation") { .text($0.row.subject.evaluation) },
    .init("target") { .text($0.target) },
    .init("metric") { .text($0.metric) },
    .init("level") { .init($0.row.level) },
    .init("by") { .text($0.by) },
    .init("mask_ratio") { .init($0.row.maskRatio) },
    .init("patch_size") { .init($0.row.patchSize) },
    .init("first") { field($0.row.first) },
    .init("second") { field($0.row.second) },
    .init("generator_seeds") { .integer($0.comparison?.generators ?? 0) },
    .init("training_seeds") { .integer($0.comparison?.trainings ?? 0) },
    .init("pairs") { .integer($0.comparison?.pairs ?? 0) },
    .init("diverged_pairs") { .integer($0.row.lostPairs) },
    .init("units") { .integer($0.comparison?.units ?? 0) },
    .init("difference") { .init($0.comparison?.student.mean) },
    .init("interval") { .init($0.comparison?.interval?.kind.rawValue) },
    .init("low") { .init($0.bounds?.lowerBound) },
    .init("high") { .init($0.bounds?.upperBound) },
    .init("bootstrap_low") { .init($0.comparison?.difference.interval?.lowerBound) },
    .init("bootstrap_high") { .init($0.comparison?.difference.interval?.upperBound) },
    .init("effect_size") { .init($0.isTested ? finite($0.comparison?.effectSize) : nil) },
    .init("p_value") { .init($0.isTested ? $0.comparison?.pValue : nil) },
    .init("p_holm") { .init($0.isTested ? $0.row.adjustedPValue : nil) },
    .init("comparisons") { .integer($0.tests) },
    .init("masks") { .init($0.counts.masks) },
    .init("fit_rows") { .integer($0.counts.fit) },
    .init("score_rows") { .integer($0.counts.score) },
  ]

  /// A row with what its columns need besides.
  private struct Line {
    let row: SweepComparison.Row
    let by, target, metric: String
    let tests: Int
    let counts: (masks: Int?, fit: Int, score: Int)

    var comparison: PairedComparison? { row.comparison }
    var isTested: Bool { (comparison?.units ?? 0) > 1 }

    /// The bounds of the stated interval.
    var bounds: ClosedRange<Double>? {
      comparison.flatMap { comparison in comparison.interval?.bounds(mean: comparison.student.mean) }
    }
  }

  private var lines: ReportRows<Line> {
    let tests = rows.count { !$0.adjustedPValue.isNaN }
    return ReportRows(
      columns: Self.columns,
      rows: rows.map { row in
        let mode = EvaluationPlan.Mode(rawValue: row.subject.evaluation)!
        return Line(
          row: row, by: selection.axis.rawValue, target: selection.target.rawValue,
          metric: selection.metric.rawValue, tests: tests,
          counts: plan.evaluation.counts(selection.metric, mode, isFixedMask: plan.masking.isFixed))
      })
  }

  /// One comparison a line; what does not exist is an empty field.
  var csv: String { lines.csv }

  /// A list of objects with sorted keys; what does not exist is left out.
  var json: String { lines.json }
}
