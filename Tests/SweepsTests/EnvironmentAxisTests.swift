import Foundation
import GenerativeModels
import Recovery
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

/// Interventions and environments in plans: cells, identities, results, and theory's word on them.
@Suite struct EnvironmentAxisTests {
  static let axis = """
    environments:
      observational: {}
      cold: {z1_0: {do: 1}}
      gain: {x0: {shift: 3, scale: 2}, z2_0: {scale: 0.5}}
      heavy: {z2_0: {noise: laplace}}
    """

  private func plan(_ text: String, base: String) throws -> SweepPlan {
    try withTemporaryDirectory { folder in
      let file = folder.appending(path: "plan.yaml")
      try Data("\(base)\n\(text)\n".utf8).write(to: file)
      return try SweepPlan.load(file.path)
    }
  }

  static let small = """
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.8}
    mask_ratios: 0.5
    model: {hidden_width: 16, hidden_layers: 1}
    training: {steps: 20, batch: 32}
    evaluation: {modes: [per-mask, pooled, full], masks: 3, rows: 60, pooled_rows: 120, kernel_rows: 40}
    """

  @Test("Cells of plans without interventions keep the names that they had before plans knew any")
  func identity() throws {
    #expect(
      try tinyPlan(training: ", optimizer: adamw").cells().map(\.identifier).sorted() == [
        "0a326121f725ae1e", "6658ff91f0d1ff54", "ce8d0737f14e4007", "cfbe410599271ee9",
      ])
  }

  @Test("Every environment is a cell of its own, the observational one is the cell of the plan without environments")
  func cells() throws {
    let plain = try plan("", base: Self.small).cells()
    let cells = try plan(Self.axis, base: Self.small).cells()
    #expect(cells.map(\.environment?.name) == [nil, "cold", "gain", "heavy"])
    #expect(cells.map(\.generatorLabel) == ["rho-0.8", "rho-0.8 @ cold", "rho-0.8 @ gain", "rho-0.8 @ heavy"])
    #expect(cells[0].canonicalText == plain[0].canonicalText)
    #expect(cells[1].canonicalText.contains("\nenvironment \"cold\" {\"z1_0\": {\"do\": [1.0]}}\n"))
    #expect(Set(cells.map(\.identifier)).count == 4)
    let own = try plan("interventions: {z1_0: {do: 1}}", base: Self.small).cells()
    #expect(own.count == 1 && !cells.map(\.identifier).contains(own[0].identifier))
    let other = try plan("environments: {cold: {z1_0: {do: 1.5}}}", base: Self.small).cells()
    #expect(other.map(\.generatorLabel) == ["rho-0.8 @ cold"] && other[0].identifier != cells[1].identifier)
  }

  @Test("A sweep over environments keeps the columns of its results, and its resolved plan is the same sweep")
  func sweep() async throws {
    let plan = try plan(Self.axis + "\ninterventions: {x3: {shift: 1}}", base: Self.small)
    try await withTemporaryDirectory { folder in
      let (outcome, csv) = try await runSweep(plan, in: folder, workers: 2)
      let lines = csv.split(separator: "\n")
      #expect(
        lines[0] == "cell,graph,mechanism,mask_ratio,patch_size,width,generator_seed,training_seed,evaluation,level,"
          + "node,target,estimator,metric,value,p_value,normalised,masks,probes,fit_rows,score_rows,trace_error")
      #expect(
        Set(lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[2] })
          == ["rho-0.8", "rho-0.8 @ cold", "rho-0.8 @ gain", "rho-0.8 @ heavy"])
      #expect(!csv.contains("nan"))
      let summaries = RecoverySummary.all(
        of: outcome, plan: plan, target: .z, metric: .r2Linear, key: RandomKey(seed: 0))
      #expect(summaries.map(\.subject.mechanism).count { $0 == "rho-0.8 @ gain" } == 3)
      let resolved = try SweepPlan.load(folder.appending(path: "plan.resolved.yaml").path)
      let again = try await runSweep(resolved, in: folder)
      #expect(again.outcome.reused == 4 && again.csv == csv)
    }
  }

  @Test("A node that is set to a value is no target; its noise is one, and nothing recovers it")
  func constants() async throws {
    let plan = try plan("environments: {cold: {z1_0: {do: 1}}}", base: Self.small)
    let result = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome.cells[0].result }
    let rows = result.measurements + (try #require(result.predictions))
    #expect(!rows.contains { $0.target == "z" && $0.node == "z1_0" })
    for row in rows where row.metric == "r2_linear" && row.target == "epsilon" && row.node == "z1_0" {
      #expect(row.value < 0.2 && (row.estimator != "theory" || row.value == 0))
    }
    // Half of the tree is left: level 1 is its only other node.
    for estimator in ["mae", "theory", "ceiling"] {
      func value(_ node: String?) throws -> Double {
        try #require(
          rows.first {
            $0.estimator == estimator && $0.target == "z" && $0.metric == "r2_linear" && $0.level == 1
              && $0.node == node
          }
        ).value
      }
      #expect(try value(nil) == value("z1_1"))
    }
    #expect(!rows.contains { $0.metric == "content_probability" })
  }

  @Test("With nothing but constants visible theory still has an answer: nothing is recovered")
  func constantView() async throws {
    let base = Self.small.replacing("mask_ratios: 0.5", with: "mask: {fixed: [x0, x1]}")
    let plan = try plan("interventions: {z1_1: {do: 2}, x2: {do: 0}, x3: {do: -1}}", base: base)
    let result = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome.cells[0].result }
    let theory = try #require(result.predictions).filter { $0.metric == "r2_linear" }
    #expect(theory.count > 3 && theory.allSatisfy { $0.value == 0 })
    #expect(result.measurements.allSatisfy { !$0.value.isNaN })
  }

  @Test(
    "A closed form is given where there is one and only there",
    arguments: [
      ("{z1_0: {do: 1}}", "linear", true), ("{z2_0: {shift: 1, scale: 3}}", "linear", true),
      ("{x0: {do: 1}, z1_1: {scale: -2}}", "rho:0.8", true), ("{z1_0: {noise: laplace}}", "linear", false),
      ("{z2_0: {scale: 2}}", "additive-noise", false), ("{z1_0: {do: 1}}", "additive-noise", false),
      ("{z1_0: {noise: gaussian}}", "linear", true),
    ])
  func closedForm(interventions: String, mechanism: String, isClosed: Bool) async throws {
    let base = Self.small.replacing("{family: rho, rho: 0.8}", with: mechanism)
    let plan = try plan("interventions: \(interventions)", base: base)
    let result = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome.cells[0].result }
    #expect(try #require(result.predictions).contains { $0.metric == "r2_linear" } == isClosed)
  }

  @Test(
    "A training that converges reaches the limit of the intervened model, not of the model as it was",
    arguments: [
      "{z1_0: {do: 1}}", "{x0: {shift: 3, scale: 2}, z2_0: {scale: 0.3}}", "{z2_0: {scale: 2}, x5: {do: -1}}",
    ])
  func convergence(interventions: String) async throws {
    let base = """
      graphs: {family: tree, depth: 3, branching: 2}
      mechanisms: {family: rho, rho: 0.85}
      mask_ratios: 0.5
      patch_sizes: 2
      model: {hidden_width: 64, hidden_layers: 1}
      training: {steps: 3000, batch: 256, learning_rate: 0.003}
      evaluation: {modes: [per-mask], metrics: [r2_linear], masks: 24, rows: 1000, nodes: false}
      """
    func run(_ plan: SweepPlan) async throws -> CellResult {
      try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome.cells[0].result }
    }
    let result = try await run(try plan("environments: {changed: \(interventions)}", base: base))
    let untouched = try await run(try plan("", base: base.replacing("steps: 3000", with: "steps: 0")))
    func theory(_ result: CellResult) throws -> [RecoveryScore] {
      try #require(result.predictions).filter {
        $0.target == "z" && $0.estimator == "theory" && $0.metric == "r2_linear"
      }
    }
    let (changed, plain) = (try theory(result), try theory(untouched))
    #expect(changed.count == 4 && zip(changed, plain).contains { abs($0.value - $1.value) > 0.08 })
    for row in changed {
      let level = try #require(row.level)
      let measured = try CellEvaluationTests.value(result, "per-mask", "z", level: level, "mae")
      // As in CellPredictionsTests: sampling error below .01; the rest is what 3000 steps leave.
      #expect(abs(measured - row.value) < 0.04, "level \(level): measured \(measured), theory \(row.value)")
    }
  }

  @Test(
    "Mistakes name their place in the plan",
    arguments: [
      (
        "interventions: {z9: {do: 1}}",
        "plan.yaml:7:17: .interventions.z9: graph 'tree-depth2-branching2' has no node 'z9'"
      ),
      ("environments: {a: {z1_0: {du: 1}}}", "plan.yaml:7:27: .environments.a.z1_0.du: the key 'du' is not known here"),
      ("environments: {all: {}}", "plan.yaml:7:16: .environments.all: 'all' stands for all environments"),
      ("environments: {}", "plan.yaml:7:15: .environments: there are no environments"),
      ("environments: {a: {z1_0: {do: 1}}, a: {}}", "plan.yaml:7:"),
    ])
  func errors(text: String, message: String) throws {
    let error = #expect(throws: SpecificationError.self) { try plan(text, base: Self.small) }
    #expect(
      error?.status == .invalidData && error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
