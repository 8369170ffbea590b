import Foundation
import GRDB
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

/// Opens the store of a sweep's folder with SQLite alone.
func withStore<T>(_ folder: URL, _ name: String = "results.sqlite", _ body: (Database) throws -> T) throws -> T {
  try DatabaseQueue(path: folder.appending(path: name).path).write(body)
}

/// Takes a cell out of a store, as if it had not been run.
func removeCell(_ name: String, in folder: URL) throws {
  try withStore(folder) { store in
    try store.execute(
      sql: """
        DELETE FROM scores WHERE number = (SELECT number FROM cells WHERE cell = :cell);
        DELETE FROM cells WHERE cell = :cell;
        """, arguments: ["cell": name])
  }
}

/// Puts the finished cells of a folder as versions without a store left them: a JSON file each. Returns the files.
func leaveAsEarlierVersion(_ outcome: SweepOutcome, in folder: URL) throws -> [URL] {
  let cells = folder.appending(path: "cells")
  try? FileManager.default.removeItem(at: folder.appending(path: "results.sqlite"))
  try FileManager.default.createDirectory(at: cells, withIntermediateDirectories: true)
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return try outcome.cells.map { _, result in
    let file = cells.appending(path: "\(result.cell).json")
    try encoder.encode(result).write(to: file)
    return file
  }
}
