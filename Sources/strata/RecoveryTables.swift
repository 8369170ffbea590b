internal import HierarchicalGraphs
internal import Recovery
internal import Reporting
internal import Specifications
internal import Stochastics
internal import Sweeps

/// A finished sweep as tables: levels by mask ratio, patch sizes as blocks, floors and ceiling beneath.
struct RecoveryTables {
  /// The estimators in the order of the table's groups.
  static let estimators: [(name: String, title: String, role: RecoveryTable.Role)] = [
    ("mae", "MAE", .recovery), ("theory", "theory", .theory), ("theory-posterior", "theory: posterior", .theory),
    ("ceiling", "ceiling: raw input", .ceiling), ("posterior", "ceiling: posterior", .ceiling),
    ("content", "ceiling: content c", .ceiling), ("untrained", "floor: untrained", .floor),
    ("pca", "floor: PCA of the input", .floor), ("shuffled", "floor: shuffled", .floor),
  ]

  /// What is finished.
  let outcome: SweepOutcome
  let plan: SweepPlan
  let selection: TableSelection
  let showsNormalised: Bool
  /// The cells that are not finished.
  let missing: Int
  let summaries: [RecoverySummary]

  init(_ outcome: SweepOutcome, plan: SweepPlan, selection: TableSelection, showsNormalised: Bool, missing: Int) {
    (self.outcome, self.plan, self.selection) = (outcome, plan, selection)
    (self.showsNormalised, self.missing) = (showsNormalised, missing)
    summaries = RecoverySummary.all(
      of: outcome, plan: plan, target: selection.target, metric: selection.metric, key: selection.bootstrap.key)
  }

  /// The tables, the cells without scores and why, and how many cells are missing.
  var markdown: String {
    var text = summaries.map { table($0).markdown + "\n" }.joined()
    for (cell, result) in outcome.cells {
      guard let divergence = result.divergence else { continue }
      text +=
        "cell \(result.cell) (graph \(cell.graph.name), ratio \(cell.maskRatio), patch \(cell.patchSize), "
        + "training seed \(cell.trainingSeed)) has no scores: \(divergence)\n"
    }
    if missing > 0 { text += "\(missing) of \(outcome.cells.count + missing) cells are not finished\n" }
    return text
  }

  func table(_ summary: RecoverySummary) -> RecoveryTable {
    let blocks = summary.patchSizes.map { patch in
      RecoveryTable.Block(
        title: blockTitle(patch, summary: summary), patchSize: patch, maskRatios: summary.maskRatios,
        groups: groups(summary, patch))
    }
    let subject = summary.subject
    return RecoveryTable(
      title: "\(subject.graph), \(subject.mechanism), width \(subject.width): \(subject.evaluation)",
      caption: caption(summary), blocks: blocks)
  }

  private func groups(_ summary: RecoverySummary, _ patch: Int) -> [RecoveryTable.Group] {
    func group(
      _ title: String, _ estimator: String, role: RecoveryTable.Role = .other,
      _ figure: (RecoverySummary.Entry) -> RecoveryTable.Estimate?
    ) -> RecoveryTable.Group {
      RecoveryTable.Group(
        title: title, role: role,
        rows: summary.levels.map { level in
          RecoveryTable.Row(
            level: level,
            estimates: summary.maskRatios.map { ratio in
              figure(.init(patchSize: patch, maskRatio: ratio, level: level, estimator: estimator))
            })
        })
    }
    func isEmpty(_ group: RecoveryTable.Group) -> Bool {
      group.rows.allSatisfy { $0.estimates.allSatisfy { $0 == nil } }
    }
    var groups: [RecoveryTable.Group] = []
    for (estimator, title, role) in Self.estimators {
      let scores = group(title, estimator, role: role) { summary[$0].map(Self.estimate) }
      // Theory has no closed form for every model, nor for every mode of evaluation; neither has the posterior one, nor the
      // content one for rows that do not share a mask.
      let asked = EvaluationPlan.Estimator(rawValue: estimator)
      let isAbsent = asked.map { !plan.evaluation.estimators.contains($0) } ?? isEmpty(scores)
      if !isAbsent, !isEmpty(scores) || (asked != .posterior && asked != .content) { groups.append(scores) }
      guard estimator == EvaluationPlan.Estimator.mae.rawValue else { continue }
      if showsNormalised {
        groups.append(group("MAE, normalised", estimator) { summary.normalised($0).map(Self.estimate) })
      }
      let pValues = group("p of MAE", estimator) { entry in
        summary.pValue(entry).map { .init(mean: $0.largest, runs: $0.cells) }
      }
      if !isEmpty(pValues) { groups.append(pValues) }
    }
    let rows = summary.levels.compactMap { level -> RecoveryTable.Row? in
      let estimates = summary.maskRatios.map { ratio in
        summary.contentProbabilities[.init(patchSize: patch, maskRatio: ratio, level: level, estimator: "theory")]
          .map { RecoveryTable.Estimate(mean: $0) }
      }
      return estimates.contains { $0 != nil } ? RecoveryTable.Row(level: level, estimates: estimates) : nil
    }
    return groups + (rows.isEmpty ? [] : [RecoveryTable.Group(title: "P(level ∈ c)", rows: rows)])
  }

