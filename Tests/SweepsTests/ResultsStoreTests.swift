import Foundation
import GRDB
import Specifications
import Sweeps
import TestSupport
import Testing

/// `results.sqlite` as a sweep leaves it, read with SQLite alone.
@Suite struct ResultsStoreTests {
  @Test("The store holds the scores of results.csv as plain columns, whatever program opens it")
  func plainColumns() async throws {
    let plan = try tinyPlan(ratios: "0.5")
    try await withTemporaryDirectory { folder in
      let csv = try await runSweep(plan, in: folder).csv
      let rows = csv.split(separator: "\n").dropFirst().map { line in
        line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let stored = try withStore(folder) { store in
        try Row.fetchAll(store, sql: "SELECT * FROM results").map { row in
          row.map { _, value in
            switch value.storage {
            case .null: ""
            case .int64(let number): "\(number)"
            case .double(let number): "\(number)"
            case .string(let text): text
            case .blob: "blob"
            }
          }
        }
      }
      // One worker: cells are in the order of the plan. The columns of the view are those of results.csv up to p_value,
      // and the probes and trace errors.
      #expect(stored == rows.map { Array($0[..<16]) + [$0[18], $0[21]] })
      #expect(rows.count > 300)
    }
  }

  @Test("Every cell has its provenance: plan, version, revision, BLAS, CPU, seeds, wall time, memory, attempts")
  func provenance() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "[18446744073709551615]")
    try await withTemporaryDirectory { folder in
      let cell = try await runSweep(plan, in: folder).outcome.cells[0]
      let row = try withStore(folder) { store in
        try #require(
          try Row.fetchOne(store, sql: "SELECT * FROM cells JOIN runs USING (run) JOIN plans USING (plan)"))
      }
      #expect(row["cell"] == cell.specification.identifier)
      #expect(row["specification"] == SHA256.hexadecimal(cell.specification.canonicalText))
      #expect(row["training_seed"] == "18446744073709551615" && row["generator_seed"] == "1")
      #expect(row["seconds"] == cell.result.seconds && row["attempts"] == 1)
      // The processor's time has two parts, and no more than the wall's where nothing else is counted in it.
      let (training, evaluation): (Double, Double) = (row["training_seconds"], row["evaluation_seconds"])
      #expect(training > 0 && evaluation > 0 && training + evaluation <= cell.result.seconds + 0.01)
      #expect(cell.result.processorSeconds?.training == training)
      // A process with BLAS, and less than the machine: in bytes.
      #expect((10_000_000..<100_000_000_000).contains(row["peak_memory"] as Int))
      #expect(row["strata_version"] == StrataVersion.current)
      #expect((row["blas"] as String).hasPrefix("OpenBLAS"))
      #expect(row["plan"] == SHA256.hexadecimal(row["text"]))
      let resolved = try String(contentsOf: folder.appending(path: "plan.resolved.yaml"), encoding: .utf8)
      #expect(resolved.hasSuffix(row["text"] as String))
      #expect(try withStore(folder) { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }
  }

  @Test("Adding a seed runs only its cells, in the order of the plan; another specification reuses no row")
  func addingSeed() async throws {
    try await withTemporaryDirectory { folder in
      _ = try await runSweep(tinyPlan(seeds: "[1, 2]"), in: folder)
      let more = try await runSweep(tinyPlan(seeds: "[3, 1, 2]"), in: folder)
      #expect(more.outcome.reused == 4 && more.outcome.cells.count == 6)
      let runs = try withStore(folder) { store in
        try Row.fetchAll(
          store, sql: "SELECT run, count(*), group_concat(DISTINCT training_seed) FROM cells GROUP BY run ORDER BY run"
        )
        .map { "\($0[0] as Int): \($0[1] as Int) of \($0[2] as String)" }
      }
      #expect(runs == ["1: 4 of 1,2", "2: 2 of 3"])
      let fresh = try await runSweep(tinyPlan(seeds: "[3, 1, 2]"), in: folder.appending(path: "fresh")).csv
      #expect(more.csv == fresh)
      // The cell's name alone does not count: a row with the hash of another specification is refused.
      try withStore(folder) { try $0.execute(sql: "UPDATE cells SET specification = 'other' WHERE number = 1") }
      await #expect(throws: SpecificationError.self) { try await runSweep(tinyPlan(), in: folder) }
    }
  }

  @Test("A divergence and its NaN come back from the store as they were written")
  func divergence() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1", steps: 200, training: ", learning_rate: 1e12, warmup: 0")
    try await withTemporaryDirectory { folder in
      let first = try await runSweep(plan, in: folder)
      let again = try await runSweep(plan, in: folder)
      #expect(again.outcome.reused == 1 && again.csv == first.csv && first.csv.contains(",nan,"))
      #expect(again.outcome.cells[0].result.divergence == first.outcome.cells[0].result.divergence)
      let row = try withStore(folder) { try Row.fetchOne($0, sql: "SELECT status, reason FROM cells")! }
      #expect(row["status"] == "diverged" && row["reason"] == first.outcome.cells[0].result.divergence)
    }
  }

  @Test("A score that was changed on the disk is an error, and --recover runs its cell again and keeps the others")
  func changedScore() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder).csv
      try withStore(folder) {
        try $0.execute(sql: "UPDATE scores SET value = value + 1e-9 WHERE number = 2 AND position = 7")
      }
      await #expect {
        try await runSweep(plan, in: folder)
      } throws: { error in
        let error = error as? SpecificationError
        return error?.status == .invalidData && error?.remedy.contains("--recover") == true
      }
      var options = SweepRunnerOptions()
      options.recovers = true
      let runner = SweepRunner(plan: plan, directory: SweepDirectory(folder.path), workers: 1, options: options)
      let outcome = try await runner.run()
      let recovery = try #require(outcome.recovery)
      #expect(recovery.kept == 3 && recovery.lost.count == 1 && outcome.reused == 3)
      #expect(FileManager.default.fileExists(atPath: recovery.damagedPath))
      #expect(try String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8) == whole)
      // A sound store is left alone.
      #expect(try await runner.run().recovery == nil)
    }
  }

  @Test(
    "A row's number that was changed into a huge one costs its cell alone, and no time, also where the table is damaged too",
    arguments: [false, true])
  func hugeNumber(damagesTable: Bool) async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder).csv
      let file = folder.appending(path: "results.sqlite")
      let index = try await DatabaseQueue(path: file.path).writeWithoutTransaction { store in
        try store.execute(
          sql: "PRAGMA foreign_keys = OFF; UPDATE scores SET number = 1 << 40 WHERE number = 2 AND position = 7")
        return try Int.fetchOne(
          store, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_cells_1'")!
      }
      if damagesTable {
        // The index of the names: the table is read without it, and every number is tried.
        var bytes = try Data(contentsOf: file)
        for offset in 4096 * (index - 1)..<4096 * index { bytes[offset] = 0xA5 }
        try bytes.write(to: file)
      }
      var options = SweepRunnerOptions()
      options.recovers = true
      let runner = SweepRunner(plan: plan, directory: SweepDirectory(folder.path), workers: 1, options: options)
      let damaged = try Data(contentsOf: file)
      let outcome = try await runner.run()
      let recovery = try #require(outcome.recovery)
      #expect(recovery.kept == 3 && recovery.lost.count == 1 && outcome.reused == 3)
      // Of 2⁴⁰ numbers: those of the four cells, or as many as the file has room for.
      #expect(damagesTable ? recovery.lookups <= damaged.count / 64 : recovery.lookups == 4)
      // But for the header, which says by what journal it was opened last.
      #expect(try Data(contentsOf: URL(filePath: recovery.damagedPath)).dropFirst(100) == damaged.dropFirst(100))
      #expect(try String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8) == whole)
    }
  }

  @Test("A page overwritten with garbage costs the cells on it and no others", arguments: [3, 6, 11, 20])
  func garbagePage(page: Int) async throws {
    let plan = try tinyPlan(seeds: "[1, 2, 3, 4, 5, 6]")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder, workers: 2).csv
      let file = folder.appending(path: "results.sqlite")
      var bytes = try Data(contentsOf: file)
      #expect(bytes.count > 4096 * 40)
      for offset in 4096 * page..<4096 * (page + 1) { bytes[offset] = UInt8(truncatingIfNeeded: offset &* 31 ^ 0xA5) }
      try bytes.write(to: file)
      await #expect(throws: SpecificationError.self) { try await runSweep(plan, in: folder, workers: 2) }
      var options = SweepRunnerOptions()
      options.recovers = true
      let runner = SweepRunner(plan: plan, directory: SweepDirectory(folder.path), workers: 2, options: options)
      let outcome = try await runner.run()
      let recovery = try #require(outcome.recovery)
      print("page \(page): \(recovery.kept) of 12 cells kept")
      #expect(outcome.reused == recovery.kept && outcome.cells.count == 12)
      #expect(try String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8) == whole)
    }
  }

  @Test("Whoever looks for the holder of the lock, and has it for a moment, does not keep a run from starting")
  func watcher() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let descriptor = open(folder.appending(path: "results.lock").path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o666)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
      // A thread of its own: tasks wait for those of other tests.
      Thread.detachNewThread {
        usleep(60_000)
        flock(descriptor, LOCK_UN)
      }
      let outcome = try await runSweep(plan, in: folder).outcome
      #expect(outcome.cells.count == 1)
      // A holder that stays is named all the same.
      #expect(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
      await #expect {
        try await runSweep(plan, in: folder)
      } throws: {
        "\($0)".contains("a run is writing into this folder already: process ")
      }
    }
  }

  @Test("Another program's file and the store of a newer version are refused and left alone")
  func foreign() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      try withStore(folder) { try $0.execute(sql: "CREATE TABLE mine (x)") }
      let before = try Data(contentsOf: folder.appending(path: "results.sqlite"))
      await #expect {
        try await runSweep(plan, in: folder)
      } throws: {
        "\($0)".contains("this is an SQLite file, but not one of Strata's")
      }
      #expect(try Data(contentsOf: folder.appending(path: "results.sqlite")) == before)
      let newer = folder.appending(path: "newer")
      _ = try await runSweep(plan, in: newer)
      try withStore(newer) { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: the future')") }
      await #expect {
        try await runSweep(plan, in: newer)
      } throws: {
        "\($0)".contains("written by a newer version")
      }
    }
  }

  @Test("A store of the first version of the schema is brought up to date, and its cells stay finished")
  func firstVersion() async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder).csv
      try withStore(folder) { store in
        try store.execute(
          sql: """
            DROP VIEW results;
            ALTER TABLE scores DROP COLUMN trace_error;
            ALTER TABLE cells DROP COLUMN training_seconds;
            ALTER TABLE cells DROP COLUMN evaluation_seconds;
            CREATE VIEW results AS SELECT cell, value FROM cells JOIN scores USING (number);
            DELETE FROM grdb_migrations WHERE identifier LIKE '2:%'
            """)
      }
      let (outcome, csv) = try await runSweep(plan, in: folder)
      #expect(outcome.reused == outcome.cells.count && csv == whole)
      let seconds = try withStore(folder) { store in
        try Row.fetchAll(store, sql: "SELECT training_seconds, evaluation_seconds FROM cells")
      }
      #expect(seconds.count == 1 && seconds.allSatisfy { ($0[0] as Double?) == nil && ($0[1] as Double?) == nil })
      #expect(
        try withStore(folder) { try Int.fetchOne($0, sql: "SELECT count(*) FROM results WHERE trace_error IS NULL") }
          ?? 0 > 0)
    }
  }

  @Test("A store whose maker was killed before, between and after its first tables is made anew", arguments: 0...3)
  func halfMade(stage: Int) async throws {
    let plan = try tinyPlan(ratios: "0.5", seeds: "1")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      if stage == 0 { try Data().write(to: folder.appending(path: "results.sqlite")) }
      let steps = [
        "PRAGMA journal_mode = WAL", "PRAGMA application_id = 0x53545241",
        "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
      ]
      if stage > 0 {
        try await DatabaseQueue(path: folder.appending(path: "results.sqlite").path).writeWithoutTransaction { store in
          for step in steps.prefix(stage) { try store.execute(sql: step) }
        }
      }
      #expect(try await runSweep(plan, in: folder).csv == whole)
    }
  }
}
