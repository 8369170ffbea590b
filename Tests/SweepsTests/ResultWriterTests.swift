import Foundation
import GRDB
import Specifications
import Sweeps
import TestSupport
import Testing

/// Results are written in the background; what goes wrong there must not wait for the cells that are running.
@Suite struct ResultWriterTests {
  /// A tiny graph is trained in a second or two; beside it stand cells that take minutes.
  private static func plan(_ graphs: String, seeds: String) throws -> SweepPlan {
    try SweepPlan.parse(
      """
      name: writer
      graphs: [\(graphs)]
      mechanisms: [rho:0.85]
      mask_ratios: [0.5]
      training_seeds: [\(seeds)]
      model: {hidden_width: 4, hidden_layers: 1}
      training: {steps: 100000, batch: 4}
      evaluation: {modes: [full], targets: [z], metrics: [r2_linear], masks: 2, rows: 50}
      """, file: "plan.yaml")
  }

  @Test("A store that cannot be written ends the sweep with that error, without waiting for the cells that are running")
  func failure() async throws {
    try await withTemporaryDirectory { folder in
      let directory = SweepDirectory(folder.appending(path: "out").path)
      let tiny = "\"tree:depth=1,branching=2\""
      _ = try await SweepRunner(plan: Self.plan(tiny, seeds: "1"), directory: directory, workers: 1).run()
      do {
        let store = try DatabaseQueue(path: folder.appending(path: "out/results.sqlite").path)
        try await store.write { database in
          try database.execute(
            sql: "CREATE TRIGGER refuse BEFORE INSERT ON cells BEGIN SELECT RAISE(ABORT, 'refused by the test'); END")
        }
        try store.close()
      }
      let plan = try Self.plan("\(tiny), \"tree:depth=11,branching=2\"", seeds: "2")
      let start = ContinuousClock.now
      do {
        _ = try await SweepRunner(plan: plan, directory: directory, workers: 2).run()
        Issue.record("the run ended without an error")
      } catch let error as SpecificationError {
        #expect(error.description.contains("refused by the test"))
      }
      // The larger cell alone takes several minutes.
      #expect(ContinuousClock.now - start < .seconds(90))
    }
  }
}
