import Foundation
import Recovery
import Specifications
import Sweeps
import TestSupport
import Testing

/// What evaluation adds to a cell's identity: nothing for plans that do not ask for it.
@Suite struct EvaluationIdentityTests {
  @Test("The text of an evaluation that earlier versions knew is theirs to the letter")
  func legacyText() throws {
    let plan = try MetricModesTests.plan(
      "targets: [z, content], metrics: cca_mean, masks: 3, rows: 100, pooled_rows: 200")
    #expect(
      "\(plan.evaluation)"
        == "EvaluationPlan(modes: [Specifications.EvaluationPlan.Mode.perMask, Specifications.EvaluationPlan.Mode.full], "
        + "targets: [Specifications.EvaluationPlan.Target.z, Specifications.EvaluationPlan.Target.content], metrics: "
        + "[Specifications.EvaluationPlan.Metric.ccaMean], masks: 3, linearMasks: 3, rows: 100, pooledRows: 200, "
        + "kernelRows: 100, recordsNodes: true)")
  }

  @Test("A plan without targets and metrics has the three of each that it always had")
  func defaults() throws {
    let plan = try MetricModesTests.plan("masks: 3").evaluation
    #expect(plan.targets == [.z, .epsilon, .content] && plan.metrics == [.r2Linear, .r2Kernel, .ccaMean])
    #expect(plan.estimators == [.mae, .untrained, .shuffled, .ceiling] && plan.permutations == 0)
    #expect(!"\(plan)".contains("estimators") && !"\(plan)".contains("permutations"))
  }

  @Test(
    "Numbers of masks and kernel rows that a plan gives mean what they always did; without them kernels are cheaper")
  func numbers() throws {
    func numbers(_ evaluation: String) throws -> [Int] {
      let plan = try MetricModesTests.plan(evaluation).evaluation
      return [plan.masks, plan.linearMasks, plan.kernelRows, plan.kernelScoreRows]
    }
    #expect(try numbers("permutations: 0") == [8, 24, 300, 1000])
    #expect(try numbers("masks: 30") == [30, 30, 300, 1000])
    #expect(try numbers("linear_masks: 50") == [8, 50, 300, 1000])
    #expect(try numbers("linear_masks: 3") == [3, 3, 300, 1000])
    #expect(try numbers("rows: 200") == [8, 24, 200, 200])
    #expect(try numbers("kernel_rows: 400") == [8, 24, 400, 400])
    #expect(try numbers("kernel_rows: 100, kernel_score_rows: 500") == [8, 24, 100, 500])
  }

  @Test("What is new changes the cell where it is asked for, and not where its default is spelled out or reordered")
  func optIn() throws {
    func identifier(_ evaluation: String) throws -> String {
      try MetricModesTests.plan(evaluation).cells()[0].identifier
    }
    let base = try identifier("masks: 3")
    #expect(
      try base
        == identifier(
          "masks: 3, estimators: [ceiling, shuffled, untrained, mae], permutations: 0, pair_rows: 400, landmarks: 1000, "
            + "cca_ridge: 1e-6"))
    let others = try [
      "masks: 3, estimators: [mae, untrained, shuffled, ceiling, pca]", "masks: 3, estimators: mae",
      "masks: 3, permutations: 9", "masks: 3, pair_rows: 100", "masks: 3, landmarks: 100",
      "masks: 3, cca_ridge: 0.1", "masks: 3, kernel_score_rows: 500",
      "masks: 3, targets: [z, epsilon, content, leakage]",
      "masks: 3, metrics: [r2_linear, r2_kernel, cca_mean, hsic]",
    ].map(identifier)
    #expect(Set(others + [base]).count == others.count + 1)
  }

  @Test("Finished cells of a version without p-values and counts are read and written again as they were")
  func oldCells() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let (outcome, csv) = try await runSweep(plan, in: folder)
      let file = try leaveAsEarlierVersion(outcome, in: folder)[0]
      var text = try String(contentsOf: file, encoding: .utf8)
      let pattern = /,"probes":[0-9]+/
      #expect(text.contains(pattern))
      text.replace(/"probes":[0-9]+,/, with: "")
      text.replace(pattern, with: "")
      try Data(text.utf8).write(to: file)
      let (again, later) = try await runSweep(plan, in: folder)
      #expect(again.reused == 1 && again.cells[0].result.measurements.allSatisfy { $0.probes == nil })
      func columns(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
          var fields = line.split(separator: ",", omittingEmptySubsequences: false)
          fields[18] = ""
          return fields.joined(separator: ",")
        }
      }
      #expect(columns(later) == columns(csv))
    }
  }

  @Test("Unknown metrics and estimators, and a choice without the trained encoder, are errors with their place")
  func faults() throws {
    func message(_ evaluation: String) -> String {
      do { return "\(try MetricModesTests.plan(evaluation).name)" } catch { return "\(error)" }
    }
    #expect(
      message("metrics: r2_liner").hasPrefix(
        "plan.yaml:7:23: .evaluation.metrics: 'r2_liner' is not a metric; did you mean 'r2_linear'"))
    #expect(
      message("estimators: [pca, ceiling]")
        == "plan.yaml:7:26: .evaluation.estimators: the trained encoder is not among the estimators; add 'mae'")
    #expect(
      message("metrics: [cca_mean, cca_each]")
        == "plan.yaml:7:34: .evaluation.metrics[1]: 'cca_each' has one number for each pair, and plans average over masks and seeds; take cca_mean here, and 'strata evaluate --metrics cca-each' on one cell and mask of kept models"
    )
    #expect(
      message("cca_ridge: -1").hasSuffix(".evaluation.cca_ridge: -1 is not a ridge; give a number from 0 to 1000000"))
    #expect(message("landmarks: 0").contains(".evaluation.landmarks: 0 is not a number of landmarks"))
    #expect(
      message("masks: 9, linear_masks: 8")
        == "plan.yaml:7:38: .evaluation.linear_masks: 8 masks for the linear probe are fewer than the 9 of the other metrics; give at least 'masks'"
    )
    for (key, column) in [("kernel_rows", 37), ("kernel_score_rows", 43)] {
      #expect(
        message("rows: 50, \(key): 51")
          == "plan.yaml:7:\(column): .evaluation.\(key): 51 kernel rows are more than the 50 rows of a mask; give at most 'rows'"
      )
    }
    #expect(
      message("rows: 50, pair_rows: 101")
        == "plan.yaml:7:35: .evaluation.pair_rows: 101 pair rows are more than the 100 rows of a mask; give at most twice 'rows'"
    )
  }

  @Test("The resolved plan spells out estimators, permutations and pair rows and is the same sweep")
  func resolved() async throws {
    let plan = try MetricModesTests.plan(
      "modes: full, metrics: [r2_linear, hsic], estimators: [mae, pca], permutations: 3, pair_rows: 50, "
        + "landmarks: 30, cca_ridge: 0.01, pooled_rows: 60, kernel_score_rows: 50",
      steps: 20)
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(plan, in: folder)
      let resolved = try SweepPlan.load(folder.appending(path: "plan.resolved.yaml").path)
      #expect(try resolved.cells().map(\.canonicalText) == plan.cells().map(\.canonicalText))
    }
  }
}
