import Foundation
import GRDB
import TestSupport
import Testing

/// Cells in processes of their own: crashes, limits, and the way back.
@Suite struct SweepIsolationTests {
  /// A cell that takes for ever beside three that do not: the steps are the same, so it is a plan of its own.
  private func write(_ plan: String, to folder: URL) throws {
    try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
  }

  @Test("A cell whose process is ended by a signal is a row with its reason, the sweep goes on, and retry mends it")
  func crash() throws {
    let plan = SweepTests.plan.replacingOccurrences(of: "steps: 10", with: "steps: 60000")
    try withTemporaryDirectory { folder in
      try write(plan, to: folder)
      let process = try StrataProcess(
        ["sweep", "run", "plan.yaml", "--out", "out", "--quiet", "--isolate", "--workers", "1"], in: folder)
      process.wait { !process.children.isEmpty }
      // The first cell is on its way once its process has read the plan.
      usleep(100_000)
      for child in process.children { kill(child, SIGSEGV) }
      let end = process.end()
      #expect(end.exitCode == 75)
      #expect(end.standardError.hasPrefix("Error: out: 1 of 4 cells failed: "))
      #expect(end.standardError.contains("its process was ended by signal 11 (SIGSEGV)"))
      let store = SweepStore(folder.appending(path: "out"))
      #expect(try store.endings.map(\.status) == ["failed", "finished", "finished", "finished"])
      #expect(try store.endings[0].reason?.hasPrefix("its process was ended by signal 11 (SIGSEGV)") == true)
      // Failed cells are not run again unasked.
      let again = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      #expect(again.exitCode == 75 && again.standardOutput.hasPrefix("3 cells (3 from an earlier run)"))
      let status = try StrataBinary.run(["sweep", "status", "out"], in: folder).standardOutput
      #expect(status.hasPrefix("small: 3 of 4 cells done, 0 running, 1 failed, 0 diverged, 0 waiting\nfailed   "))
      let retry = try StrataBinary.run(["sweep", "retry", "out", "--failed"], in: folder)
      #expect(retry.exitCode == 0)
      #expect(retry.standardOutput == "4 cells (3 from an earlier run): out/results.csv\n")
      let attempts = try store.read { try Int.fetchAll($0, sql: "SELECT attempts FROM cells ORDER BY attempts") }
      #expect(attempts == [1, 1, 1, 2])
      let whole = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "whole", "--quiet"], in: folder)
      #expect(whole.exitCode == 0)
      let files = try ["out", "whole"].map { try Data(contentsOf: folder.appending(path: "\($0)/results.csv")) }
      #expect(files[0] == files[1])
    }
  }

  @Test("A cell beyond its time limit, of the plan or the command line, is ended and noted; the others are finished")
  func timeLimit() throws {
    // Two widths of network cannot be told apart by steps, so every cell is too slow for the first limit.
    let plan =
      SweepTests.plan.replacingOccurrences(of: "steps: 10", with: "steps: 60000")
      .replacingOccurrences(of: "mask_ratios: [0.25, 0.5]", with: "mask_ratios: 0.5") + "\nlimits: {seconds: 0.1}\n"
    try withTemporaryDirectory { folder in
      try write(plan, to: folder)
      let run = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      #expect(run.exitCode == 75)
      let store = SweepStore(folder.appending(path: "out"))
      #expect(try store.endings.map(\.status) == ["failed", "failed"])
      #expect(try store.endings.map(\.reason) == Array(repeating: "time limit: not finished after 0.1 s", count: 2))
      let cells = try StrataBinary.run(["sweep", "export", "out", "--csv", "--cells"], in: folder).standardOutput
      #expect(cells.contains(",failed,time limit: not finished after 0.1 s,"))
      let retry = try StrataBinary.run(["sweep", "retry", "out", "--failed", "--cell-seconds", "60"], in: folder)
      #expect(retry.exitCode == 0 && retry.standardOutput.hasPrefix("2 cells (0 from an earlier run)"))
    }
  }

  @Test("A further attempt at a shard reports the cells that failed and does not run them; retry takes them from there")
  func shardTimeLimit() throws {
    let plan = SweepTests.plan.replacingOccurrences(of: "steps: 10", with: "steps: 60000")
      .replacingOccurrences(of: "mask_ratios: [0.25, 0.5]", with: "mask_ratios: 0.5")
    try withTemporaryDirectory { folder in
      try write(plan, to: folder)
      let shard = ["sweep", "run", "plan.yaml", "--out", "out", "--quiet", "--shard", "1/1", "--cell-seconds", "0.1"]
      for attempt in 1...2 {
        let run = try StrataBinary.run(shard, in: folder)
        #expect(run.exitCode == 75)
        #expect(run.standardError.hasPrefix("Error: out: 2 of 2 cells failed: "), "\(run.standardError)")
        #expect(run.standardError.contains("time limit: not finished after 0.1 s"))
        let store = try DatabaseQueue(path: folder.appending(path: "out/shards/1-of-1.attempt-\(attempt).sqlite").path)
        #expect(try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM cells") } == (attempt == 1 ? 2 : 0))
      }
      let retry = try StrataBinary.run(["sweep", "retry", "out", "--failed", "--cell-seconds", "60"], in: folder)
      #expect(retry.exitCode == 0 && retry.standardOutput.hasPrefix("2 cells (0 from an earlier run)"))
      let store = SweepStore(folder.appending(path: "out"))
      #expect(try store.read { try Int.fetchAll($0, sql: "SELECT attempts FROM cells") } == [2, 2])
      #expect(try StrataBinary.run(shard, in: folder).exitCode == 0)
    }
  }

  @Test("A cell beyond its memory limit is ended and noted")
  func memoryLimit() throws {
    // The process alone, with its libraries, holds more than 16 MB.
    let plan = SweepTests.plan.replacingOccurrences(of: "steps: 10", with: "steps: 100000000")
      .replacingOccurrences(of: "mask_ratios: [0.25, 0.5]", with: "mask_ratios: 0.5")
    try withTemporaryDirectory { folder in
      try write(plan, to: folder)
      let run = try StrataBinary.run(
        ["sweep", "run", "plan.yaml", "--out", "out", "--quiet", "--cell-memory", "16"], in: folder)
      #expect(run.exitCode == 75)
      let reasons = try SweepStore(folder.appending(path: "out")).endings.map { $0.reason ?? "" }
      #expect(reasons.count == 2)
      for reason in reasons {
        #expect(reason.hasPrefix("memory limit: ") && reason.hasSuffix("MB are more than 16 MB"))
      }
    }
  }

  @Test("Isolated cells give the bytes of cells in one process, and shards of them too")
  func sameBytes() throws {
    try withTemporaryDirectory { folder in
      try write(SweepTests.plan, to: folder)
      let run = ["sweep", "run", "plan.yaml", "--quiet", "--out"]
      #expect(try StrataBinary.run(run + ["whole"], in: folder).exitCode == 0)
      #expect(try StrataBinary.run(run + ["isolated", "--isolate"], in: folder).exitCode == 0)
      for shard in ["2/2", "1/2"] {
        let output = try StrataBinary.run(run + ["parts", "--shard", shard, "--isolate"], in: folder)
        #expect(
          output.standardOutput
            == "shard \(shard): 2 cells in parts/shards/\(shard.prefix(1))-of-2.attempt-1.sqlite\n")
      }
      let early = try StrataBinary.run(["sweep", "table", "plan.yaml", "--out", "parts"], in: folder)
      #expect(
        early.standardError
          == "Error: parts: the results are in shards; run 'strata sweep merge parts --out parts' first\n")
      let merge = try StrataBinary.run(["sweep", "merge", "parts", "--out", "parts"], in: folder)
      #expect(
        merge.standardOutput
          == "4 of 4 cells: parts/results.csv (2 stores, 4 cells new, 0 came twice, 0 of these with other scores)\n")
      let files = try ["whole", "isolated", "parts"].map {
        try Data(contentsOf: folder.appending(path: "\($0)/results.csv"))
      }
      #expect(files[0] == files[1] && files[0] == files[2])
      let csv = try StrataBinary.run(["sweep", "export", "parts", "--csv"], in: folder).standardOutput
      #expect(Data(csv.utf8) == files[0])
    }
  }

  @Test("sweep plan counts cells, estimates their cost, and leaves out what is finished")
  func plan() throws {
    try withTemporaryDirectory { folder in
      try write(SweepTests.plan, to: folder)
      let fresh = try StrataBinary.run(["sweep", "plan", "plan.yaml"], in: folder)
      #expect(fresh.exitCode == 0 && fresh.standardOutput.hasPrefix("small: 4 cells, 0 finished\n| shape "))
      #expect(fresh.standardOutput.contains("| tree-depth2-branching2, rho-0.85, width 1 |     4 |"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.yaml"])
      _ = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      let done = try StrataBinary.run(["sweep", "plan", "plan.yaml", "--out", "out"], in: folder)
      #expect(done.standardOutput == "small: 4 cells, 4 finished\n")
    }
  }

  @Test("sweep plan --cells lists the cells that a run has, without running any, and says what does not go with it")
  func cells() throws {
    try withTemporaryDirectory { folder in
      try write(SweepTests.plan, to: folder)
      let listed = try StrataBinary.run(["sweep", "plan", "plan.yaml", "--cells", "--shards", "2"], in: folder)
      #expect(listed.exitCode == 0 && listed.standardError == "")
      let lines = listed.standardOutput.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(lines[0].first == "cell" && lines[0].last == "shard" && lines.count == 5)
      #expect(lines.dropFirst().map { $0[9] }.sorted() == ["1", "1", "2", "2"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.yaml"])
      _ = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      let cells = try StrataBinary.run(["sweep", "export", "out", "--csv", "--cells"], in: folder).standardOutput
      let run = cells.split(separator: "\n").map { $0.split(separator: ",").prefix(9).map(String.init) }
      #expect(run == lines.map { Array($0.prefix(9)) })
      for (options, message) in [
        (["--shards", "2"], "Error: --shards 2: give --cells with it\n"),
        (["--cells", "--shards", "0"], "Error: --shards 0: give at least 1\n"),
        (["--cells", "--out", "out"], "Error: --out has no use with --cells\n"),
      ] {
        let refused = try StrataBinary.run(["sweep", "plan", "plan.yaml"] + options, in: folder)
        #expect(refused.exitCode == 64 && refused.standardError.hasPrefix(message), "\(refused.standardError)")
      }
    }
  }
}
