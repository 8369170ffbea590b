import Foundation
import GenerativeModels
import HierarchicalGraphs
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

@Suite struct CellPredictionsTests {
  private func predictions(_ plan: SweepPlan) async throws -> [RecoveryScore] {
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    return try #require(outcome.cells[0].result.predictions)
  }

  /// A graph with its mechanism, and what differs from the defaults.
  struct Setting: Sendable, CustomTestStringConvertible {
    var graph = "{family: tree, depth: 3, branching: 2, regime: invertible}"
    var mechanism = "linear"
    var standardize = true
    var width = 1
    var mask = "sharing: per-sample"
    var testDescription: String { "\(mechanism) on \(graph), standardize \(standardize), \(mask)" }
  }

  @Test(
    "A training that converges reaches the limit that theory gives for its loss and for the very masks it was scored on",
    arguments: [
      Setting(graph: "{family: tree, depth: 3, branching: 2}", mechanism: "{family: rho, rho: 0.85}"), Setting(),
      Setting(standardize: false),
      // Vector-valued observables on a rectangle, square patches, one mask a batch.
      Setting(
        graph: "{family: pyramid, rows: 4, columns: 4, window: 2, stride: 2, dim: 2}",
        mechanism: "{family: rho, rho: 0.85}", width: 2, mask: "sharing: per-batch"),
      // One block of patches, and its border out of the loss.
      Setting(
        graph: "{family: tree, depth: 4, branching: 2}", mechanism: "{family: rho, rho: 0.85}",
        mask: "law: block, loss: interior"),
    ])
  func convergence(setting: Setting) async throws {
    let text = """
      graphs: \(setting.graph)
      mechanisms: \(setting.mechanism)
      generator_seeds: 2
      mask_ratios: 0.5
      patch_sizes: 2
      widths: \(setting.width)
      mask: {\(setting.mask)}
      model: {hidden_width: 64, hidden_layers: 1}
      training: {steps: 3000, batch: 256, learning_rate: 0.003, standardize: \(setting.standardize)}
      evaluation: {modes: [per-mask], metrics: [r2_linear], masks: 24, rows: 1000, nodes: false}
      """
    let result = try await withTemporaryDirectory { folder in
      let file = folder.appending(path: "plan.yaml")
      try Data(text.utf8).write(to: file)
      let plan = try SweepPlan.load(file.path)
      return try await runSweep(plan, in: folder.appending(path: "out")).outcome.cells[0].result
    }
    let theory = try #require(result.predictions).filter { $0.target == "z" && $0.estimator == "theory" }
    #expect(theory.count >= 3 && theory.last?.level == 0)
    for row in theory {
      let level = try #require(row.level)
      let measured = try CellEvaluationTests.value(result, "per-mask", "z", level: level, "mae")
      // 24 masks × 1000 rows: sampling error below .01; the rest is what 3000 steps leave.
      #expect(abs(measured - row.value) < 0.04, "level \(level): measured \(measured), theory \(row.value)")
    }
    func content(_ rows: [RecoveryScore], _ estimator: String) throws -> Double {
      try #require(
        rows.first {
          $0.target == "content" && $0.estimator == estimator && $0.metric == "r2_linear" && $0.level == nil
        }
      ).value
    }
    let (measured, predicted) = (
      try content(result.measurements, "mae"), try content(result.predictions ?? [], "theory")
    )
    #expect(abs(measured - predicted) < 0.04, "content: measured \(measured), theory \(predicted)")
    // The number is not that of some level at random: the check above would tell a wrong one.
    #expect(predicted > 0.1 && predicted < 1)
  }

  @Test("Nonlinear mechanisms and other noises have no closed form, and P(node ∈ c) all the same")
  func nonlinear() async throws {
    var laplace = try tinyPlan(mechanisms: "linear")
    laplace.noise = NoiseAssignment(.laplace)
    let layered = "[{family: layered, widths: [2, 3, 4], parents: 2, seed: 5}]"
    for plan in [
      laplace, try tinyPlan(mechanisms: "additive-noise"), try tinyPlan(graphs: layered, mechanisms: "additive-noise"),
    ] {
      let rows = try await predictions(plan)
      #expect(Set(rows.map(\.metric)) == ["content_probability"])
      #expect(rows.allSatisfy { (0...1).contains($0.value) } && rows.contains { $0.value > 0 })
    }
  }

  @Test("There is no closed form where some mask leaves nothing in the loss")
  func nothingCounts() async throws {
    var plan = try tinyPlan(ratios: "[0.5]", seeds: "[1]", steps: 1, modes: "[per-mask]")
    func closedForms() async throws -> Int {
      try await predictions(plan).filter { $0.metric == "r2_linear" && $0.estimator == "theory" }.count
    }
    plan.masking.law = .block
    #expect(try await closedForms() > 0)
    // Of the three blocks of two leaves the one in the middle has a visible leaf on either side.
    plan.masking.targets = .interior
    plan.evaluation.linearMasks = 24
    #expect(try await closedForms() == 0)
  }

  @Test("With leaves masked one by one, P(node ∈ c) of the 4-leaf tree is what counting gives")
  func contentProbability() async throws {
    // One of four leaves is masked: its parent is the only sink of A.
    let rows = try await predictions(tinyPlan(ratios: "0.25"))
    func value(_ level: Int, _ node: String?) throws -> Double {
      try #require(rows.first { $0.level == level && $0.node == node && $0.metric == "content_probability" }).value
    }
    #expect(try value(1, nil) == 1)
    #expect(try value(2, nil) == 0)
    #expect(abs(try value(1, "z1_0") - 0.5) < 1e-12)
    #expect(abs(try value(1, "z1_1") - 0.5) < 1e-12)
  }

  @Test("For a fixed mask the noises of A are recoverable and no others")
  func recoverable() async throws {
    let noisy = try await predictions(tinyPlan(mask: "{fixed: [x0]}"))
    #expect(noisy.allSatisfy { $0.metric != "recoverable" })
    let invertible = "[{family: tree, depth: 2, branching: 2, regime: invertible}]"
    let rows = try await predictions(tinyPlan(mask: "{fixed: [x0]}", graphs: invertible, mechanisms: "linear"))
      .filter { $0.metric == "recoverable" }
    let recovered = Set(rows.filter { $0.value == 1 }.compactMap(\.node))
    // x0's parent and the root have masked and visible descendants; x0, the other parent and the visible leaves do not.
    #expect(recovered == ["z1_0", "z2_0"])
    #expect(rows.count == 7 && rows.allSatisfy { $0.value == 0 || $0.value == 1 })
  }

  @Test("Cells without predictions, as earlier versions wrote them, get theirs without another training")
  func added() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let first = try await runSweep(plan, in: folder)
      let file = try leaveAsEarlierVersion(first.outcome, in: folder)[0]
      let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      var cell = try #require(object as? [String: Any])
      let rows = try #require(cell.removeValue(forKey: "predictions") as? [[String: Any]])
      try JSONSerialization.data(withJSONObject: cell).write(to: file)
      let second = try await runSweep(plan, in: folder)
      #expect(second.outcome.reused == 1 && second.csv == first.csv)

      // An earlier version predicted all but the content.
      let older = rows.filter { $0["target"] as? String != "content" || $0["metric"] as? String != "r2_linear" }
      #expect(older.count == rows.count - 1)
      cell["predictions"] = older
      try removeCell(first.outcome.cells[0].specification.identifier, in: folder)
      try JSONSerialization.data(withJSONObject: cell).write(to: file)
      let third = try await runSweep(plan, in: folder)
      #expect(third.outcome.reused == 1 && third.csv == first.csv)
    }
  }
}
