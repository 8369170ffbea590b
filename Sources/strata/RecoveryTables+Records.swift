internal import HierarchicalGraphs
internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// The figures of the tables one by one, for programs.
extension RecoveryTables {
  /// One figure and what stands behind it.
  struct Record {
    let subject: RecoverySummary.Subject
    let entry: RecoverySummary.Entry
    let estimate: RecoverySummary.Estimate
    let normalised: RecoverySummary.Estimate?
    let pValue: Double?
    let permutations: Int?
    let lost: Int
    let generatorSeeds: Int
    let trainingSeeds: Int
    let counts: (masks: Int?, fit: Int, score: Int)?
    let probes: Int?

    var bounds: ClosedRange<Double>? { estimate.interval?.bounds(mean: estimate.mean) }
    var normalisedBounds: ClosedRange<Double>? {
      normalised.flatMap { value in value.interval?.bounds(mean: value.mean) }
    }
  }

  private static let columns: [ReportColumn<Record>] = [
    .init("graph") { .text($0.subject.graph) },
    .init("mechanism") { .text($0.subject.mechanism) },
    .init("width") { .integer($0.subject.width) },
    .init("evaluation") { .text($0.subject.evaluation) },
    .init("target") { .text($0.subject.target) },
    .init("metric") { .text($0.subject.metric) },
    .init("patch_size") { .integer($0.entry.patchSize) },
    .init("mask_ratio") { .number($0.entry.maskRatio) },
    .init("level") { .init($0.entry.level) },
    .init("estimator") { .text($0.entry.estimator) },
    .init("mean") { .number($0.estimate.mean) },
    .init("low") { .init($0.bounds?.lowerBound) },
    .init("high") { .init($0.bounds?.upperBound) },
    .init("interval") { .init($0.estimate.interval?.kind.rawValue) },
    .init("normalised") { .init($0.normalised?.mean) },
    .init("normalised_low") { .init($0.normalisedBounds?.lowerBound) },
    .init("normalised_high") { .init($0.normalisedBounds?.upperBound) },
    .init("normalised_runs") { .init($0.normalised?.cells) },
    .init("p_value") { .init($0.pValue) },
    .init("permutations") { .init($0.permutations) },
    .init("runs") { .integer($0.estimate.cells) },
    .init("lost_runs") { .integer($0.lost) },
    .init("generator_seeds") { .integer($0.generatorSeeds) },
    .init("training_seeds") { .integer($0.trainingSeeds) },
    .init("masks") { .init($0.counts?.masks) },
    .init("probes") { .init($0.probes) },
    .init("fit_rows") { .init($0.counts?.fit) },
    .init("score_rows") { .init($0.counts?.score) },
  ]

  private func records(_ summary: RecoverySummary) -> [Record] {
    summary.patchSizes.flatMap { patch in
      Self.estimators.flatMap { estimator in
        summary.levels.flatMap { level in
          summary.maskRatios.compactMap { ratio in
            record(summary, .init(patchSize: patch, maskRatio: ratio, level: level, estimator: estimator.name))
          }
        }
      }
    }
  }

  private var records: [Record] { summaries.flatMap(records) }

  private func record(_ summary: RecoverySummary, _ entry: RecoverySummary.Entry) -> Record? {
    guard let estimate = summary[entry] else { return nil }
    let mode = EvaluationPlan.Mode(rawValue: summary.subject.evaluation)!
    let isTheory = entry.estimator.hasPrefix("theory")
    let pValue = summary.pValue(entry)?.largest
    return Record(
      subject: summary.subject, entry: entry, estimate: estimate, normalised: summary.normalised(entry),
      pValue: pValue, permutations: pValue.map { _ in plan.evaluation.permutations(for: selection.metric) },
      lost: summary.lost(entry), generatorSeeds: summary.generatorSeeds, trainingSeeds: summary.trainingSeeds,
      counts: isTheory
        ? nil : plan.evaluation.counts(selection.metric, mode, isFixedMask: plan.masking.isFixed),
      probes: summary.probes(entry))
  }

  /// One figure a line.
  var csv: String { ReportRows(columns: Self.columns, rows: records).csv }

  /// The figures of one table, one a line.
  func csv(of summary: RecoverySummary) -> String {
    ReportRows(columns: Self.columns, rows: records(summary)).csv
  }

  /// A list of figures.
  var json: String { ReportRows(columns: Self.columns, rows: records).json }
}
