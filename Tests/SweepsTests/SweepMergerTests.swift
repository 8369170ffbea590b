import Foundation
import GRDB
import Specifications
import Sweeps
import TestSupport
import Testing

/// Shards, and what `strata sweep merge` makes of them.
@Suite struct SweepMergerTests {
  /// Runs one shard of a plan.
  private func run(_ plan: SweepPlan, _ index: Int, of count: Int, in folder: URL) async throws -> SweepOutcome {
    var options = SweepRunnerOptions()
    options.shard = Shard(index: index, count: count)
    return try await SweepRunner(
      plan: plan, directory: SweepDirectory(folder.path), workers: 1, options: options
    ).run()
  }

  private func merge(_ inputs: [URL], to output: URL) throws -> SweepMerger.Outcome {
    try SweepMerger(inputs: inputs.map { SweepDirectory($0.path) }, output: SweepDirectory(output.path)).run()
  }

  private func csv(_ folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8)
  }

  @Test("Any number of shards, run and merged in any order, gives the bytes of the single run", arguments: [2, 3, 7])
  func shards(count: Int) async throws {
    let plan = try tinyPlan(seeds: "[1, 2, 3]")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole"), workers: 2).csv
      let (shared, output) = (folder.appending(path: "shared"), folder.appending(path: "out"))
      var ran = 0
      for index in (1...count).reversed() { ran += try await run(plan, index, of: count, in: shared).cells.count }
      #expect(ran == 6)
      let outcome = try merge([shared], to: output)
      #expect(outcome.added == 6 && outcome.finished == 6 && outcome.duplicates == 0 && outcome.missing.isEmpty)
      #expect(try csv(output) == whole)
      let again = try merge([shared], to: output)
      #expect(again.added == 0 && again.duplicates == 6 && again.differing == 0)
      #expect(try csv(output) == whole)
      #expect(try withStore(output) { try Int.fetchOne($0, sql: "SELECT count(DISTINCT cell) FROM cells") } == 6)
    }
  }

  @Test("Shards from several machines are merged; a task that ran twice counts once; what is missing is named")
  func machines() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let folders = ["a", "b", "c", "out"].map { folder.appending(path: $0) }
      let first = try await run(plan, 1, of: 2, in: folders[0])
      _ = try await run(plan, 1, of: 2, in: folders[1])
      let part = try merge([folders[0], folders[1]], to: folders[3])
      #expect(part.duplicates == 2 && part.differing == 0 && part.finished == 2)
      let mine = Set(first.cells.map(\.specification.identifier))
      #expect(Set(part.missing) == Set(try plan.cells().map(\.identifier)).subtracting(mine))
      _ = try await run(plan, 2, of: 2, in: folders[2])
      let all = try merge([folders[2]], to: folders[3])
      #expect(all.missing.isEmpty)
      #expect(try csv(folders[3]) == whole)
    }
  }

  @Test("A second attempt at a shard runs only what the first has not, in a store of its own; a run takes shards over")
  func attempts() async throws {
    let plan = try tinyPlan(seeds: "[1, 2, 3]")
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let shared = folder.appending(path: "shared")
      let first = try await run(plan, 1, of: 2, in: shared)
      #expect(first.cells.count == 3)
      let name = first.cells[0].specification.identifier
      try withStore(shared, "shards/1-of-2.attempt-1.sqlite") { store in
        try store.execute(
          sql: """
            DELETE FROM scores WHERE number = (SELECT number FROM cells WHERE cell = :cell);
            DELETE FROM cells WHERE cell = :cell;
            """, arguments: ["cell": name])
      }
      let second = try await run(plan, 1, of: 2, in: shared)
      #expect(second.cells.map(\.specification.identifier) == [name] && second.reused == 2)
      #expect(second.storePath.hasSuffix("/shards/1-of-2.attempt-2.sqlite"))
      let run = try await runSweep(plan, in: shared)
      #expect(run.outcome.reused == 3 && run.csv == whole)
    }
  }

  @Test("Different scores of one cell are counted, and a damaged shard is an error that --recover mends")
  func differing() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let (a, b, out) = (folder.appending(path: "a"), folder.appending(path: "b"), folder.appending(path: "out"))
      let whole = try await runSweep(plan, in: a).csv
      _ = try await runSweep(plan, in: b)
      try withStore(b) { try $0.execute(sql: "UPDATE cells SET checksum = checksum + 1 WHERE number = 3") }
      let outcome = try merge([a, b], to: out)
      #expect(outcome.duplicates == 4 && outcome.differing == 1)
      #expect(try csv(out) == whole)
      let file = b.appending(path: "results.sqlite")
      try Data("not a database at all, but long enough to look like one".utf8).write(to: file)
      #expect(throws: SpecificationError.self) { try merge([a, b], to: folder.appending(path: "none")) }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "none").path))
      let mended = try SweepMerger(
        inputs: [a, b].map { SweepDirectory($0.path) }, output: SweepDirectory(out.path), recovers: true
      ).run()
      #expect(mended.recoveries.map(\.kept) == [0] && mended.missing.isEmpty)
    }
  }

  @Test(
    "Scores that were changed on the disk are not taken over: the error names their store, and --recover takes them elsewhere"
  )
  func changedScores() async throws {
    let plan = try tinyPlan()
    try await withTemporaryDirectory { folder in
      let whole = try await runSweep(plan, in: folder.appending(path: "whole")).csv
      let (a, b, out) = (folder.appending(path: "a"), folder.appending(path: "b"), folder.appending(path: "out"))
      for index in 1...2 { _ = try await run(plan, index, of: 2, in: a) }
      _ = try await runSweep(plan, in: b)
      let store = "shards/2-of-2.attempt-1.sqlite"
      try withStore(a, store) {
        try $0.execute(sql: "UPDATE scores SET metric = 'r' WHERE number = 1 AND position = 3")
      }
      #expect {
        try merge([a, b], to: out)
      } throws: {
        let error = $0 as? SpecificationError
        return error?.status == .invalidData && error?.file == a.appending(path: store).path
          && "\($0)".contains("the scores of row 1 of the table 'cells' were changed")
      }
      // The first shard is there, and nothing of the second.
      #expect(try withStore(out) { try Int.fetchOne($0, sql: "SELECT count(*) FROM cells") } == 2)
      #expect(try withStore(out) { try Int.fetchOne($0, sql: "SELECT count(*) FROM scores WHERE metric = 'r'") } == 0)
      let mended = try SweepMerger(
        inputs: [a, b].map { SweepDirectory($0.path) }, output: SweepDirectory(out.path), recovers: true
      ).run()
      #expect(mended.recoveries.map(\.kept) == [1] && mended.missing.isEmpty)
      #expect(try csv(out) == whole)
    }
  }

  @Test("Stores of different plans, and folders without a store, are errors")
  func faults() async throws {
    try await withTemporaryDirectory { folder in
      let (a, b) = (folder.appending(path: "a"), folder.appending(path: "b"))
      _ = try await runSweep(tinyPlan(ratios: "0.5"), in: a)
      _ = try await runSweep(tinyPlan(ratios: "0.25"), in: b)
      #expect {
        try merge([a, b], to: folder.appending(path: "out"))
      } throws: {
        "\($0)".hasSuffix("the stores are of 2 different plans; say with --plan which one is meant")
      }
      #expect {
        try merge([folder.appending(path: "none")], to: folder.appending(path: "out"))
      } throws: {
        ($0 as? SpecificationError)?.status == .noInput
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  @Test("Models that shards keep come along, byte for byte, and stay where they were; merging again changes nothing")
  func models() async throws {
    var plan = try tinyPlan()
    plan.keepsModels = true
    try await withTemporaryDirectory { folder in
      let folders = ["a", "b"].map { folder.appending(path: $0) }
      let out = folder.appending(path: "out")
      for (index, input) in folders.enumerated() { _ = try await run(plan, index + 1, of: 2, in: input) }
      func models(_ folder: URL) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "models").path)
        return try Dictionary(
          uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: folder.appending(path: "models/\($0)"))) })
      }
      let before = try folders.map(models)
      #expect(before.map(\.count) == [2, 2])
      for _ in 1...2 {
        _ = try merge(folders, to: out)
        #expect(try models(out) == before[0].merging(before[1]) { first, _ in first })
      }
      #expect(try folders.map(models) == before)
      #expect(Set(try KeptModel.cells(in: out.path)) == Set(try plan.cells().map(\.identifier)))
      // A model that is there already is that of the scores that are there.
      let name = try #require(before[0].keys.first)
      let other = folder.appending(path: "c")
      _ = try await run(plan, 1, of: 2, in: other)
      try Data("another machine's".utf8).write(to: other.appending(path: "models/\(name)"))
      _ = try merge([other], to: out)
      #expect(try models(out)[name] == before[0][name])
    }
  }

  @Test("A shard is a part from 1 to n", arguments: ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2", "1/", ""])
  func badShards(text: String) { #expect(Shard(text) == nil) }

  @Test("A shard reads as it is written")
  func shardText() { #expect(Shard("2/8")?.description == "2/8") }
}
