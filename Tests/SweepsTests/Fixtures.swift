import Foundation
import Specifications
import Sweeps
import TestSupport

/// A plan that runs in a fraction of a second: a tree of four leaves, a tiny network, few rows.
func tinyPlan(
  ratios: String = "[0.25, 0.5]", seeds: String = "[1, 2]", steps: Int = 20, mask: String = "", graphs: String? = nil,
  mechanisms: String = "[{family: rho, rho: 0.85}]", training: String = "", modes: String = "[per-mask, pooled, full]"
) throws -> SweepPlan {
  let axes = mask.isEmpty ? "mask_ratios: \(ratios)" : "mask: \(mask)"
  let text = """
    name: tiny
    graphs: \(graphs ?? "[{family: tree, depth: 2, branching: 2}]")
    mechanisms: \(mechanisms)
    \(axes)
    training_seeds: \(seeds)
    model: {hidden_width: 16, hidden_layers: 1}
    training: {steps: \(steps), batch: 32\(training)}
    evaluation: {modes: \(modes), masks: 3, linear_masks: 4, rows: 60, pooled_rows: 120, kernel_rows: 40}
    """
  return try withTemporaryDirectory { folder in
    let file = folder.appending(path: "plan.yaml")
    try Data(text.utf8).write(to: file)
    return try SweepPlan.load(file.path)
  }
}

/// Runs a plan and returns `results.csv`.
func runSweep(
  _ plan: SweepPlan, in folder: URL, workers: Int = 1
) async throws -> (outcome: SweepOutcome, csv: String) {
  let outcome = try await SweepRunner(plan: plan, directory: SweepDirectory(folder.path), workers: workers).run()
  return (outcome, try String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8))
}
