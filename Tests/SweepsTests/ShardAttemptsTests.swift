import Foundation
import GRDB
import Specifications
import Sweeps
import TestSupport
import Testing

/// What an attempt at a shard leaves alone, because other stores of the folder have it.
@Suite struct ShardAttemptsTests {
  private func run(
    _ plan: SweepPlan, _ index: Int, of count: Int, in folder: URL, retriesFailed: Bool = false
  ) async throws -> SweepOutcome {
    var options = SweepRunnerOptions()
    options.shard = Shard(index: index, count: count)
    options.retriesFailed = retriesFailed
    return try await SweepRunner(
      plan: plan, directory: SweepDirectory(folder.path), workers: 1, options: options
    ).run()
  }

  /// Makes a finished cell of a store one that failed.
  private func fail(_ cell: String, in folder: URL, _ store: String) throws {
    try withStore(folder, store) { store in
      try store.execute(
        sql: """
          DELETE FROM scores WHERE number = (SELECT number FROM cells WHERE cell = :cell);
          UPDATE cells SET status = 'failed', reason = 'time limit', checksum = 0 WHERE cell = :cell;
          """, arguments: ["cell": cell])
    }
  }

  private func attempts(_ cell: String, in folder: URL, _ store: String) throws -> Int? {
    try withStore(folder, store) { store in
      try Int.fetchOne(store, sql: "SELECT attempts FROM cells WHERE cell = ?", arguments: [cell])
    }
  }

  @Test(
    "A cell that failed is reported by further attempts and not run, until it is asked for; its attempts are counted")
  func failed() async throws {
    let plan = try tinyPlan(seeds: "[1, 2, 3]")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let shared = folder.appending(path: "shared")
      let name = try await run(plan, 1, of: 2, in: shared).cells[1].specification.identifier
      try fail(name, in: shared, "shards/1-of-2.attempt-1.sqlite")
      let second = try await run(plan, 1, of: 2, in: shared)
      #expect(second.cells.isEmpty && second.reused == 2)
      #expect(second.failures.map(\.specification.identifier) == [name])
      #expect(second.failures.map(\.reason) == ["time limit"])
      #expect(try attempts(name, in: shared, "shards/1-of-2.attempt-2.sqlite") == nil)
      // In the merged store too it is the one failure, and it does not come twice.
      _ = try SweepMerger(inputs: [SweepDirectory(shared.path)], output: SweepDirectory(shared.path)).run()
      let third = try await run(plan, 1, of: 2, in: shared, retriesFailed: true)
      #expect(third.cells.map(\.specification.identifier) == [name] && third.failures.isEmpty)
      #expect(try attempts(name, in: shared, "shards/1-of-2.attempt-3.sqlite") == 2)
      // A result anywhere beats the failure.
      let fourth = try await run(plan, 1, of: 2, in: shared)
      #expect(fourth.cells.isEmpty && fourth.failures.isEmpty && fourth.reused == 3)
      #expect(try await runSweep(plan, in: shared).csv == whole)
    }
  }

  @Test("Attempts that were cut off one after the other are counted once each")
  func cutOff() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let name = try plan.cells()[0].identifier
      for attempt in 1...3 {
        #expect(try await run(plan, 1, of: 1, in: folder).cells.count == 1)
        let store = "shards/1-of-1.attempt-\(attempt).sqlite"
        #expect(try attempts(name, in: folder, store) == attempt)
        // As a kill in the middle of the cell leaves it.
        try withStore(folder, store) { store in
          try store.execute(
            sql: """
              INSERT INTO started SELECT cell, run, attempts, 0 FROM cells; DELETE FROM scores; DELETE FROM cells
              """)
        }
      }
    }
  }

  @Test("Another division into shards runs what is missing alone")
  func otherDivision() async throws {
    let plan = try tinyPlan(seeds: "[1, 2, 3]")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let shared = folder.appending(path: "shared")
      let first = try await run(plan, 1, of: 2, in: shared).cells
      var rest: [String] = []
      for index in 1...3 {
        rest += try await run(plan, index, of: 3, in: shared).cells.map(\.specification.identifier)
      }
      let all = Set(try plan.cells().map(\.identifier))
      #expect(rest.count == 3 && Set(rest) == all.subtracting(first.map(\.specification.identifier)))
      #expect(try await runSweep(plan, in: shared).csv == whole)
    }
  }

  @Test("The plan of a folder is that of the newest run, in whatever store")
  func newestPlan() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(tinyPlan(seeds: "[1, 2]"), in: folder)
      let more = try tinyPlan(seeds: "[1, 2, 3]")
      #expect(try await run(more, 1, of: 1, in: folder).cells.count == 2)
      #expect(try SweepDirectory(folder.path).lastPlan().trainingSeeds == [1, 2, 3])
      let status = try SweepStatus(of: SweepDirectory(folder.path))
      #expect(status.done == 6 && status.total == 6)
      _ = try await runSweep(tinyPlan(seeds: "[1, 4]"), in: folder)
      #expect(try SweepDirectory(folder.path).lastPlan().trainingSeeds == [1, 4])
    }
  }
}
