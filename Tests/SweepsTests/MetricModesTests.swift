import Foundation
import Recovery
import Specifications
import Sweeps
import TestSupport
import Testing

/// Every metric, target and estimator of plans, in the three modes of evaluation.
@Suite struct MetricModesTests {
  static let metrics = RecoveryMetric.allCases.filter(\.isSingle).map(\.rawValue).joined(separator: ", ")

  static func plan(
    _ evaluation: String, mask: String = "mask_ratios: 0.5", mechanism: String = "{family: rho, rho: 0.85}",
    steps: Int = 300
  ) throws -> SweepPlan {
    try SweepPlan.parse(
      """
      graphs: {family: tree, depth: 2, branching: 2}
      mechanisms: \(mechanism)
      \(mask)
      widths: 2
      model: {hidden_width: 24, hidden_layers: 1}
      training: {steps: \(steps), batch: 64, learning_rate: 0.003}
      evaluation: {\(evaluation)}
      """, file: "plan.yaml")
  }

  static func result(_ plan: SweepPlan) async throws -> CellResult {
    try await withTemporaryDirectory { try await runSweep(plan, in: $0.appending(path: "out")).outcome.cells[0].result }
  }

  static let all = """
    modes: [per-mask, pooled, full], targets: [z, epsilon, content, leakage], metrics: [\(metrics)],
    estimators: [mae, untrained, shuffled, pca, ceiling, posterior, content], masks: 2, linear_masks: 3, rows: 60,
    pooled_rows: 80, kernel_rows: 30, pair_rows: 40
    """

  @Test(
    "Every metric is measured in every mode, for every target and estimator, in its range and with its probes counted")
  func everything() async throws {
    let result = try await Self.result(Self.plan(Self.all))
    for mode in ["per-mask", "pooled", "full"] {
      let rows = result.measurements.filter { $0.evaluation == mode }
      #expect(Set(rows.map(\.metric)) == Set(RecoveryMetric.allCases.filter(\.isSingle).map(\.rawValue)))
      // The content and what only the visible part has belong to a mask; so does the content as a representation.
      let isPerMask = mode == "per-mask"
      #expect(Set(rows.map(\.target)) == (isPerMask ? ["z", "epsilon", "content", "leakage"] : ["z", "epsilon"]))
      let estimators: Set = ["mae", "untrained", "shuffled", "pca", "ceiling", "posterior"]
      #expect(Set(rows.map(\.estimator)) == (isPerMask ? estimators.union(["content"]) : estimators))
      for row in rows {
        let metric = try #require(RecoveryMetric(rawValue: row.metric))
        #expect(metric.range.contains(row.value), "\(row)")
        let masks = !isPerMask ? 1 : metric == .r2Linear ? 3 : 2
        #expect(row.probes == masks || row.target == "content", "\(row)")
        // Floors and ceilings have a p-value of HSIC too; shuffled targets are its null.
        #expect((row.pValue != nil) == (metric == .hsic && row.estimator != "shuffled"), "\(row)")
        #expect((row.traceError != nil) == metric.isNystroem, "\(row)")
        #expect(row.traceError.map { (0...1).contains($0) } ?? true, "\(row)")
        // A level is given all other levels of its kind; a node and the content have no others.
        #expect(!metric.isPartial || (row.level != nil && row.node == nil), "\(row)")
      }
    }
  }

