import Foundation
import Recovery
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

@Suite struct RecoverySummaryTests {
  static let entry = RecoverySummary.Entry(patchSize: 1, maskRatio: 0.5, level: 2, estimator: "mae")

  static func plan(generators: Int, trainings: Int, permutations: Int = 0) throws -> SweepPlan {
    var plan = try tinyPlan(
      ratios: "0.5", seeds: "\(Array(1...trainings))", steps: 2, mechanisms: "[linear]", modes: "[full]")
    plan.generatorSeeds = (1...generators).map(UInt64.init)
    plan.evaluation.permutations = permutations
    return plan
  }

  static func summary(_ outcome: SweepOutcome, _ plan: SweepPlan, seed: UInt64) throws -> RecoverySummary {
    try #require(
      RecoverySummary.all(of: outcome, plan: plan, target: .z, metric: .r2Linear, key: RandomKey(seed: seed)).first)
  }

  static func row(_ result: CellResult, _ estimator: String) -> RecoveryScore {
    result.measurements.first {
      $0.target == "z" && $0.level == 2 && $0.node == nil && $0.estimator == estimator && $0.metric == "r2_linear"
    }!
  }

  @Test("From ten generators on the interval is the bootstrap's: decided by its key, around the mean, within the data")
  func bootstrap() async throws {
    let plan = try Self.plan(generators: 10, trainings: 1)
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    let first = try Self.summary(outcome, plan, seed: 1)
    guard case .bootstrap(let bounds) = try #require(first[Self.entry]).interval else {
      Issue.record("\(String(describing: first[Self.entry]))")
      return
    }
    let values = outcome.cells.map { Self.row($0.result, "mae").value }
    #expect(bounds.contains(values.reduce(0, +) / 10))
    #expect(bounds.lowerBound >= values.min()! && bounds.upperBound <= values.max()!)
    #expect(try Self.summary(outcome, plan, seed: 1)[Self.entry] == first[Self.entry])
    #expect(try Self.summary(outcome, plan, seed: 2)[Self.entry] != first[Self.entry])
    var fewer = plan
    fewer.generatorSeeds = Array(plan.generatorSeeds.prefix(9))
    let part = try await withTemporaryDirectory { try await runSweep(fewer, in: $0).outcome }
    #expect(try Self.summary(part, fewer, seed: 1)[Self.entry]?.interval?.kind == .student)
  }

  @Test("Normalised recovery is the mean of the cells' own, p the largest of the cells, probes those of all cells")
  func normalised() async throws {
    let plan = try Self.plan(generators: 2, trainings: 2, permutations: 9)
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    let summary = try Self.summary(outcome, plan, seed: 1)
    var (normalised, pValues): ([Double], [Double]) = ([], [])
    for (_, result) in outcome.cells {
      let (score, floor) = (Self.row(result, "mae"), Self.row(result, "untrained").value)
      let ceiling = Self.row(result, "ceiling").value
      if ceiling - floor > 1e-3 { normalised.append((score.value - floor) / (ceiling - floor)) }
      pValues.append(try #require(score.pValue))
    }
    try #require(!normalised.isEmpty)
    let estimate = try #require(summary.normalised(Self.entry))
    #expect(abs(estimate.mean - normalised.reduce(0, +) / Double(normalised.count)) < 1e-12)
    #expect(estimate.cells == normalised.count)
    #expect(summary.pValue(Self.entry)?.largest == pValues.max() && summary.pValue(Self.entry)?.cells == 4)
    #expect(summary.probes(Self.entry) == 4 && summary.lost(Self.entry) == 0)
    var ceiling = Self.entry
    ceiling.estimator = "ceiling"
    #expect(summary.normalised(ceiling) == nil && summary.pValue(ceiling) == nil)
  }
}
