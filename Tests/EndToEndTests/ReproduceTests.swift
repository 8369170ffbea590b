import Foundation
import TestSupport
import Testing

/// `strata reproduce` as a user runs it, and the gate on the committed verdicts.
@Suite struct ReproduceTests {
  /// A folder with one small experiment of a sweep, `e/tiny`.
  private static func withExperiment(curves: String = "", _ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      let place = folder.appending(path: "e/tiny")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let plan = """
        graphs: ["tree:depth=2,branching=2"]
        mechanisms: [rho:0.85]
        mask_ratios: [0.25, 0.75]
        training_seeds: [1, 2]
        model: {hidden_width: 8, hidden_layers: 1}
        training: {steps: 20, batch: 16}
        evaluation: {modes: [per-mask], targets: [z], metrics: [r2_linear], masks: 4, rows: 100, kernel_rows: 50}
        """
      let text = """
        title: a tiny one
        sweeps: {tree: {plan: plan.yaml, quick: plan.yaml}}
        claims:
          - id: theory
            claim: The limit is above chance
            source: here
            prediction: above 0.3
            measure: {select: {sweep: tree, target: z, metric: r2_linear, level: top, estimator: theory}, statistic: mean}
            expect: {at_least: 0.3}
            tolerance: 1e-6
          - id: impossible
            claim: The root is recovered perfectly
            source: here
            prediction: "1"
            measure: {select: {sweep: tree, target: z, metric: r2_linear, level: top}, statistic: maximum}
            expect: {at_least: 0.999}
            tolerance: 0.05
        """
      try Data(plan.utf8).write(to: place.appending(path: "plan.yaml"))
      try Data((text + curves).utf8).write(to: place.appending(path: "experiment.yaml"))
      try body(folder)
    }
  }

  private static func reproduce(_ arguments: [String], in folder: URL) throws -> StrataBinary.Output {
    try StrataBinary.run(["reproduce", "--experiments", "e", "--out", "o"] + arguments, in: folder)
  }

  @Test("A claim that fails is a verdict, not an error; the second run reuses every cell and writes the same bytes")
  func verdicts() throws {
    try Self.withExperiment { folder in
      let output = try Self.reproduce(["tiny"], in: folder)
      #expect(output.exitCode == 0 && output.standardError == "")
      #expect(output.standardOutput.hasPrefix("## tiny: a tiny one\n\nCommand: `strata reproduce tiny`.\n\n| claim"))
      let lines = output.standardOutput.split(separator: "\n").filter { $0.contains("| here") }
      #expect(lines.count == 2 && lines[0].hasSuffix("| holds   |") && lines[1].hasSuffix("| fails   |"))
      let names = ["verdicts.md", "verdicts.csv", "verdicts.json", "measurements.csv"]
      let first = try names.map { try Data(contentsOf: folder.appending(path: "o/tiny/full/\($0)")) }
      #expect(String(decoding: first[0], as: UTF8.self) + "\n" == output.standardOutput)
      // Two claims, four cells each.
      #expect(first[3].split(separator: UInt8(ascii: "\n")).count == 9)
      let store = folder.appending(path: "o/tiny/full/tree/results.csv")
      let results = try Data(contentsOf: store)
      #expect(try Self.reproduce(["tiny", "--workers", "1"], in: folder).standardOutput == output.standardOutput)
      #expect(try names.map { try Data(contentsOf: folder.appending(path: "o/tiny/full/\($0)")) } == first)
      #expect(try Data(contentsOf: store) == results)
    }
  }

  @Test("Curves are the means over the cells of each dose, drawn, and recorded with the full form alone")
  func curves() throws {
    let curves = """

      curves:
        - id: ratio
          title: mask ratio
          dose: ratio
          lines:
            - {label: root, select: {sweep: tree, target: z, metric: r2_linear, level: top}}
            - {label: "limit, closed form", select: {sweep: tree, target: z, metric: r2_linear, level: top, estimator: theory}}
          doses:
            - {label: low, select: {mask_ratio: 0.25}}
            - {label: high, select: {mask_ratio: 0.75}}
            - {label: none, select: {mask_ratio: 0.5}}
      """
    try Self.withExperiment(curves: curves) { folder in
      #expect(try Self.reproduce(["tiny", "--quick", "--record"], in: folder).exitCode == 0)
      let recorded = folder.appending(path: "e/tiny/expected/curves.csv")
      let figure = folder.appending(path: "e/tiny/doses.svg")
      #expect(!FileManager.default.fileExists(atPath: recorded.path))
      #expect(try Self.reproduce(["tiny", "--record"], in: folder).exitCode == 0)
      let table = try String(contentsOf: recorded, encoding: .utf8).split(separator: "\n").map(String.init)
      #expect(
        table
          == (try String(contentsOf: folder.appending(path: "o/tiny/full/curves.csv"), encoding: .utf8))
          .split(separator: "\n").map(String.init))
      #expect(table.count == 5 && table[0] == "curve,dose_of,line,dose,value,low,high,n,unit,lost")
      // The measurements of the claims have the same cells' values: those of the root are the second claim's.
      let cells = try String(contentsOf: folder.appending(path: "o/tiny/full/measurements.csv"), encoding: .utf8)
        .split(separator: "\n").map { $0.split(separator: ",") }
      for (line, claim, dose, ratio) in [
        ("root", "impossible", "low", "0.25"), ("root", "impossible", "high", "0.75"),
        ("\"limit, closed form\"", "theory", "high", "0.75"),
      ] {
        let values = cells.filter { $0[0] == claim && $0[4] == ratio }.compactMap { Double($0.last!) }
        let row = try #require(table.first { $0.hasPrefix("ratio,ratio,\(line),\(dose),") })
        let mean = try #require(Double(row.dropFirst("ratio,ratio,\(line),\(dose),".count).prefix { $0 != "," }))
        #expect(values.count == 2 && abs(mean - (values[0] + values[1]) / 2) < 1e-12)
        #expect(row.hasSuffix(",2,cells,0"))
      }
      let drawn = try String(contentsOf: figure, encoding: .utf8)
      #expect(drawn.contains("<svg") && drawn.contains("mask ratio") && !drawn.contains(">none<"))
      #expect(drawn == (try String(contentsOf: folder.appending(path: "o/tiny/full/doses.svg"), encoding: .utf8)))
    }
  }

  @Test("--check passes on what --record wrote and names the claim that differs")
  func check() throws {
    try Self.withExperiment { folder in
      let missing = try Self.reproduce(["tiny", "--quick", "--check"], in: folder)
      #expect(missing.exitCode == 66)
      #expect(missing.standardError == "Error: e/tiny/expected/quick.json: there is no such file; check the path\n")
      #expect(try Self.reproduce(["tiny", "--quick", "--record"], in: folder).exitCode == 0)
      #expect(try Self.reproduce(["tiny", "--quick", "--check"], in: folder).exitCode == 0)
      let path = folder.appending(path: "e/tiny/expected/quick.json")
      let recorded = try String(contentsOf: path, encoding: .utf8)
      try recorded.replacing("\"verdict\": \"fails\"", with: "\"verdict\": \"holds\"")
        .write(to: path, atomically: false, encoding: .utf8)
      let output = try Self.reproduce(["tiny", "--quick", "--check"], in: folder)
      #expect(output.exitCode == 65)
      #expect(
        output.standardError.hasPrefix(
          "Error: e/tiny/expected/quick.json:8:5: .verdicts[1]: claim 'impossible': the verdict is fails ("))
      #expect(
        output.standardError.hasSuffix(
          "), not holds; if that is right, record it with 'strata reproduce tiny --quick --record'\n"))
      // Another machine may measure what lies within the tolerance, and a verdict is that of the measurement.
      try recorded.replacing("\"verdict\": \"fails\"", with: "\"verdict\": \"holds\"")
        .replacing(/"tolerance": [0-9.]+/, with: "\"tolerance\": 100")
        .write(to: path, atomically: false, encoding: .utf8)
      #expect(try Self.reproduce(["tiny", "--quick", "--check"], in: folder).exitCode == 0)
      try recorded.replacing("\"n\": 4", with: "\"n\": 5").write(to: path, atomically: false, encoding: .utf8)
      let counts = try Self.reproduce(["tiny", "--quick", "--check"], in: folder)
      #expect(counts.standardError.contains("claim 'theory': 4 cells were measured, not 5 (and 1 more differ); if"))
    }
  }

  @Test("A replication has other seeds and results, folders and a record of its own, and nothing to be checked against")
  func replication() throws {
    try Self.withExperiment { folder in
      #expect(try Self.reproduce(["tiny"], in: folder).exitCode == 0)
      let output = try Self.reproduce(["tiny", "--seed-offset", "1000", "--record"], in: folder)
      #expect(output.exitCode == 0)
      #expect(output.standardOutput.contains("Command: `strata reproduce tiny --seed-offset 1000`."))
      func seeds(_ name: String) throws -> Set<Substring> {
        let lines = try String(contentsOf: folder.appending(path: "o/tiny/\(name)/measurements.csv"), encoding: .utf8)
          .split(separator: "\n").dropFirst()
        return Set(lines.map { $0.split(separator: ",")[7...8].joined(separator: " ")[...] })
      }
      #expect(try seeds("full") == ["1 1", "1 2"])
      #expect(try seeds("full-seed-offset-1000") == ["1001 1001", "1001 1002"])
      let record = folder.appending(path: "e/tiny/expected")
      #expect(try FileManager.default.contentsOfDirectory(atPath: record.path) == ["replication.json"])
      #expect(
        try Data(contentsOf: record.appending(path: "replication.json"))
          == Data(contentsOf: folder.appending(path: "o/tiny/full-seed-offset-1000/verdicts.json")))
      for arguments in [["--check"], ["--quick", "--record"]] {
        let refused = try Self.reproduce(["tiny", "--seed-offset", "1"] + arguments, in: folder)
        #expect(refused.exitCode == 64)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "o/tiny/full-seed-offset-1").path))
    }
  }

  @Test("Without a name the experiments are listed; an unknown one, a missing folder and two flags at once are errors")
  func errors() throws {
    try Self.withExperiment { folder in
      #expect(
        try Self.reproduce([], in: folder).standardOutput == """
          | experiment | about      | claims |
          |:-----------|:-----------|-------:|
          | tiny       | a tiny one |      2 |

          """)
      let unknown = try Self.reproduce(["tony"], in: folder)
      #expect(unknown.exitCode == 66)
      #expect(
        unknown.standardError
          == "Error: e/tony/experiment.yaml: there is no experiment 'tony'; did you mean 'tiny'? use one of tiny, all\n"
      )
      let nowhere = try StrataBinary.run(["reproduce", "all"], in: folder)
      #expect(nowhere.exitCode == 66)
      #expect(
        nowhere.standardError == "Error: experiments: no experiment is here: no folder with experiment.yaml; give the "
          + "folder 'experiments' of Strata's sources with --experiments\n")
      #expect(try Self.reproduce(["tiny", "--check", "--record"], in: folder).exitCode == 64)
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "o").path))
    }
  }

  @Test("The quick forms of all committed experiments give the committed verdicts")
  func committed() throws {
    try withTemporaryDirectory { folder in
      let output = try StrataBinary.run(
        ["reproduce", "all", "--quick", "--check", "--out", folder.appending(path: "o").path], in: Repository.root)
      #expect(output.exitCode == 0)
      #expect(output.standardError == "")
    }
  }
}