  @Test("Every metric has a normalised score between floor and ceiling, in-sample ones too; of leakage there is none")
  func normalised() async throws {
    let csv = try await withTemporaryDirectory { folder in
      try await runSweep(
        Self.plan(
          "modes: [full], targets: z, metrics: [r2_linear, svcca, hsic, cka_linear_biased], nodes: false, rows: 60, "
            + "pooled_rows: 80, pair_rows: 40"), in: folder
      ).csv
    }
    let rows = csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    func value(_ row: [Substring], _ estimator: String) throws -> Double {
      let other = try #require(
        rows.first { $0[9...11] == row[9...11] && $0[12] == estimator && $0[13] == row[13] })
      return try #require(Double(other[14]))
    }
    let own = rows.filter { $0[12] == "mae" }
    #expect(Set(own.map { $0[13] }) == ["r2_linear", "svcca", "hsic", "cka_linear_biased"])
    for row in own {
      let (floor, ceiling) = (try value(row, "untrained"), try value(row, "ceiling"))
      let expected = ceiling - floor > 1e-3 ? (try value(row, "mae") - floor) / (ceiling - floor) : nil
      #expect(Double(row[16]) == expected, "\(row)")
    }
    #expect(own.contains { $0[13] == "svcca" && $0[16] != "" })
  }

  @Test("A fixed mask has content and leakage in every mode")
  func fixedMask() async throws {
    let plan = try Self.plan(
      "modes: [per-mask, pooled, full], targets: [content, leakage], metrics: r2_linear, rows: 60, pooled_rows: 60, "
        + "estimators: [mae, content]", mask: "mask: {fixed: [x0, x1]}", steps: 20)
    let result = try await Self.result(plan)
    for mode in ["per-mask", "pooled", "full"] {
      let rows = result.measurements.filter { $0.evaluation == mode }
      #expect(
        rows.map { "\($0.target) \($0.estimator)" }.sorted() == [
          "content content", "content mae", "leakage content", "leakage mae",
        ])
    }
  }

  @Test("The content recovers itself and nothing of what only the visible part has; the raw input recovers both")
  func contentAndLeakage() async throws {
    let plan = try Self.plan(
      "modes: [per-mask], targets: [content, leakage], metrics: [r2_linear, hsic], masks: 6, rows: 1000, pair_rows: 300, "
        + "estimators: [mae, ceiling, content]")
    let result = try await Self.result(plan)
    func value(_ target: String, _ estimator: String) throws -> Double {
      try CellEvaluationTests.value(result, "per-mask", target, level: nil, estimator)
    }
    #expect(try value("content", "content") > 0.999999)
    // 6 masks of 1000 scored rows: the standard error of a zero R² is below .001.
    #expect(try abs(value("leakage", "content")) < 0.01)
    #expect(try value("leakage", "ceiling") > 0.2 && value("content", "ceiling") > 0.5)
    // Two numbers of two visible leaves can hold everything: this encoder keeps visible noise, and the test says so.
    let (leaked, ceiling) = (try value("leakage", "mae"), try value("leakage", "ceiling"))
    #expect(leaked > 0.02 && leaked < ceiling + 0.02)
    let test = try #require(
      result.measurements.first { $0.metric == "hsic" && $0.target == "leakage" && $0.estimator == "mae" })
    #expect(test.pValue == 0.01)
  }

  @Test("The probe of the exact posterior scores its closed form, value by value and noise by noise")
  func posterior() async throws {
    let plan = try Self.plan(
      "modes: [per-mask], targets: [z, epsilon], metrics: r2_linear, masks: 8, rows: 3000, estimators: [mae, posterior]",
      mechanism: "linear", steps: 20)
    let result = try await Self.result(plan)
    let theory = try #require(result.predictions).filter { $0.estimator == "theory-posterior" }
    #expect(theory.count == 2 * (3 + 7))
    for row in theory {
      let measured = try CellEvaluationTests.value(
        result, "per-mask", row.target, level: row.level, node: row.node, "posterior")
      // The probe pays for its coefficients (7 of 3000 rows) and 8 · 3000 scored rows leave a standard error below .01.
      #expect(abs(measured - row.value) < 0.03, "\(row.target) \(row.level ?? -1) \(row.node ?? "")")
    }
    let optimum = try #require(result.predictions).filter { $0.estimator == "theory" && $0.metric == "r2_linear" }
    for (limit, all) in zip(optimum, theory) { #expect(limit.value <= all.value + 1e-9) }
  }

  @Test("Nonlinear mechanisms have no exact posterior, and no rows that pretend one")
  func noPosterior() async throws {
    let plan = try Self.plan(
      "modes: [per-mask], metrics: r2_linear, masks: 2, rows: 40, kernel_rows: 40, estimators: [mae, posterior]",
      mechanism: "{family: additive-noise, signal: 0.8}", steps: 20)
    let result = try await Self.result(plan)
    #expect(Set(result.measurements.map(\.estimator)) == ["mae"])
    #expect(!result.predictions!.contains { $0.estimator == "theory-posterior" })
  }

  @Test("Permutations give the trained encoder a p-value: the least for z, none in particular for shuffled data")
  func permutations() async throws {
    let evaluation =
      "modes: [per-mask, full], targets: [z, leakage], metrics: [r2_linear, mcc_pearson], masks: 3, rows: 100, pooled_rows: 200"
    let result = try await Self.result(Self.plan(evaluation + ", permutations: 19"))
    let plain = try await Self.result(Self.plan(evaluation))
    for row in result.measurements {
      #expect((row.pValue != nil) == (row.estimator == "mae"))
      if row.target == "z", row.estimator == "mae", row.metric == "r2_linear", row.node == nil {
        #expect(row.pValue == 0.05)
      }
    }
    // Only the floor, now a mean over 19 shuffles, and the p-values differ from the plan without permutations.
    for (a, b) in zip(result.measurements, plain.measurements) where a.estimator != "shuffled" {
      #expect(a.value == b.value && a.metric == b.metric && b.pValue == nil)
    }
  }

  @Test("Is the mask applied when the representation is probed: the mode says so, and it matters")
  func modesDiffer() async throws {
    let result = try await Self.result(
      Self.plan("modes: [per-mask, pooled, full], metrics: r2_linear, masks: 8, rows: 500, pooled_rows: 2000"))
    let scores = try ["per-mask", "pooled", "full"].map {
      try CellEvaluationTests.value(result, $0, "z", level: 0, "mae")
    }
    // 4000 scored rows a figure: the standard error is below .01.
    #expect(scores[0] > scores[1] + 0.05 && scores[2] > scores[0] + 0.02, "\(scores)")
  }
}
