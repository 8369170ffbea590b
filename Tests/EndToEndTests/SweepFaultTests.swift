import Foundation
import GRDB
import TestSupport
import Testing

/// What befalls a sweep on one host: kills, signals, two runs at once, a damaged store.
@Suite(.serialized) struct SweepFaultTests {
  /// Twelve cells of some tenths of a second, with checkpoints on the way.
  static let plan =
    SweepTests.plan
    .replacingOccurrences(of: "steps: 10", with: "steps: 1500")
    .replacingOccurrences(of: "training_seeds: [1, 2]", with: "training_seeds: [1, 2, 3, 4, 5, 6]")
    + "\ncheckpoint_every: 200\n"

  /// A folder with the plan, and `results.csv` of an undisturbed run of it.
  private func prepare(_ folder: URL, _ plan: String = plan) throws -> Data {
    try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
    let run = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "whole", "--quiet"], in: folder)
    #expect(run.exitCode == 0)
    return try csv(folder, "whole")
  }

  private func csv(_ folder: URL, _ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: "\(name)/results.csv"))
  }

  private func arguments(_ out: String, _ more: [String] = []) -> [String] {
    ["sweep", "run", "plan.yaml", "--out", out, "--quiet"] + more
  }

  @Test("Fifty kill −9 at random moments lose no cell and count none twice, with and without isolated cells")
  func kills() throws {
    try withTemporaryDirectory { folder in
      let whole = try prepare(folder)
      // SplitMix64 with a fixed seed: the moments are the same in every run, as far as the machine lets them.
      var state: UInt64 = 7
      func random(below bound: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return (bits ^ bits >> 31) % bound
      }
      var (kills, sweeps, lost, duplicated) = (0, 0, 0, 0)
      while kills < 50 {
        sweeps += 1
        let name = "cut\(sweeps)"
        let store = SweepStore(folder.appending(path: name))
        var before = Set<String>()
        while kills < 50 {
          let process = try StrataProcess(
            arguments(name, kills.isMultiple(of: 2) ? [] : ["--isolate"]), in: folder)
          usleep(UInt32(20_000 + random(below: 180_000)))
          let wasRunning = process.isRunning
          process.send(SIGKILL)
          let end = process.end()
          guard wasRunning, end.exitCode == -SIGKILL else {
            #expect(end.exitCode == 0, "\(end.standardError)")
            break
          }
          kills += 1
          let cells = (try? store.cells) ?? []
          let now = Set(cells)
          lost += before.subtracting(now).count
          duplicated += cells.count - now.count
          before = now
        }
        let last = try StrataBinary.run(arguments(name), in: folder)
        #expect(last.exitCode == 0 && last.standardError == "", "\(last.standardError)")
        let cells = try store.cells
        lost += before.subtracting(cells).count + 12 - Set(cells).count
        duplicated += cells.count - Set(cells).count
        #expect(try store.integrity == "ok")
        #expect(try csv(folder, name) == whole)
      }
      print("\(kills) kills over \(sweeps) sweeps of 12 cells: \(lost) cells lost, \(duplicated) duplicated")
      #expect(lost == 0 && duplicated == 0 && kills == 50)
    }
  }

  @Test(
    "SIGTERM, SIGINT and SIGHUP keep what is finished, leave no process behind, and the next run goes on",
    arguments: [SIGTERM, SIGINT, SIGHUP])
  func signals(number: Int32) throws {
    try withTemporaryDirectory { folder in
      let whole = try prepare(folder)
      let store = SweepStore(folder.appending(path: "cut"))
      let process = try StrataProcess(arguments("cut", ["--isolate", "--workers", "1"]), in: folder)
      process.wait { store.finished > 1 }
      let children = process.children
      process.send(number)
      let end = process.end()
      #expect(end.exitCode == 128 + number)
      let kept = store.finished
      #expect((2..<12).contains(kept))
      // Cells that were not yet reported may be finished.
      #expect(end.standardError.hasSuffix("of 12 cells are finished in cut; run the same command to go on\n"))
      #expect(children.count == 1)
      // The worker reads the end of its input; init may take a moment to take note of its end.
      for _ in 0..<500 where children.contains(where: { kill($0, 0) == 0 }) { usleep(10_000) }
      for child in children { #expect(kill(child, 0) != 0) }
      let run = try StrataBinary.run(arguments("cut"), in: folder)
      #expect(run.standardOutput == "12 cells (\(kept) from an earlier run): cut/results.csv\n")
      #expect(try csv(folder, "cut") == whole)
    }
  }

  @Test("A second run on the same folder is one error that names the first, and status shows it at work")
  func twoRuns() throws {
    try withTemporaryDirectory { folder in
      let plan = Self.plan.replacingOccurrences(of: "steps: 1500", with: "steps: 100000000")
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let first = try StrataProcess(arguments("out", ["--workers", "1"]), in: folder)
      let store = SweepStore(folder.appending(path: "out"))
      first.wait {
        let started = try? store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM started") }
        return (started ?? nil) == 1
      }
      let host = ProcessInfo.processInfo.hostName.split(separator: ".")[0]
      let second = try StrataBinary.run(arguments("out"), in: folder)
      #expect(
        second.standardError.hasPrefix(
          "Error: out: a run is writing into this folder already: process \(first.identifier) on \(host)"))
      #expect(second.standardError.split(separator: "\n").count == 1 && second.exitCode == 75)
      try first.wait {
        try StrataBinary.run(["sweep", "status", "out"], in: folder).standardOutput.contains("1 running")
      }
      let status = try StrataBinary.run(["sweep", "status", "out", "--json"], in: folder).standardOutput
      #expect(status.contains("\"processes\":[\"process \(first.identifier) on \(host)"))
      first.send(SIGKILL)
      _ = first.end()
      let later = try StrataBinary.run(["sweep", "status", "out"], in: folder).standardOutput
      #expect(
        later.hasPrefix("small: 0 of 12 cells done, 0 running, 0 failed, 0 diverged, 12 waiting\n1 were cut off"))
    }
  }

  @Test("A damaged store is one error; --recover keeps what is sound, says what, and ends with the same file")
  func damaged() throws {
    try withTemporaryDirectory { folder in
      let whole = try prepare(folder, SweepTests.plan)
      let file = folder.appending(path: "whole/results.sqlite")
      var bytes = try Data(contentsOf: file)
      for offset in bytes.count - 3 * 4096..<bytes.count - 4096 { bytes[offset] = 0xFF }
      try bytes.write(to: file)
      let run = try StrataBinary.run(arguments("whole"), in: folder)
      #expect(run.exitCode == 65)
      #expect(run.standardError.hasPrefix("Error: whole/results.sqlite: this store is damaged: "))
      #expect(
        run.standardError.hasSuffix("; give --recover to keep what is sound of it; the rest is run again\n"))
      #expect(run.standardError.split(separator: "\n").count == 1)
      let mended = try StrataBinary.run(arguments("whole", ["--recover"]), in: folder)
      #expect(mended.exitCode == 0)
      #expect(mended.standardError.hasPrefix("Note: the store was damaged: 3 cells are kept"))
      #expect(mended.standardError.hasSuffix("the damaged one is whole/results.sqlite.damaged-1\n"))
      #expect(mended.standardOutput == "4 cells (3 from an earlier run): whole/results.csv\n")
      #expect(try csv(folder, "whole") == whole)
    }
  }
}
