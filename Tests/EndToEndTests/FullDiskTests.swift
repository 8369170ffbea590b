import Foundation
import TestSupport
import Testing

/// Small disks in memory, which take root to mount: where it is missing, these tests say so and do nothing. In the gate,
/// which runs as root, going without is a failure.
@Suite(.serialized) struct FullDiskTests {
  private static let arguments = ["sweep", "run", "plan.yaml", "--out", "disk/out", "--quiet"]

  /// The sizes let the disk overflow at a checkpoint, at the store's first pages or at its last rows.
  @Test(
    "A full disk is one error with exit code 74; with space again the sweep goes on to the same file",
    arguments: [40, 100, 200, 250, 300])
  func sweep(kibibytes: Int) throws {
    try withTemporaryDirectory { folder in
      try Data(SweepFaultTests.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let undisturbed = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "whole", "--quiet"], in: folder)
      #expect(undisturbed.exitCode == 0)
      try withDisk("size=\(kibibytes)k", at: folder.appending(path: "disk")) { disk, remount in
        let full = try StrataBinary.run(Self.arguments, in: folder)
        expectFullDisk(full)
        try remount("size=20m")
        let store = SweepStore(disk.appending(path: "out"))
        let kept = store.finished
        #expect(kept < 12)
        if kept > 0 { #expect(try store.integrity == "ok") }
        let run = try StrataBinary.run(Self.arguments, in: folder)
        #expect(run.standardOutput == "12 cells (\(kept) from an earlier run): disk/out/results.csv\n")
        #expect(
          try Data(contentsOf: disk.appending(path: "out/results.csv"))
            == Data(contentsOf: folder.appending(path: "whole/results.csv")))
        print("full disk of \(kibibytes) KiB: \(kept) of 12 cells were kept")
      }
    }
  }

  @Test("On a read-only disk tables are read, and a run is one error with exit code 73")
  func readOnly() throws {
    try withTemporaryDirectory { folder in
      try Data(SweepTests.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      try withDisk("size=20m", at: folder.appending(path: "disk")) { _, remount in
        #expect(try StrataBinary.run(Self.arguments, in: folder).exitCode == 0)
        try remount("ro")
        // Reading needs no permission to write: neither the tables nor SQLite itself.
        let table = try StrataBinary.run(["sweep", "table", "plan.yaml", "--out", "disk/out"], in: folder)
        #expect(table.exitCode == 0 && table.standardOutput.contains("### patch size 1"))
        let again = try StrataBinary.run(Self.arguments, in: folder)
        #expect(again.standardError.hasPrefix("Error: disk/out: permission to write into this folder is denied"))
        #expect(again.exitCode == 73)
      }
    }
  }

  @Test(
    "Data that do not fit on the disk are one error with exit code 74 in every format, and nothing is left",
    arguments: ["x.h5", "x.npz", "x/", "x.csv"])
  func sample(output: String) throws {
    try withTemporaryDirectory { folder in
      try withDisk("size=200k", at: folder.appending(path: "disk")) { disk, _ in
        let full = try StrataBinary.run(
          [
            "sample", SampleTests.tree, "--mechanism", "rho:0.8", "-n", "20000", "-o", "disk/\(output)",
          ], in: folder)
        expectFullDisk(full)
        #expect(full.standardError.hasPrefix("Error: disk/\(output)"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
      }
    }
  }

  private func expectFullDisk(_ run: StrataBinary.Output) {
    #expect(run.exitCode == 74)
    #expect(run.standardError.split(separator: "\n").count == 1)
    #expect(run.standardError.contains(": the disk is full; free some space"), "\(run.standardError)")
  }

  /// Mounts a small disk in memory, or says why it cannot and does without the test.
  private func withDisk(
    _ options: String, at disk: URL, _ body: (URL, (String) throws -> Void) throws -> Void
  ) throws {
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    guard mount(["-t", "tmpfs", "-o", options, "none", disk.path]) else {
      #expect(ProcessInfo.processInfo.environment["CI"] == nil || geteuid() != 0, "no disk of \(options) was mounted")
      print("skipped: a disk of \(options) cannot be mounted here, which takes root")
      return
    }
    defer { _ = Tool.run(["umount", disk.path]) }
    try body(disk) { #expect(mount(["-o", "remount,\($0)", disk.path])) }
  }

  private func mount(_ arguments: [String]) -> Bool { Tool.run(["mount"] + arguments)?.status == 0 }
}
