import Foundation
import TestSupport
import Testing

/// `strata sweep` as a user runs it: files, tables, errors and exit codes.
@Suite struct SweepTests {
  static let plan = """
    name: small
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.85}
    mask_ratios: [0.25, 0.5]
    training_seeds: [1, 2]
    model: {hidden_width: 8, hidden_layers: 1}
    training: {steps: 10, batch: 16}
    evaluation: {masks: 3, rows: 40, pooled_rows: 60, kernel_rows: 20}
    """

  /// Writes files into a fresh folder and runs the tool there.
  private func run(
    _ arguments: [String], files: [String: String], check: (URL, StrataBinary.Output) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
      try check(folder, try StrataBinary.run(arguments, in: folder))
    }
  }

  @Test("A sweep prints its tables on standard output, nothing on standard error, and leaves three kinds of files")
  func runs() throws {
    try run(["sweep", "run", "plan.yaml", "--out", "out"], files: ["plan.yaml": Self.plan]) { folder, output in
      #expect(output.exitCode == 0)
      #expect(output.standardError == "")
      #expect(output.standardOutput.hasPrefix("## tree-depth2-branching2, rho-0.85, width 1: per-mask\n"))
      #expect(output.standardOutput.contains("### patch size 1\n"))
      #expect(output.standardOutput.contains("| MAE                | 2 (root)     |"))
      #expect(output.standardOutput.contains("| floor: untrained   | 2 (root)     |"))
      #expect(output.standardOutput.hasSuffix("4 cells (0 from an earlier run): out/results.csv\n"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path).sorted()
      #expect(files == ["cells", "plan.resolved.yaml", "results.csv"])
      let cells = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out/cells").path)
      #expect(cells.count == 4)
    }
  }

  @Test("The same plan run twice, with one worker and with two, gives identical results.csv")
  func repeatable() throws {
    try withTemporaryDirectory { folder in
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      var files: [Data] = []
      for (name, workers) in [("a", "1"), ("b", "2"), ("c", "2")] {
        let output = try StrataBinary.run(
          ["sweep", "run", "plan.yaml", "--out", name, "--workers", workers, "--quiet"], in: folder)
        #expect(output.exitCode == 0)
        files.append(try Data(contentsOf: folder.appending(path: "\(name)/results.csv")))
      }
      #expect(files[0] == files[1] && files[1] == files[2] && files[0].count > 10_000)
    }
  }

  @Test("Killed in the middle, the next run goes on and ends with the same file")
  func killed() throws {
    let plan = Self.plan.replacingOccurrences(of: "steps: 10", with: "steps: 1500") + "\ncheckpoint_every: 100"
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let arguments = ["sweep", "run", "plan.yaml", "--workers", "1", "--quiet", "--out"]
      let whole = try StrataBinary.run(arguments + ["whole"], in: folder)
      #expect(whole.exitCode == 0)
      let process = Process()
      process.executableURL = StrataBinary.url
      process.arguments = arguments + ["cut"]
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let cells = folder.appending(path: "cut/cells").path
      // After the first finished cell and before the last: kill −9, which no handler sees.
      while process.isRunning, finished(cells) == 0 { usleep(2000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let kept = finished(cells)
      #expect(kept >= 1)
      let output = try StrataBinary.run(arguments + ["cut"], in: folder)
      #expect(output.standardOutput == "4 cells (\(kept) from an earlier run): cut/results.csv\n")
      let results = try ["whole", "cut"].map { try Data(contentsOf: folder.appending(path: "\($0)/results.csv")) }
      #expect(results[0] == results[1])
    }
  }

  private func finished(_ folder: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.count { $0.hasSuffix(".json") } ?? 0
  }

  @Test("Ctrl-C says what is kept and exits with 130")
  func interrupted() throws {
    let plan = Self.plan.replacingOccurrences(of: "steps: 10", with: "steps: 100000000")
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let process = Process()
      process.executableURL = StrataBinary.url
      process.arguments = ["sweep", "run", "plan.yaml", "--out", "out"]
      process.currentDirectoryURL = folder
      let errors = Pipe()
      process.standardError = errors
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      // The handler is installed before the folder appears.
      let resolved = folder.appending(path: "out/plan.resolved.yaml").path
      while process.isRunning, !FileManager.default.fileExists(atPath: resolved) { usleep(2000) }
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(text == "interrupted: 0 of 4 cells are finished in out; run the same command to go on\n")
      #expect(process.terminationStatus == 130)
    }
  }

  /// A faulty plan, what standard error says, and the exit code.
  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var old: String
    var new: String
    var message: String
    var testDescription: String { name }
  }

  static let faults = [
    Fault(
      name: "ratio 1.2", old: "[0.25, 0.5]", new: "[0.25, 1.2]",
      message: "plan.yaml:4:21: .mask_ratios[1]: 1.2 is not a mask ratio; give a number strictly between 0 and 1"),
    Fault(
      name: "ratio 0", old: "[0.25, 0.5]", new: "[0, 0.5]",
      message: "plan.yaml:4:15: .mask_ratios[0]: 0 is not a mask ratio; give a number strictly between 0 and 1"),
    Fault(
      name: "NaN", old: "rho: 0.85", new: "rho: .nan",
      message: "plan.yaml:3:32: .mechanisms.rho: .nan is not a finite number; give a finite number"),
    Fault(
      name: "patch", old: "training_seeds", new: "patch_sizes: 3\ntraining_seeds",
      message: "plan.yaml:5:14: .patch_sizes: graph 'tree-depth2-branching2': patch size 3 does not divide the grid 4; "
        + "use one of 1, 2"),
  ]

  @Test("A fault in a plan is one line on standard error, exit code 65, and nothing is written", arguments: faults)
  func planFault(fault: Fault) throws {
    #expect(Self.plan.contains(fault.old))
    let text = Self.plan.replacingOccurrences(of: fault.old, with: fault.new)
    try run(["sweep", "run", "plan.yaml", "--out", "out"], files: ["plan.yaml": text]) { folder, output in
      #expect(output.standardError == "Error: \(fault.message)\n")
      #expect(output.standardOutput == "")
      #expect(output.exitCode == 65)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files == ["plan.yaml"])
    }
  }
}
