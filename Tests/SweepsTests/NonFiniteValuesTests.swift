import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Recovery
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

/// Generators that overflow: said of the node where it begins, and never taken for the optimiser's divergence.
@Suite struct NonFiniteValuesTests {
  /// x0 is a noise times a coefficient that overflows where |ε| exceeds a limit.
  static func mechanisms(limit: Double) -> String {
    "{family: linear, nodes: {x0: {family: linear, coefficients: {z1_0: 0, noise: \(3.4028e38 / limit)}}}}"
  }

  /// The absolute noise of x0, sample by sample.
  static func noises(_ model: GenerativeModel, _ rows: Range<UInt64>, _ key: RandomKey) -> [Double] {
    let noise = model.sample(rows, key: key).noise(of: model.graph.nodes.firstIndex { $0.name == "x0" }!)
    return (0..<rows.count).map { abs(Double(noise.row($0)[0])) }
  }

  static func model(_ plan: SweepPlan) throws -> GenerativeModel {
    let cell = try #require(plan.cells().first)
    return try GenerativeModel(
      graph: cell.graph, family: cell.mechanism, noise: cell.noise, seed: cell.generatorSeed)
  }

  static func result(_ plan: SweepPlan) async throws -> CellResult {
    try #require(try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome.cells.first }).result
  }

  @Test(
    "Training data that are not finite name node, level and sample before the first step, fresh or fixed",
    arguments: ["", ", data: {samples: 3000}"])
  func training(options: String) async throws {
    let plan = try tinyPlan(
      ratios: "0.5", seeds: "1", steps: 100, mechanisms: Self.mechanisms(limit: 3), training: options)
    let noises = Self.noises(
      try Self.model(plan), 0..<3000, RandomKey(seed: 1).child("training").child("samples"))
    let first = try #require(noises.firstIndex { $0 > 3 })
    let result = try await Self.result(plan)
    #expect(
      result.divergence == "non-finite observables: node x0, level 0, first at sample \(first) of training; "
        + "bound its mechanism, or scale down its noise and its parents")
    #expect(result.steps == 0 && !result.measurements.isEmpty)
    #expect(result.measurements.filter { $0.estimator == "mae" }.allSatisfy { $0.value.isNaN })
  }

  @Test("Evaluation samples that are not finite leave NaN scores and their reason, though the training was finite")
  func evaluation() async throws {
    func plan(limit: Double) throws -> SweepPlan {
      var plan = try tinyPlan(
        ratios: "0.5", seeds: "1", steps: 3, mechanisms: Self.mechanisms(limit: limit), modes: "[full]")
      plan.evaluation.metrics = [.r2Linear]
      plan.evaluation.pooledRows = 20_000
      return plan
    }
    let (model, key) = (try Self.model(plan(limit: 100)), RandomKey(seed: 1))
    // Training and its calibration see the first 4096 samples of their stream; evaluation draws 40,000 of another.
    let trained = try #require(Self.noises(model, 0..<4096, key.child("training").child("samples")).max())
    let scored = Self.noises(model, 0..<40_000, key.child("evaluation").child("full").child("samples"))
    let largest = try #require(scored.max())
    try #require(largest > trained * 1.01)
    let limit = (trained + largest) / 2
    let first = try #require(scored.firstIndex { $0 > limit })
    let result = try await Self.result(plan(limit: limit))
    #expect(
      result.divergence == "non-finite observables: node x0, level 0, first at sample \(first) of evaluation; "
        + "bound its mechanism, or scale down its noise and its parents")
    #expect(result.steps == 3 && !result.measurements.isEmpty)
    #expect(result.measurements.allSatisfy { $0.value.isNaN && $0.pValue == nil })
  }

  @Test("The first node in causal order is named, not the observables below it")
  func causes() throws {
    let plan = try tinyPlan(
      mechanisms: "{family: linear, nodes: {z1_1: {family: linear, coefficients: {z2_0: 0, noise: 1.5e38}}}}")
    let model = try Self.model(plan)
    let sample = model.sample(0..<2000, key: RandomKey(seed: 3))
    let value = try #require(sample.firstNonFiniteValue(in: model.graph))
    let node = model.graph.nodes.firstIndex { $0.name == "z1_1" }!
    let noise = sample.noise(of: node)
    let first = (0..<2000).first { abs(Double(noise.row($0)[0]) * 1.5e38) > Double(Float.greatestFiniteMagnitude) }
    #expect(value.node == node && value.sample == first && value.isObserved)
    let healthy = try Self.model(tinyPlan()).sample(0..<2000, key: RandomKey(seed: 3))
    #expect(healthy.firstNonFiniteValue(in: model.graph) == nil)
  }
}
