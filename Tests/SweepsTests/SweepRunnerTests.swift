import Datasets
import Foundation
import GenerativeModels
import LinearAlgebra
import Recovery
import Specifications
import Stochastics
import Sweeps
import TestSupport
import Testing

@Suite struct SweepRunnerTests {
  @Test("Two runs of a plan, with one worker and with three, write the same bytes")
  func workersDoNotMatter() async throws {
    let plan = try tinyPlan()
    let texts = try await withTemporaryDirectory { folder in
      var texts: [String] = []
      for (name, workers) in [("a", 1), ("b", 3), ("c", 1)] {
        texts.append(try await runSweep(plan, in: folder.appending(path: name), workers: workers).csv)
      }
      return texts
    }
    #expect(texts[0] == texts[1])
    #expect(texts[0] == texts[2])
    #expect(texts[0].split(separator: "\n").count > 100)
  }

  @Test("results.csv has the documented columns, the documented vocabulary, and a row for every score")
  func columns() async throws {
    let csv = try await withTemporaryDirectory { try await runSweep(tinyPlan(), in: $0).csv }
    let lines = csv.split(separator: "\n")
    #expect(
      lines[0] == "cell,graph,mechanism,mask_ratio,patch_size,width,generator_seed,training_seed,evaluation,level,node,"
        + "target,estimator,metric,value,p_value,normalised,masks,probes,fit_rows,score_rows,trace_error")
    let rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.allSatisfy { $0.count == 22 && $0[21] == "" })
    #expect(Set(rows.map { $0[8] }) == ["per-mask", "pooled", "full"])
    #expect(Set(rows.map { $0[9] }) == ["2", "1", "0", ""])
    #expect(Set(rows.map { $0[11] }) == ["z", "epsilon", "content"])
    #expect(Set(rows.map { $0[12] }) == ["mae", "untrained", "shuffled", "ceiling", "theory"])
    #expect(Set(rows.map { $0[13] }) == ["r2_linear", "r2_kernel", "cca_mean", "content_probability"])
    #expect(rows.allSatisfy { Double($0[14])?.isFinite == true })
    // Masks, probes and rows stand beside every measured score, and nothing beside theory's.
    for row in rows {
      let (isTheory, isPerMask) = (row[12] == "theory", row[8] == "per-mask")
      let masks = isTheory || !isPerMask ? "" : row[13] == "r2_linear" ? "4" : "3"
      #expect(
        row[15] == "" && row[17] == masks && (isTheory || row[11] == "content" || row[18] == (isPerMask ? masks : "1")))
      let count = isTheory ? "" : row[13] == "r2_kernel" ? "40" : isPerMask ? "60" : "120"
      #expect(row[19] == count && row[20] == count)
      #expect(row[12] == "mae" || row[16] == "")
    }
    #expect(rows.contains { $0[12] == "mae" && Double($0[16]) != nil })
    // 4 cells × 4 estimators × 3 metrics × (3 modes × 2 targets × (3 levels + 7 nodes) + the content per mask).
    let perEstimator = 3 * (3 * 2 * 10 + 1)
    // The limit of values and noises by level and node and of the content, and P(· ∈ c) of two levels and three latents.
    let theory = 2 * 10 + 1 + 5
    #expect(rows.count == 4 * (4 * perEstimator + theory))
    // R² of the content has neither a level nor a node, and exists per mask only.
    #expect(
      rows.filter { $0[11] == "content" && $0[13] != "content_probability" }.allSatisfy {
        $0[9] == "" && $0[10] == "" && $0[8] == "per-mask"
      })
  }

  @Test("A run that was cut short goes on: only missing cells are run again, and the file is the same")
  func resumes() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let (first, whole) = try await runSweep(plan, in: folder)
      #expect(first.reused == 0)
      for cell in first.cells.prefix(2) { try removeCell(cell.specification.identifier, in: folder) }
      try FileManager.default.removeItem(at: folder.appending(path: "results.csv"))
      let (second, again) = try await runSweep(plan, in: folder)
      #expect(second.reused == 2)
      #expect(again == whole)
    }
  }

  @Test("Adding a ratio runs only the new cells; another number of steps reuses none")
  func reuse() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(tinyPlan(), in: folder)
      let more = try await runSweep(tinyPlan(ratios: "[0.25, 0.5, 0.75]"), in: folder)
      #expect(more.outcome.reused == 4 && more.outcome.cells.count == 6)
      let other = try await runSweep(tinyPlan(steps: 21), in: folder)
      #expect(other.outcome.reused == 0 && other.outcome.cells.count == 4)
    }
  }

  @Test("A diverged training is a result: NaN for what it should have scored, its floors and ceiling as ever")
  func divergence() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1", steps: 200, training: ", learning_rate: 1e12, warmup: 0")
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    let result = try #require(outcome.cells.first).result
    #expect(result.divergence != nil)
    for row in result.measurements {
      let isLost = row.estimator == "mae" || row.estimator == "shuffled"
      #expect(row.value.isNaN == isLost, "\(row)")
    }
    let summary = try #require(
      RecoverySummary.all(of: outcome, plan: plan, target: .z, metric: .r2Linear, key: RandomKey(seed: 0)).first)
    #expect(summary.diverged == 1)
    #expect(summary[.init(patchSize: 1, maskRatio: 0.5, level: 2, estimator: "mae")] == nil)
  }

  @Test("An update that blows up at the very last step is a divergence too")
  func lastUpdate() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1", steps: 1, training: ", learning_rate: 1e30, warmup: 0")
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    #expect(outcome.cells[0].result.divergence != nil)
  }

  @Test(
    "Several generator seeds of the rho family are one generator, and intervals over crossed seeds count both")
  func generatorSeeds() async throws {
    var plan = try tinyPlan(ratios: "0.5", mechanisms: "[{family: rho, rho: 0.7}, linear]")
    plan.generatorSeeds = [1, 2, 3]
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    #expect(outcome.cells.count == 2 + 6)
    let summaries = RecoverySummary.all(of: outcome, plan: plan, target: .z, metric: .r2Linear, key: RandomKey(seed: 0))
    #expect(summaries.map(\.generatorSeeds) == [1, 1, 1, 3, 3, 3])
    let linear = try #require(summaries.last)
    let entry = RecoverySummary.Entry(patchSize: 1, maskRatio: 0.5, level: 2, estimator: "ceiling")
    let estimate = try #require(linear[entry])
    let values = outcome.cells.filter { $0.specification.mechanism == .linearRandom }.map { cell in
      (
        cell.specification.generatorSeed, cell.specification.trainingSeed,
        cell.result.measurements.first {
          $0.evaluation == "full" && $0.target == "z" && $0.level == 2 && $0.node == nil && $0.estimator == "ceiling"
            && $0.metric == "r2_linear"
        }!.value
      )
    }
    func halfWidth(_ groups: [[Double]]) throws -> Double {
      try #require(Statistics.meanInterval(groups.map { $0.reduce(0, +) / Double($0.count) }).halfWidth)
    }
    let overGenerators = try halfWidth([1, 2, 3].map { seed in values.filter { $0.0 == seed }.map(\.2) })
    let overTrainings = try halfWidth([1, 2].map { seed in values.filter { $0.1 == seed }.map(\.2) })
    guard case .student(let half) = estimate.interval else {
      Issue.record("\(estimate)")
      return
    }
    #expect(
      abs(half - (overGenerators * overGenerators + overTrainings * overTrainings).squareRoot()) < 1e-12
        && estimate.cells == 6)
  }

  @Test("Mechanisms that do not fit the graph are an error before anything is written")
  func nothingWritten() async throws {
    let plan = try tinyPlan(mechanisms: "[{family: rho, rho: 0.85}, mlp]")
    try await withTemporaryDirectory { folder in
      let target = folder.appending(path: "out")
      await #expect(throws: (any Error).self) { try await runSweep(plan, in: target) }
      #expect(!FileManager.default.fileExists(atPath: target.path))
    }
  }

  @Test("The resolved plan is a plan: reading it gives the very same cells")
  func resolvedPlan() async throws {
    let plan = try tinyPlan(
      graphs: "[{family: tree, depth: 2, branching: 2}, {family: layered, widths: [2, 3, 4], parents: 2, seed: 5}]",
      mechanisms:
        "[{family: rho, rho: 0.7}, {family: additive-noise, signal: 0.6}, {family: linear, weights: orthogonal}]",
      training: ", optimizer: adam, clip: 1.5, data: {samples: 64}, final_learning_rate: 0.0001")
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(plan, in: folder)
      let resolved = try SweepPlan.load(folder.appending(path: "plan.resolved.yaml").path)
      #expect(try resolved.cells().map(\.canonicalText) == plan.cells().map(\.canonicalText))
      let text = try String(contentsOf: folder.appending(path: "plan.resolved.yaml"), encoding: .utf8)
      #expect(text.contains("# BLAS: OpenBLAS") && text.contains("# CPU: ") && text.contains("# GSL: "))
    }
  }

  @Test("A fixed mask has its content as a target in every mode")
  func fixedMask() async throws {
    let plan = try tinyPlan(mask: "{fixed: [x0]}")
    let outcome = try await withTemporaryDirectory { try await runSweep(plan, in: $0).outcome }
    #expect(outcome.cells.allSatisfy { $0.specification.maskRatio == 0.25 })
    let modes = outcome.cells[0].result.measurements.filter { $0.target == "content" }.map(\.evaluation)
    #expect(Set(modes) == ["per-mask", "pooled", "full"])
  }

  @Test("A training cut at a checkpoint goes on from it and scores the same bits; a foreign checkpoint is not used")
  func checkpoints() async throws {
    var plan = try tinyPlan(ratios: "0.5", seeds: "1", steps: 60)
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      plan.checkpointInterval = 25
      plan.keepsModels = true
      let cut = folder.appending(path: "cut")
      #expect(try await runSweep(plan, in: cut).csv == whole)
      let name = try plan.cells()[0].identifier + ".safetensors"
      let model = cut.appending(path: "models/\(name)")
      let checkpoint = cut.appending(path: "checkpoints/\(name)")
      #expect(FileManager.default.fileExists(atPath: model.path))
      #expect(!FileManager.default.fileExists(atPath: checkpoint.path))
      // A finished state taken for a checkpoint: the training has nothing left to do.
      try removeCell(try plan.cells()[0].identifier, in: cut)
      try FileManager.default.copyItem(at: model, to: checkpoint)
      let resumed = try await runSweep(plan, in: cut)
      #expect(resumed.csv == whole && resumed.outcome.cells[0].result.steps == 60)
      // With other parameters in it the scores are others: it is really read.
      let state = try Safetensors(contentsOf: model.path)
      let tensors = state.tensors.map { NamedTensor(name: $0.name, shape: $0.shape, values: $0.values.map { $0 / 2 }) }
      try removeCell(try plan.cells()[0].identifier, in: cut)
      try Safetensors(tensors: tensors, metadata: state.metadata).write(to: checkpoint.path)
      #expect(try await runSweep(plan, in: cut).csv != whole)
      // The state of another cell under this cell's name is ignored.
      var other = plan
      other.trainingSeeds = [2]
      let otherName = try other.cells()[0].identifier + ".safetensors"
      try FileManager.default.copyItem(at: model, to: cut.appending(path: "checkpoints/\(otherName)"))
      let fresh = try await runSweep(other, in: folder.appending(path: "fresh")).csv
      #expect(try await runSweep(other, in: cut).csv == fresh)
    }
  }
}
