import Foundation
import GRDB
import Specifications
import Sweeps
import TestSupport
import Testing

/// What writers that were killed leave in `shards/`, and what merge and status make of it.
@Suite struct KilledShardTests {
  /// Runs both shards of a plan of four cells; returns the folder.
  private func runShards(_ plan: SweepPlan, in folder: URL) async throws -> URL {
    let shared = folder.appending(path: "shared")
    for index in 1...2 {
      var options = SweepRunnerOptions()
      options.shard = Shard(index: index, count: 2)
      _ = try await SweepRunner(plan: plan, directory: SweepDirectory(shared.path), workers: 1, options: options).run()
    }
    return shared
  }

  /// Puts a store as a writer leaves it that is killed in the middle of a transaction: its file and its journal.
  private func cut(_ store: URL, in sql: String, spills: Bool) throws {
    let copy = store.deletingLastPathComponent().appending(path: "copy")
    let before = try Data(contentsOf: store)
    let queue = try DatabaseQueue(path: store.path)
    try queue.writeWithoutTransaction { database in
      // A cache of a page writes into the file before the end of the transaction.
      if spills { try database.execute(sql: "PRAGMA cache_size = 1; PRAGMA cache_spill = 1") }
      try database.execute(sql: "BEGIN; \(sql)")
      for suffix in ["", "-journal"] {
        try FileManager.default.copyItem(atPath: store.path + suffix, toPath: copy.path + suffix)
      }
      try database.execute(sql: "ROLLBACK")
    }
    try queue.close()
    for suffix in ["", "-journal"] {
      try? FileManager.default.removeItem(atPath: store.path + suffix)
      try FileManager.default.moveItem(atPath: copy.path + suffix, toPath: store.path + suffix)
    }
    #expect((try Data(contentsOf: store) != before) == spills)
  }

  /// Puts a file of some SQL alone in the place of a store.
  private func begin(_ store: URL, with sql: String) throws {
    try FileManager.default.removeItem(at: store)
    try Data().write(to: store)
    guard !sql.isEmpty else { return }
    let queue = try DatabaseQueue(path: store.path)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  /// A store as it is between two of its migrations.
  private func begin(_ store: URL, migratedTo migration: String, with sql: String = "") throws {
    try begin(store, with: "PRAGMA application_id = 1398035009")
    let queue = try DatabaseQueue(path: store.path)
    try StoreSchema.migrator.migrate(queue, upTo: migration)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  private func merge(_ folder: URL) throws -> SweepMerger.Outcome {
    try SweepMerger(inputs: [SweepDirectory(folder.path)], output: SweepDirectory(folder.path)).run()
  }

  @Test("A half-written transaction is taken back by whoever reads first: status, or merge", arguments: [false, true])
  func hotJournal(readsStatusFirst: Bool) async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let shared = try await runShards(plan, in: folder)
      let store = shared.appending(path: "shards/1-of-2.attempt-1.sqlite")
      try cut(store, in: "UPDATE scores SET value = value + 1", spills: true)
      if readsStatusFirst { #expect(try SweepStatus(of: SweepDirectory(shared.path)).done == 4) }
      let outcome = try merge(shared)
      #expect(outcome.finished == 4 && outcome.missing.isEmpty && outcome.stores == 2)
      #expect(try String(contentsOf: shared.appending(path: "results.csv"), encoding: .utf8) == whole)
      #expect(!FileManager.default.fileExists(atPath: store.path + "-journal"))
    }
  }

  /// How far the maker of a store may have come, by SQL, and whether it is in the middle of the first tables.
  static let stages = [
    ("", false), ("PRAGMA application_id = 1398035009", false),
    ("PRAGMA application_id = 1398035009; CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)", true),
  ]

  @Test("A store whose maker was killed counts as none: its cells are missing, and are run by the next attempt")
  func halfMade() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let shared = try await runShards(plan, in: folder)
      let first = shared.appending(path: "shards/1-of-2.attempt-1.sqlite")
      for (sql, isCut) in Self.stages {
        try begin(first, with: sql)
        if isCut { try cut(first, in: "CREATE TABLE cells (number INTEGER PRIMARY KEY)", spills: false) }
        let status = try SweepStatus(of: SweepDirectory(shared.path))
        #expect(status.done == 2 && status.total == 4, "after '\(sql)'")
        let outcome = try merge(shared)
        #expect(outcome.stores == 1 && outcome.missing.count == 2, "after '\(sql)'")
      }
      var options = SweepRunnerOptions()
      options.shard = Shard(index: 1, count: 2)
      _ = try await SweepRunner(plan: plan, directory: SweepDirectory(shared.path), workers: 1, options: options).run()
      #expect(try merge(shared).missing.isEmpty)
      #expect(try String(contentsOf: shared.appending(path: "results.csv"), encoding: .utf8) == whole)
    }
  }

  @Test("A store between two of its migrations counts as none; with a run in it, it is one of an earlier version")
  func betweenMigrations() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let shared = try await runShards(plan, in: folder)
      let first = shared.appending(path: "shards/1-of-2.attempt-1.sqlite")
      try begin(first, migratedTo: "1: plans, runs, cells, scores")
      let status = try SweepStatus(of: SweepDirectory(shared.path))
      #expect(status.done == 2 && status.total == 4)
      #expect(try merge(shared).missing.count == 2)
      try begin(
        first, migratedTo: "1: plans, runs, cells, scores",
        with: """
          INSERT INTO plans VALUES ('p', 'n', 't');
          INSERT INTO runs (plan, workers, isolated, host, process, started_at, strata_version, compiler, blas, blas_kernel, gsl, cpu)
          VALUES ('p', 1, 0, 'h', 1, 0, 'v', 'c', 'b', 'k', 'g', 'u')
          """)
      let error = #expect(throws: SpecificationError.self) { try SweepStatus(of: SweepDirectory(shared.path)) }
      #expect(error?.description.contains("this store is of an earlier version") == true, "\(error?.description ?? "")")
    }
  }
}
