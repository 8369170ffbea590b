internal import ArgumentParser
internal import HierarchicalGraphs
internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// The target and metric of the printed tables, checked before anything runs.
struct TableSelection {
  let target: EvaluationPlan.Target
  let metric: EvaluationPlan.Metric

  /// - Throws: `ValidationError` for a word that is none, or a score that the plan does not measure.
  init(_ options: TableOptions, plan: SweepPlan, file: String) throws {
    target = try Self.choose(
      options.target, of: plan.evaluation.targets, option: "--target", key: "targets", file: file)
    metric = try Self.choose(
      options.metric, of: plan.evaluation.metrics, option: "--metric", key: "metrics", file: file)
  }

  private static func choose<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ word: String?, of measured: [Choice], option: String, key: String, file: String
  ) throws -> Choice where Choice.RawValue == String {
    guard let word else { return measured[0] }
    guard let choice = Choice(rawValue: word) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option) \(word): give one of \(choices)")
    }
    guard measured.contains(choice) else {
      throw ValidationError("\(option) \(word): \(file) does not measure it; add it to evaluation.\(key)")
    }
    return choice
  }
}

/// Prints a finished sweep as Markdown tables: levels by mask ratio, patch sizes as blocks, floors and ceiling beneath.
enum RecoveryTables {
  /// The estimators in the order of the table's groups.
  private static let estimators = [
    ("mae", "MAE"), ("theory", "theory"), ("theory-posterior", "theory: posterior"), ("ceiling", "ceiling: raw input"),
    ("posterior", "ceiling: posterior"), ("content", "ceiling: content c"), ("untrained", "floor: untrained"),
    ("pca", "floor: PCA of the input"), ("shuffled", "floor: shuffled"),
  ]

  static func print(_ outcome: SweepOutcome, plan: SweepPlan, selection: TableSelection) {
    for summary in RecoverySummary.all(of: outcome, plan: plan, target: selection.target, metric: selection.metric) {
      Swift.print(table(summary, plan: plan, selection: selection).markdown)
    }
    for (cell, result) in outcome.cells {
      guard let divergence = result.divergence else { continue }
      Swift.print(
        "cell \(result.cell) (graph \(cell.graph.name), ratio \(cell.maskRatio), patch \(cell.patchSize), "
          + "training seed \(cell.trainingSeed)) diverged: \(divergence)")
    }
  }

  private static func table(_ summary: RecoverySummary, plan: SweepPlan, selection: TableSelection) -> RecoveryTable {
    let blocks = summary.patchSizes.map { patch in
      let groups = estimators.compactMap { estimator, title -> RecoveryTable.Group? in
        let rows = summary.levels.map { level in
          RecoveryTable.Row(
            level: level,
            estimates: summary.maskRatios.map { ratio in
              summary[.init(patchSize: patch, maskRatio: ratio, level: level, estimator: estimator)]
                .map { .init(mean: $0.mean, halfWidth: $0.halfWidth, runs: $0.cells) }
            })
        }
        // Theory has no closed form for every model, nor for every mode of evaluation.
        let isEmpty = rows.allSatisfy { $0.estimates.allSatisfy { $0 == nil } }
        // Neither has the posterior one, nor the content one for rows that do not share a mask.
        let asked = EvaluationPlan.Estimator(rawValue: estimator)
        let isAbsent = asked.map { !plan.evaluation.estimators.contains($0) } ?? isEmpty
        return isAbsent || (isEmpty && (asked == .posterior || asked == .content))
          ? nil : RecoveryTable.Group(title: title, rows: rows)
      }
      let probabilities = summary.levels.compactMap { level -> RecoveryTable.Row? in
        let estimates = summary.maskRatios.map { ratio in
          summary.contentProbabilities[.init(patchSize: patch, maskRatio: ratio, level: level, estimator: "theory")]
            .map { RecoveryTable.Estimate(mean: $0) }
        }
        return estimates.contains { $0 != nil } ? RecoveryTable.Row(level: level, estimates: estimates) : nil
      }
      let content = probabilities.isEmpty ? [] : [RecoveryTable.Group(title: "P(level ∈ c)", rows: probabilities)]
      return RecoveryTable.Block(
        title: blockTitle(patch, summary: summary, plan: plan), maskRatios: summary.maskRatios, groups: groups + content
      )
    }
    let subject = summary.subject
    return RecoveryTable(
      title: "\(subject.graph), \(subject.mechanism), width \(subject.width): \(subject.evaluation)",
      caption: caption(summary, plan: plan, selection: selection), blocks: blocks)
  }

  /// The patch size, and how many patches each ratio really masks: with few patches several ratios are one law.
  private static func blockTitle(_ patch: Int, summary: RecoverySummary, plan: SweepPlan) -> String {
    guard plan.masking.law == .exactCount, let graph = plan.graphs.first(where: { $0.name == summary.subject.graph }),
      let patches = try? graph.grid.patches(ofSize: patch).count
    else { return "patch size \(patch)" }
    let masked = summary.maskRatios.map { MaskDistribution.maskedPatches(ratio: $0, patchCount: patches) }
    return "patch size \(patch): \(masked.map(String.init).joined(separator: ", ")) of \(patches) patches masked"
  }

  private static func caption(
    _ summary: RecoverySummary, plan: SweepPlan, selection: TableSelection
  ) -> RecoveryCaption {
    let evaluation = plan.evaluation
    let mode = RecoveryCaption.Evaluation(rawValue: summary.subject.evaluation)!
    let metric = selection.metric
    let given = mode == .perMask ? evaluation.rows : evaluation.pooledRows
    let rows = evaluation.limits.rows(metric, fit: given, score: given)
    return RecoveryCaption(
      metric: metric.title, target: targetName(selection.target), evaluation: mode,
      masks: plan.masking.isFixed ? 1 : evaluation.masks(for: metric), fittingRows: rows.fit, heldOutRows: rows.score,
      isHeldOut: metric.isHeldOut,
      trainingSeeds: summary.trainingSeeds, generatorSeeds: summary.generatorSeeds)
  }

  static func targetName(_ target: EvaluationPlan.Target) -> String {
    switch target {
    case .z: "z (values)"
    case .epsilon: "ε (exogenous noises)"
    case .content: "the content c of the mask"
    case .leakage: "what only the visible part has (its own noises, s_mᶜ)"
    }
  }
}
