import Foundation
import TestSupport
import Testing

/// `strata evaluate --model`: our own runs, scored as anyone's matrices are.
@Suite struct EvaluateModelTests {
  static let plan = """
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.85}
    mask_ratios: 0.5
    training_seeds: [1, 2]
    model: {hidden_width: 16, hidden_layers: 1}
    training: {steps: 200, batch: 64, learning_rate: 0.003}
    evaluation: {modes: full, targets: [z, epsilon, content, leakage], metrics: r2_linear, masks: 3, rows: 60}
    keep_models: true
    """

  /// Runs a sweep of two kept cells and hands over its folder and the cells' names.
  private func withModels(_ body: (URL, [String]) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      #expect(try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder).exitCode == 0)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "out/models").path)
      try body(folder, files.map { String($0.prefix(16)) }.sorted())
    }
  }

  private struct Report: Decodable {
    struct Score: Decodable, Equatable {
      let group, estimator, metric: String
      let value: Double
      let pValue, normalised: Double?
      let masks: Int?
      var probes: Int?

      enum CodingKeys: String, CodingKey {
        case group, estimator, metric, value, normalised, masks, probes
        case pValue = "p_value"
      }
    }
    let scores: [Score]
  }

  private func report(_ arguments: [String], in folder: URL) throws -> [Report.Score] {
    let output = try StrataBinary.run(["evaluate"] + arguments + ["--json"], in: folder)
    #expect(output.exitCode == 0 && output.standardError == "")
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Report.self, from: Data(output.standardOutput.utf8)).scores
  }

  /// The scores of the exported matrices of one view and one kind of target.
  private func exported(_ view: String, _ kind: String, _ metrics: [String], in folder: URL) throws -> [Report.Score] {
    var arguments = ["--representation", "matrices/\(view).representation.npy"]
    arguments += [
      "--targets", "matrices/\(view).\(kind).targets.npy", "--groups", "matrices/\(view).\(kind).groups.json",
    ]
    for reference in ["input", "untrained", "content", "posterior"] {
      let file = "matrices/\(view).\(reference).npy"
      if FileManager.default.fileExists(atPath: folder.appending(path: file).path) {
        arguments += ["--\(reference)", file]
      }
    }
    return try report(arguments + metrics, in: folder)
  }

  @Test(
    "Exported matrices score the same numbers, every metric of every estimator and target, mode by mode",
    arguments: ["per-mask", "pooled", "full"])
  func export(mode: String) throws {
    try withModels { folder, cells in
      let metrics = ["--metrics", "all", "--permutations", "3", "--pair-rows", "50", "--seed", "4"]
      let direct = try report(
        ["--model", "out", "--cell", cells[0], "--mode", mode, "--rows", "60", "--export", "matrices"]
          + (mode == "per-mask" ? ["--masks", "1"] : []) + metrics, in: folder)
      let view = mode == "per-mask" ? "mask-1" : mode
      var again: [Report.Score] = []
      for kind in ["z", "epsilon", "content", "leakage"] where direct.contains(where: { $0.group.hasPrefix(kind) }) {
        again += try exported(view, kind, metrics, in: folder)
      }
      let canonical = Set(direct.map(\.metric).filter { $0.hasPrefix("cca-each-") })
      #expect(again.count == direct.count && Set(direct.map(\.metric)).subtracting(canonical).count == 29)
      #expect(canonical.contains("cca-each-1"))
      func key(_ score: Report.Score) -> String { "\(score.group) \(score.estimator) \(score.metric)" }
      let byKey = Dictionary(uniqueKeysWithValues: again.map { (key($0), $0) })
      for score in direct {
        let other = try #require(byKey[key(score)])
        // To the bit: the files hold double precision, and nothing else is read. Content and leakage have no partial R².
        let isUndefined = score.metric.hasSuffix("partial") && ["content", "leakage"].contains(score.group)
        #expect(isUndefined ? score.value.isNaN && other.value.isNaN : score.value == other.value)
        // That a file's group is leakage, which is not to be recovered, nobody says.
        #expect(score.pValue == other.pValue && score.normalised == (score.group == "leakage" ? nil : other.normalised))
        #expect(score.masks == (mode == "per-mask" ? 1 : nil))
      }
    }
  }

  @Test("Over several masks the score is the mean of the masks', each exported by itself")
  func masks() throws {
    try withModels { folder, cells in
      let metrics = ["--metrics", "r2-linear"]
      let direct = try report(["--model", "out", "--cell", cells[1], "--export", "matrices"] + metrics, in: folder)
      let views = try (1...3).map { try exported("mask-\($0)", "z", metrics, in: folder) }
      let rows = direct.filter { $0.group == "z level 2" && $0.estimator == "representation" }
      #expect(rows.count == 1 && rows[0].masks == 3 && rows[0].probes == 3)
      let values = views.map { view in view.first { $0.group == "z level 2" && $0.estimator == "representation" }!.value
      }
      #expect(abs(rows[0].value - values.reduce(0, +) / 3) < 1e-12)
    }
  }

  @Test("Single nodes are targets beside the levels, and exported matrices score the same numbers for them")
  func nodes() throws {
    try withModels { folder, cells in
      let metrics = ["--metrics", "r2-linear,r2-linear-partial,r2-mlp", "--permutations", "2"]
      let direct = try report(
        [
          "--model", "out", "--cell", cells[0], "--mode", "full", "--rows", "60", "--nodes", "z1_1, x2", "--nodes",
          "z2_0", "--export", "matrices",
        ] + metrics, in: folder)
      let groups = Set(direct.map(\.group))
      for kind in ["z", "epsilon"] {
        let found = groups.filter { $0.hasPrefix("\(kind) ") }
        let levels = ["\(kind) level 2", "\(kind) level 1", "\(kind) level 0"]
        #expect(found == Set(levels + ["\(kind) node z2_0", "\(kind) node z1_1", "\(kind) node x2"]))
        let again = try exported("full", kind, metrics, in: folder)
        // References come in another order from files.
        func sorted(_ scores: [Report.Score]) -> [Report.Score] {
          // Of matrices nobody knows how many probes there are.
          scores.map { score in
            var score = score
            score.probes = nil
            return score
          }.sorted { ($0.group, $0.metric, $0.estimator) < ($1.group, $1.metric, $1.estimator) }
        }
        #expect(sorted(again) == sorted(direct.filter { $0.group.hasPrefix("\(kind) ") }))
      }
      func value(_ group: String) -> Double? {
        direct.first { $0.group == group && $0.metric == "r2-linear" && $0.estimator == "representation" }?.value
      }
      // The only node of its level is the level.
      #expect(value("z node z2_0") == value("z level 2") && value("z node z1_1") != value("z level 1"))
    }
  }

  @Test("Several cells: the mean of their scores with an interval over seeds, in every form")
  func severalCells() throws {
    try withModels { folder, cells in
      let options = ["--mode", "full", "--rows", "60", "--metrics", "r2-linear", "--permutations", "3"]
      let single = try cells.map { try report(["--model", "out", "--cell", $0] + options, in: folder) }
      let model = ["evaluate", "--model", "out"]
      let output = try StrataBinary.run(model + ["--cell", "all"] + options + ["--json"], in: folder)
      let root = try #require(
        try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
      let scores = try #require(root["scores"] as? [[String: Any]])
      #expect(scores.count == single[0].count)
      for (index, score) in scores.enumerated() {
        let (a, b) = (single[0][index], single[1][index])
        let mean = (a.value + b.value) / 2
        #expect(abs(try #require(score["value"] as? Double) - mean) < 1e-12)
        // qt(0.975, 1) · |a − b| / 2.
        let half = 12.706204736 * abs(a.value - b.value) / 2
        #expect(abs(try #require(score["high"] as? Double) - mean - half) < 1e-6)
        #expect(abs(try #require(score["low"] as? Double) - mean + half) < 1e-6)
        #expect(score["cells"] as? Int == 2 && score["interval"] as? String == "student-t")
        let largest = [a.pValue, b.pValue].compactMap { $0 }.max()
        #expect(score["p_value"] as? Double == largest)
      }
      let about = try #require(root["model"] as? [String: Any])
      #expect(about["cells"] as? [String] == cells && about["cell"] == nil)
      #expect(about["training_seeds"] as? Int == 2 && about["generator_seeds"] as? Int == 1)
      let named = try StrataBinary.run(model + ["--cell", cells[0], "--cell", cells[1]] + options, in: folder)
      #expect(
        named.standardOutput.hasSuffix(
          "\nCells \(cells[0]), \(cells[1]), evaluation full. Protocol strata, 120 rows, 60 to fit on, seed 0. Mean ± "
            + "half-width of the 95 % interval (Student t) over 2 cells: generator seeds: 1, training seeds: 2. p: the largest "
            + "over the cells, 3 permutations in each.\n"))
      #expect(named.standardOutput.contains(" ± "))
      let csv = try StrataBinary.run(model + ["--cell", "all"] + options + ["--csv"], in: folder).standardOutput
      #expect(csv.split(separator: "\n")[1].contains(",3,2,student-t,"))
    }
  }

  @Test("Caption and columns agree on the masks of a cell, and the probes behind a figure are those of all cells")
  func masksOfCells() throws {
    try withModels { folder, cells in
      let arguments = ["--model", "out", "--cell", "all", "--rows", "40", "--metrics", "r2-linear"]
      let scores = try report(arguments, in: folder)
      #expect(scores.allSatisfy { $0.masks == 3 })
      #expect(scores.filter { $0.group.hasPrefix("z ") }.allSatisfy { $0.probes == 6 })
      let text = try StrataBinary.run(["evaluate"] + arguments, in: folder).standardOutput
      #expect(
        text.contains(
          "\nCells \(cells[0]), \(cells[1]), evaluation per-mask, 3 masks in each, every one with rows of its own. "))
    }
  }

  @Test("ssl-identifiability scores twice the rows that it fits on, as published, and from exported matrices the same")
  func thirds() throws {
    try withModels { folder, cells in
      let ssl = ["--protocol", "ssl-identifiability"]
      let arguments =
        ["--model", "out", "--cell", cells[0], "--masks", "1", "--rows", "40", "--export", "matrices"] + ssl
      let output = try StrataBinary.run(["evaluate"] + arguments, in: folder).standardOutput
      #expect(output.contains("Protocol ssl-identifiability, 120 rows, 40 to fit on, seed 0."))
      let files = [
        "--representation", "matrices/mask-1.representation.npy", "--targets", "matrices/mask-1.z.targets.npy",
      ]
      let again = try report(files + ["--groups", "matrices/mask-1.z.groups.json"] + ssl, in: folder)
      let format = { (value: Double) in String(format: "%.3f", value) }
      #expect(again.count == 2 * 3 && again.allSatisfy { output.contains(" \(format($0.value)) ") })
    }
  }

  @Test("Leakage can be asked for where the plan has none, per mask; where rows share no mask it is refused")
  func leakage() throws {
    try withTemporaryDirectory { folder in
      let plan = Self.plan.replacingOccurrences(of: "[z, epsilon, content, leakage]", with: "z")
        .replacingOccurrences(of: "[1, 2]", with: "1")
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      #expect(try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder).exitCode == 0)
      let metrics = ["--model", "out", "--metrics", "r2-linear,hsic", "--rows", "40"]
      #expect(Set(try report(metrics, in: folder).map(\.group)) == ["z level 2", "z level 1", "z level 0"])
      let scores = try report(metrics + ["--target-kinds", "leakage,content"], in: folder)
      #expect(Set(scores.map(\.group)) == ["content", "leakage"])
      #expect(scores.contains { $0.group == "leakage" && $0.metric == "hsic" && $0.pValue != nil })
      #expect(scores.contains { $0.group == "content" && $0.normalised != nil })
      #expect(scores.allSatisfy { $0.group != "leakage" || $0.normalised == nil })
      func fault(_ arguments: [String], _ message: String, _ code: Int32) throws {
        let output = try StrataBinary.run(["evaluate"] + metrics + arguments, in: folder)
        #expect(output.standardError.hasPrefix("Error: \(message)\n"), "\(output.standardError)")
        #expect(output.exitCode == code && output.standardOutput == "")
      }
      try fault(
        ["--target-kinds", "leakage", "--mode", "full"],
        "target-kinds is leakage; it belongs to a mask, and the rows of mode full have none in common; use mode per-mask",
        65)
      // Pair i of one mask is not that of another.
      let canonical = try StrataBinary.run(["evaluate", "--model", "out", "--metrics", "cca-each"], in: folder)
      #expect(
        canonical.exitCode == 64 && canonical.standardError.hasPrefix("Error: --metrics cca-each: a number for each"))
      let all = try report(["--model", "out", "--metrics", "all", "--rows", "40"], in: folder)
      #expect(!all.isEmpty && !all.contains { $0.metric.hasPrefix("cca-each") })
      try fault(
        ["--target-kinds", "z,q"], "--target-kinds z,q: give some of z, epsilon, content, leakage, each once", 64)
    }
  }

  @Test("The table says cell, mode, masks and rows")
  func table() throws {
    try withModels { folder, cells in
      let output = try StrataBinary.run(
        ["evaluate", "--model", "out", "--cell", cells[0], "--mask", "x0", "--metrics", "hsic", "--rows", "50"],
        in: folder)
      #expect(
        output.standardOutput.hasPrefix(
          "| group           | estimator      | metric | value |     p | normalised | masks | probes | fit rows | score rows |\n"
        ))
      #expect(
        output.standardOutput.hasSuffix(
          "\nCell \(cells[0]), evaluation per-mask, 1 mask. Protocol strata, 100 rows, 50 to fit on, seed 0. One "
            + "representation: no interval over training seeds. p-values from 199 permutations of the rows of the targets.\n"
        ))
    }
  }

  /// Arguments, the first line on standard error (`A` and `B` stand for the cells), and the exit code.
  static let faults: [([String], String, Int32)] = [
    (["--model", "out"], "out/models: 2 models are kept here and none is named; give --cell one of A, B", 64),
    (
      ["--model", "out", "--cell", "zz"],
      "out/models: 2 models are kept here and 0 of them have names that begin with 'zz'; give --cell one of A, B", 66
    ),
    (
      ["--model", "none"],
      "none/models: no model is kept here; write 'keep_models: true' into the plan and run it into an empty folder", 66
    ),
    (
      ["--model", "out", "--targets", "c.csv"],
      "--targets does not go with --model, which makes its own matrices; leave one out", 64
    ),
    (
      ["--representation", "a.npy", "--targets", "b.npy", "--cell", "a"],
      "--cell belongs to --model; give that too, or leave it out", 64
    ),
    (
      ["--targets", "b.npy"],
      "Missing expected argument '--representation <representation>'; or give --model <dir>", 64
    ),
    (
      ["--model", "out", "--mode", "full", "--masks", "2"],
      "--masks belongs to --mode per-mask, and the mode is full; leave one out", 64
    ),
    (["--model", "out", "--mode", "some"], "--mode some: give one of per-mask, pooled, full", 64),
    (
      ["--model", "out", "--cell", "A", "--nodes", "q"],
      "nodes is q; it is no node of this graph; give names of nodes", 65
    ),
    (
      ["--model", "out", "--cell", "A", "--nodes", "x0,x0"], "nodes is x0; it stands twice; name each node once", 65
    ),
    (["--model", "out", "--cell", "A", "--cell", "A"], "out/models: cell A is named twice; name each cell once", 64),
    (
      ["--model", "out", "--cell", "all", "--export", "m"],
      "--export writes the matrices of one cell; name one with --cell", 64
    ),
    (
      ["--representation", "a.npy", "--targets", "b.npy", "--nodes", "x0"],
      "--nodes belongs to --model; give that too, or leave it out", 64
    ),
    (["--model", "out", "--cell", "A", "--mask", "q"], "'q' is not an observable of this graph", 65),
    (
      ["--model", "out", "--cell", "A", "--rows", "20", "--metrics", "r2-linear", "--export", "out"],
      "out: cannot be written: the folder exists and is not empty; check the folder, its permissions and the free space",
      73
    ),
  ]

  @Test("Options that do not fit each other, missing models and folders that are not empty are one error each")
  func errors() throws {
    try withModels { folder, cells in
      func named(_ text: String) -> String {
        text.replacingOccurrences(of: "one of A, B", with: "one of \(cells[0]), \(cells[1])")
          .replacingOccurrences(of: "cell A is", with: "cell \(cells[0]) is")
      }
      for (arguments, message, code) in Self.faults {
        let output = try StrataBinary.run(["evaluate"] + arguments.map { $0 == "A" ? cells[0] : $0 }, in: folder)
        #expect(output.standardError.split(separator: "\n").first.map(String.init) == "Error: \(named(message))")
        #expect(output.exitCode == code && output.standardOutput == "")
      }
    }
  }
}