  private static func estimate(_ estimate: RecoverySummary.Estimate) -> RecoveryTable.Estimate {
    switch estimate.interval {
    case nil: .init(mean: estimate.mean, runs: estimate.cells)
    case .student(let half): .init(mean: estimate.mean, halfWidth: half, runs: estimate.cells)
    case .bootstrap(let bounds): .init(mean: estimate.mean, bounds: bounds, runs: estimate.cells)
    }
  }

  /// The patch size, and how many patches each ratio really masks: with few patches several ratios are one law.
  private func blockTitle(_ patch: Int, summary: RecoverySummary) -> String {
    guard plan.masking.law == .exactCount, let graph = plan.graphs.first(where: { $0.name == summary.subject.graph }),
      let patches = try? graph.grid.patches(ofSize: patch).count
    else { return "patch size \(patch)" }
    let masked = summary.maskRatios.map { MaskDistribution.maskedPatches(ratio: $0, patchCount: patches) }
    return "patch size \(patch): \(masked.map(String.init).joined(separator: ", ")) of \(patches) patches masked"
  }

  private func caption(_ summary: RecoverySummary) -> RecoveryCaption {
    let entries = summary.patchSizes.flatMap { patch in
      summary.maskRatios.flatMap { ratio in
        summary.levels.map { RecoverySummary.Entry(patchSize: patch, maskRatio: ratio, level: $0, estimator: "mae") }
      }
    }
    let hasPValues = entries.contains { summary.pValue($0) != nil }
    return Self.caption(
      EvaluationPlan.Mode(rawValue: summary.subject.evaluation)!, plan: plan, selection: selection,
      trainingSeeds: summary.trainingSeeds, generatorSeeds: summary.generatorSeeds,
      permutations: hasPValues ? plan.evaluation.permutations(for: selection.metric) : 0,
      showsNormalised: showsNormalised)
  }

  /// What figures of a mode are, by the plan.
  static func caption(
    _ mode: EvaluationPlan.Mode, plan: SweepPlan, selection: TableSelection, trainingSeeds: Int, generatorSeeds: Int,
    permutations: Int = 0, showsNormalised: Bool = false
  ) -> RecoveryCaption {
    let metric = selection.metric
    let counts = plan.evaluation.counts(metric, mode, isFixedMask: plan.masking.isFixed)
    let kind = CrossedValues.intervalKind(generators: generatorSeeds, trainings: trainingSeeds)
    return RecoveryCaption(
      metric: metric.title, target: targetName(selection.target),
      wholeName: selection.target == .leakage ? "leakage" : "content",
      evaluation: RecoveryCaption.Evaluation(rawValue: mode.rawValue)!, masks: counts.masks ?? 1,
      fittingRows: counts.fit, heldOutRows: counts.score, isHeldOut: metric.isHeldOut, trainingSeeds: trainingSeeds,
      generatorSeeds: generatorSeeds,
      interval: kind == .bootstrap
        ? .bootstrap(resamples: BootstrapInterval.defaultResamples, seed: selection.bootstrap.bootstrapSeed) : .student,
      permutations: permutations, showsNormalised: showsNormalised)
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
