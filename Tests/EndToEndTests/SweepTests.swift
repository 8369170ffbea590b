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

  @Test(
    "A sweep prints its tables on standard output, nothing on standard error, and leaves the files that are documented")
  func runs() throws {
    try run(["sweep", "run", "plan.yaml", "--out", "out"], files: ["plan.yaml": Self.plan]) { folder, output in
      #expect(output.exitCode == 0)
      #expect(output.standardError == "")
      #expect(output.standardOutput.hasPrefix("## tree-depth2-branching2, rho-0.85, width 1: per-mask\n"))
      #expect(output.standardOutput.contains("### patch size 1: 1, 2 of 4 patches masked\n"))
      #expect(output.standardOutput.contains("| MAE                | 2 (root)     |"))
      #expect(output.standardOutput.contains("| floor: untrained   | 2 (root)     |"))
      #expect(output.standardOutput.hasSuffix("4 cells (0 from an earlier run): out/results.csv\n"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out").path).sorted()
      #expect(files == ["plan.resolved.yaml", "results.csv", "results.lock", "results.sqlite"])
      #expect(try SweepStore(folder.appending(path: "out")).cells.count == 4)
    }
  }

  @Test("Environments are an axis: a table for each, named after the mechanism, and a label in results.csv")
  func environments() throws {
    let plan = Self.plan + "\nenvironments: {observational: {}, cold: {z1_0: {do: 1}}}\n"
    try run(["sweep", "run", "plan.yaml", "--out", "out"], files: ["plan.yaml": plan]) { folder, output in
      #expect(output.exitCode == 0 && output.standardError == "")
      #expect(output.standardOutput.contains("## tree-depth2-branching2, rho-0.85, width 1: per-mask\n"))
      #expect(output.standardOutput.contains("## tree-depth2-branching2, rho-0.85 @ cold, width 1: per-mask\n"))
      #expect(output.standardOutput.hasSuffix("8 cells (0 from an earlier run): out/results.csv\n"))
      let csv = try String(contentsOf: folder.appending(path: "out/results.csv"), encoding: .utf8)
      #expect(csv.contains(",tree-depth2-branching2,rho-0.85 @ cold,0.25,1,1,1,1,per-mask,2,z2_0,z,mae,r2_linear,"))
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
      let store = SweepStore(folder.appending(path: "cut"))
      // After the first finished cell and before the last: kill −9, which no handler sees.
      _ = try StrataBinary.signal(arguments + ["cut"], in: folder, with: SIGKILL) { store.finished > 0 }
      let kept = store.finished
      #expect(kept >= 1 && kept < 4)
      let output = try StrataBinary.run(arguments + ["cut"], in: folder)
      #expect(output.standardOutput == "4 cells (\(kept) from an earlier run): cut/results.csv\n")
      let results = try ["whole", "cut"].map { try Data(contentsOf: folder.appending(path: "\($0)/results.csv")) }
      #expect(results[0] == results[1])
    }
  }

  @Test("Ctrl-C says what is kept and exits with 130")
  func interrupted() throws {
    let plan = Self.plan.replacingOccurrences(of: "steps: 10", with: "steps: 100000000")
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      // The handler is installed before the folder appears.
      let resolved = folder.appending(path: "out/plan.resolved.yaml").path
      let run = try StrataBinary.signal(["sweep", "run", "plan.yaml", "--out", "out"], in: folder, with: SIGINT) {
        FileManager.default.fileExists(atPath: resolved)
      }
      #expect(
        run.standardError == "interrupted: 0 of 4 cells are finished in out; run the same command to go on\n")
      #expect(run.exitCode == 130)
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

  /// Files of a folder, a command, and how it ends.
  struct BadInput: Sendable, CustomTestStringConvertible {
    var name: String
    var files: [String: String]
    var plan = "plan.yaml"
    var message: String
    var exitCode: Int32
    var testDescription: String { name }
  }

  /// The plan with another graph.
  private static func plan(graph: String) -> String {
    plan.replacingOccurrences(of: "{family: tree, depth: 2, branching: 2}", with: graph)
  }

  static let badInputs = [
    BadInput(
      name: "missing plan", files: [:], message: "plan.yaml: there is no such file; check the path", exitCode: 66),
    BadInput(
      name: "0-byte plan", files: ["plan.yaml": ""],
      message: "plan.yaml: the file is empty; write the specification into it", exitCode: 65),
    BadInput(
      name: "directory as plan", files: [:], plan: ".", message: ".: this is a directory; give a file", exitCode: 66),
    BadInput(
      name: "missing graph file", files: ["plan.yaml": plan(graph: "none.dot")],
      message: "plan.yaml:2:9: .graphs: 'none.dot': there is no such file; check the path", exitCode: 65),
    BadInput(
      name: "0-byte graph file", files: ["plan.yaml": plan(graph: "g.yaml"), "g.yaml": ""],
      message: "g.yaml: the file is empty; write the specification into it", exitCode: 65),
    BadInput(
      name: "cyclic graph",
      files: [
        "plan.yaml": plan(graph: "g.yaml"),
        "g.yaml": "nodes: [a, b, x]\nedges:\n  - a -> b\n  - b -> a\n  - b -> x\n",
      ],
      message: "g.yaml:4:5: .edges[1]: the graph has a cycle: a -> b -> a; remove one of these edges", exitCode: 65),
    BadInput(
      name: "NaN in a graph",
      files: ["plan.yaml": plan(graph: "g.yaml"), "g.yaml": "nodes: [{name: a, dim: .nan}, x]\nedges: [a -> x]\n"],
      message: "g.yaml:1:24: .nodes[0].dim: '.nan' is not a whole number; give a whole number", exitCode: 65),
    BadInput(
      name: "unknown key",
      files: ["plan.yaml": Self.plan.replacingOccurrences(of: "mask_ratios", with: "mask_ratio")],
      message: "plan.yaml:4:1: .mask_ratio: the key 'mask_ratio' is not known here; did you mean 'mask_ratios'? "
        + "use one of name, graphs, mechanisms, noise, interventions, environments, mask, mask_ratios, patch_sizes, "
        + "widths, generator_seeds, training_seeds, model, training, evaluation, checkpoint_every, keep_models, limits",
      exitCode: 65),
    BadInput(
      name: "mechanism that does not fit",
      files: ["plan.yaml": Self.plan.replacingOccurrences(of: "{family: rho, rho: 0.85}", with: "mlp")],
      message:
        "plan.yaml:3:13: .mechanisms: graph 'tree-depth2-branching2': mechanism mlp does not fit node 'z1_0': an invertible network needs dimension >= parents + noise (2), but it "
        + "has 1; set 'regime: invertible' and leave dimensions out, or use additive-noise",
      exitCode: 65),
  ]

  @Test(
    "Bad input is one line on standard error with the right exit code, and nothing is written", arguments: badInputs)
  func badInput(input: BadInput) throws {
    try run(["sweep", "run", input.plan, "--out", "out"], files: input.files) { folder, output in
      #expect(output.standardError == "Error: \(input.message)\n")
      #expect(output.standardOutput == "")
      #expect(output.exitCode == input.exitCode)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(files == input.files.keys.sorted())
    }
  }

  @Test("A folder that cannot be made is an error of the output, exit code 73")
  func badOutput() throws {
    try run(["sweep", "run", "plan.yaml", "--out", "plan.yaml/out"], files: ["plan.yaml": Self.plan]) { _, output in
      #expect(
        output.standardError
          == "Error: plan.yaml/out: this folder cannot be created; choose another place for --out, or mend its "
          + "permissions\n")
      #expect(output.exitCode == 73)
    }
  }

  @Test("A target that the plan does not measure is a usage error before anything runs")
  func badTable() throws {
    let plan = Self.plan.replacingOccurrences(of: "masks: 3", with: "targets: [z], masks: 3")
    try run(["sweep", "run", "plan.yaml", "--out", "out", "--target", "content"], files: ["plan.yaml": plan]) {
      folder, output in
      #expect(
        output.standardError.hasPrefix(
          "Error: --target content: plan.yaml does not measure it; add it to evaluation.targets\n"))
      #expect(output.exitCode == 64)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files == ["plan.yaml"])
    }
  }

  @Test("sweep table prints the tables of finished cells again, in another metric, and runs nothing")
  func table() throws {
    try withTemporaryDirectory { folder in
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let first = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out"], in: folder)
      let again = try StrataBinary.run(["sweep", "table", "plan.yaml", "--out", "out"], in: folder)
      #expect(first.standardOutput == again.standardOutput + "4 cells (0 from an earlier run): out/results.csv\n")
      let kernel = try StrataBinary.run(
        ["sweep", "table", "plan.yaml", "--out", "out", "--metric", "r2_kernel", "--target", "epsilon"], in: folder)
      #expect(kernel.standardOutput.contains("R² (RBF kernel ridge probe) of ε (exogenous noises)"))
      let none = try StrataBinary.run(["sweep", "table", "plan.yaml", "--out", "nowhere"], in: folder)
      #expect(
        none.standardError
          == "Error: nowhere: no cell of this plan is finished here; run 'strata sweep run plan.yaml --out nowhere' first\n"
      )
      #expect(none.exitCode == 66)
    }
  }

  @Test(
    "A generator that overflows is a result: its node, level and sample under the tables, nan in results.csv, exit code 0"
  )
  func nonFinite() throws {
    let plan = Self.plan.replacingOccurrences(
      of: "{family: rho, rho: 0.85}",
      with: "{family: linear, nodes: {x0: {family: linear, coefficients: {z1_0: 0, noise: 1.0e38}}}}")
    try run(["sweep", "run", "plan.yaml", "--out", "out"], files: ["plan.yaml": plan]) { folder, output in
      #expect(output.exitCode == 0 && output.standardError == "")
      let reasons = output.standardOutput.matches(
        of:
          /cell [0-9a-f]{16} \(graph tree-depth2-branching2, ratio 0\.(?:25|5), patch 1, training seed [12]\) has no scores: non-finite observables: node x0, level 0, first at sample \d+ of training; bound its mechanism, or scale down its noise and its parents\n/
      )
      #expect(reasons.count == 4)
      let csv = try String(contentsOf: folder.appending(path: "out/results.csv"), encoding: .utf8)
      #expect(csv.contains(",mae,r2_linear,nan,"))
    }
  }

  @Test("sweep table has the figures one by one in CSV and JSON, with interval, seeds, rows, probes and permutations")
  func tableForms() throws {
    let plan = Self.plan.replacingOccurrences(of: "masks: 3", with: "modes: per-mask, permutations: 4, masks: 3")
    try run(["sweep", "run", "plan.yaml", "--out", "out", "--normalised"], files: ["plan.yaml": plan]) {
      folder, output in
      let text = output.standardOutput
      #expect(
        text.contains("\n| MAE, normalised    | 2 (root)     |")
          && text.contains("\n| p of MAE           | 2 (root)     |"))
      #expect(text.contains("\n| floor: untrained   |") && text.contains("\n| ceiling: raw input |"))
      #expect(text.contains("\nNormalised: (score − untrained) / (raw input − untrained) of each run,"))
      #expect(text.contains(" / (1 + 4 permutations), never below 0.200; the largest over the runs.\n"))
      let table = ["sweep", "table", "plan.yaml", "--out", "out"]
      #expect(try !StrataBinary.run(table, in: folder).standardOutput.contains("ormalised"))
      let csv = try StrataBinary.run(table + ["--csv"], in: folder).standardOutput
      let lines = csv.split(separator: "\n")
      #expect(
        lines[0]
          == "graph,mechanism,width,evaluation,target,metric,patch_size,mask_ratio,level,estimator,mean,low,high,"
          + "interval,normalised,normalised_low,normalised_high,normalised_runs,p_value,permutations,runs,lost_runs,"
          + "generator_seeds,training_seeds,masks,probes,fit_rows,score_rows")
      let json = try StrataBinary.run(table + ["--json"], in: folder).standardOutput
      let objects = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
      // Four measured estimators and theory, three levels, two ratios.
      #expect(objects.count == lines.count - 1 && objects.count == 5 * 3 * 2)
      for object in objects {
        let (low, mean) = (try #require(object["low"] as? Double), try #require(object["mean"] as? Double))
        #expect(try #require(object["high"] as? Double) >= mean && mean >= low)
        #expect(object["interval"] as? String == "student-t" && object["runs"] as? Int == 2)
        let isTheory = object["estimator"] as? String == "theory"
        #expect(object["fit_rows"] as? Int == (isTheory ? nil : 40))
        #expect((object["probes"] as? Int) == (isTheory ? nil : 2 * (object["masks"] as? Int ?? 0)))
        let isTrained = object["estimator"] as? String == "mae"
        #expect(object["permutations"] as? Int == (isTrained ? 4 : nil))
        if isTrained { #expect(try #require(object["p_value"] as? Double) >= 0.2) }
      }
    }
  }

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
