import Foundation
import Specifications
import Sweeps
import TestSupport
import Testing

/// What the scores of a cell must obey whatever the training came to.
@Suite struct CellEvaluationTests {
  /// Value of the one row that matches.
  static func value(
    _ result: CellResult, _ evaluation: String, _ target: String, level: Int?, node: String? = nil,
    _ estimator: String, _ metric: String = "r2_linear"
  ) throws -> Double {
    let rows = result.measurements.filter {
      $0.evaluation == evaluation && $0.target == target && $0.level == level && $0.node == node
        && $0.estimator == estimator && $0.metric == metric
    }
    #expect(rows.count == 1)
    return try #require(rows.first).value
  }

  /// One cell of the 8-leaf tree, trained for a moment, with enough rows for sharp scores.
  static func trainedCell() async throws -> CellResult {
    let text = """
      graphs: {family: tree, depth: 3, branching: 2}
      mechanisms: {family: rho, rho: 0.85}
      mask_ratios: 0.5
      model: {hidden_width: 64, hidden_layers: 1}
      training: {steps: 600, batch: 256, learning_rate: 0.003}
      evaluation: {modes: [per-mask, pooled, full], masks: 12, rows: 1000, pooled_rows: 3000, kernel_rows: 300}
      """
    return try await withTemporaryDirectory { folder in
      let file = folder.appending(path: "plan.yaml")
      try Data(text.utf8).write(to: file)
      return try await runSweep(SweepPlan.load(file.path), in: folder.appending(path: "out")).outcome.cells[0].result
    }
  }

  @Test("A trained MAE beats its floors, stays below its ceiling, and shuffled targets score nothing")
  func ordering() async throws {
    let result = try await Self.trainedCell()
    for mode in ["per-mask", "pooled", "full"] {
      let scores = try ["mae", "untrained", "shuffled", "ceiling"].map {
        try Self.value(result, mode, "z", level: 3, $0)
      }
      // Width 1 on a linear-Gaussian tree: what the ceiling's probe reads from all visible leaves, one number can carry
      // almost whole for the root. The slack of .02 covers the sampling error of 1000 scored rows a mask.
      #expect(scores[0] > scores[1] + 0.05 && scores[0] <= scores[3] + 0.02, "\(mode): \(scores)")
      #expect(abs(scores[2]) < 0.02, "\(mode): shuffled scores \(scores[2])")
    }
    // The ceiling of the leaves on unmasked input: they are the input.
    #expect(try Self.value(result, "full", "z", level: 0, "ceiling") > 0.999)
  }

  @Test("The ceiling of the root is its closed form: the posterior mean's share of the variance")
  func ceiling() async throws {
    let result = try await Self.trainedCell()
    // R² of E[root | all leaves] of a binary ρ-tree, level by level: a node's posterior precision gain from two children.
    var explained = 1.0
    for _ in 0..<3 {
      // One child explains ρ²·explained of its parent; two independent views with that share combine by precisions.
      let single = 0.85 * 0.85 * explained
      let precision = 2 * single / (1 - single)
      explained = precision / (1 + precision)
    }
    let measured = try Self.value(result, "full", "z", level: 3, "ceiling")
    #expect(abs(measured - explained) < 0.03, "\(measured) against \(explained)")
  }

  @Test("Noise of the root is the root: both targets score the same")
  func rootNoise() async throws {
    let result = try await Self.trainedCell()
    let z = try Self.value(result, "full", "z", level: 3, "ceiling")
    let epsilon = try Self.value(result, "full", "epsilon", level: 3, "ceiling")
    #expect(abs(z - epsilon) < 1e-9)
  }

  @Test("The score of a level is the mean of its nodes'")
  func levelsAreMeans() async throws {
    let result = try await Self.trainedCell()
    let nodes = result.measurements.filter {
      $0.evaluation == "full" && $0.target == "z" && $0.level == 2 && $0.node != nil && $0.estimator == "mae"
        && $0.metric == "r2_linear"
    }
    #expect(nodes.count == 2)
    let level = try Self.value(result, "full", "z", level: 2, "mae")
    #expect(abs(nodes.map(\.value).reduce(0, +) / 2 - level) < 1e-12)
  }
}
