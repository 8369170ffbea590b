import Foundation
import TestSupport
import Testing

/// `strata sweep compare` on cells whose scores are set to known numbers: what is printed can be worked out by hand.
@Suite struct SweepCompareTests {
  private static func plan(ratios: String, patches: String = "[1]", seeds: String) -> String {
    """
    name: small
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.85}
    mask_ratios: \(ratios)
    patch_sizes: \(patches)
    training_seeds: \(seeds)
    model: {hidden_width: 8, hidden_layers: 1}
    training: {steps: 2, batch: 8}
    evaluation: {modes: [full], targets: [z], metrics: [r2_linear], masks: 3, rows: 40, pooled_rows: 60, kernel_rows: 20}
    """
  }

  /// Runs a sweep and writes new scores over those of the trained autoencoder.
  private func sweep(
    _ plan: String, score: (_ ratio: Double, _ patch: Int, _ seed: Int, _ level: Int) -> Double,
    check: (URL) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let output = try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder)
      #expect(output.exitCode == 0)
      try SweepStore(folder.appending(path: "out")).replaceScores(score)
      try check(folder)
    }
  }

  private func compare(_ arguments: [String], in folder: URL) throws -> StrataBinary.Output {
    try StrataBinary.run(["sweep", "compare", "plan.yaml", "--out", "out"] + arguments, in: folder)
  }

  /// Differences 0.11, 0.12, 0.13, 0.14 between the first two ratios, and −0.02, −0.01, 0.01, 0.02 between the outer ones.
  private static func known(ratio: Double, patch: Int, seed: Int, level: Int) -> Double {
    let (step, even) = (0.01 * Double(seed), [-0.02, -0.01, 0.01, 0.02][seed - 1])
    return 0.3 + 0.1 * Double(level) + step * step + (ratio == 0.5 ? 0.1 + step : ratio == 0.75 ? even : 0)
  }

  @Test("Known differences: mean, t interval, Cohen's d, sign-flip p and Holm, word for word")
  func verbatim() throws {
    let plan = Self.plan(ratios: "[0.25, 0.5, 0.75]", seeds: "[1, 2, 3, 4]")
    try sweep(plan, score: Self.known) { folder in
      let output = try compare(["--level", "2", "--against", "0.25"], in: folder)
      #expect(
        output.standardOutput == """
          ## tree-depth2-branching2, rho-0.85, width 1: full, by mask ratio

          Differences of R² (ridge-linear probe) of z (values), full evaluation: one probe on the unmasked input, fitted on 60 samples and scored on 60 others. Trained MAE, equal seeds on both sides.
          Mean ± half-width of the 95 % interval (Student t, 3 degrees of freedom), 4 training seeds, 1 generator seed. d: Cohen's, of the paired differences. p: exact sign-flip test, never below 0.125 with 4 seeds; corrected by Holm for 2 comparisons.

          | level | patch size | mask ratios |    difference |    d |     p | p (Holm) | pairs |
          |:------|-----------:|:------------|--------------:|-----:|------:|---------:|------:|
          | 2     |          1 | 0.5 − 0.25  | 0.125 ± 0.021 | 9.68 | 0.125 |    0.250 |     4 |
          | 2     |          1 | 0.75 − 0.25 | 0.000 ± 0.030 | 0.00 | 1.000 |    1.000 |     4 |

          """)
      #expect(output.standardError == "" && output.exitCode == 0)
      // All pairs of three ratios at three levels.
      let all = try compare([], in: folder).standardOutput
      #expect(all.contains("corrected by Holm for 9 comparisons"))
      #expect(all.contains("| 2     |          1 | 0.75 − 0.5  | -0.125 ± 0.010 | -21.65 | 0.125 |    1.000 |     4 |"))
    }
  }

  @Test("CSV and JSON have both intervals and the same numbers")
  func machineReadable() throws {
    try sweep(Self.plan(ratios: "[0.25, 0.5]", seeds: "[1, 2, 3, 4]"), score: Self.known) { folder in
      let lines = try compare(["--csv", "--level", "2"], in: folder).standardOutput.split(separator: "\n")
      #expect(
        lines[0]
          == "graph,mechanism,width,evaluation,target,metric,level,by,mask_ratio,patch_size,first,second,generator_seeds,"
          + "training_seeds,pairs,diverged_pairs,units,difference,interval,low,high,bootstrap_low,bootstrap_high,effect_size,"
          + "p_value,p_holm,comparisons,masks,fit_rows,score_rows")
      #expect(lines.count == 2)
      #expect(
        lines[1].hasPrefix(
          "tree-depth2-branching2,rho-0.85,1,full,z,r2_linear,2,mask-ratio,,1,0.5,0.25,1,4,4,0,4,0.12"))
      let fields = lines[1].split(separator: ",").compactMap { Double($0) }
      // 0.125 ± 3.1824463 · 0.0129099 / 2.
      let (low, high, bootstrapLow, bootstrapHigh) = (fields[11], fields[12], fields[13], fields[14])
      #expect(abs(low - 0.1044574) < 1e-6 && abs(high - 0.1455426) < 1e-6)
      #expect(low < bootstrapLow && bootstrapLow > 0.11 - 1e-9 && bootstrapHigh < 0.14 + 1e-9 && bootstrapHigh < high)
      let json = try compare(["--json", "--level", "2"], in: folder).standardOutput
      let objects = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
      #expect(objects.count == 1 && objects[0]["p_value"] as? Double == 0.125 && objects[0]["pairs"] as? Int == 4)
      #expect(objects[0]["effect_size"] as? Double == fields[15])
      #expect(lines[1].contains(",student-t,") && lines[1].hasSuffix(",1,,60,60"))
      #expect(objects[0]["training_seeds"] as? Int == 4 && objects[0]["interval"] as? String == "student-t")
      #expect(objects[0]["fit_rows"] as? Int == 60 && objects[0]["masks"] == nil)
    }
  }

  @Test(
    "One seed has no interval and no test, and the table says so; a diverged side loses its pair, and the table says so"
  )
  func fewSeeds() throws {
    try sweep(Self.plan(ratios: "[0.25, 0.5]", seeds: "1"), score: Self.known) { folder in
      let text = try compare(["--level", "2"], in: folder).standardOutput
      #expect(text.contains("\nOne pair (1 training seed, 1 generator seed): no interval, no test.\n"))
      #expect(text.contains("| 2     |          1 | 0.5 − 0.25  |      0.110 |   – |   – |        – |     1 |\n"))
    }
    let plan = Self.plan(ratios: "[0.25, 0.5]", seeds: "[1, 2, 3]")
    try sweep(plan, score: { $0 == 0.5 && $2 == 2 ? .nan : Self.known(ratio: $0, patch: $1, seed: $2, level: $3) }) {
      let text = try compare(["--level", "2"], in: $0).standardOutput
      #expect(text.contains("2 training seeds, 1 generator seed."))
      #expect(text.contains("| 2 (1 diverged) |\n"))
    }
  }

  @Test("With several generators and training seeds both are units: what the generators share is in the interval")
  func generators() throws {
    let plan =
      Self.plan(ratios: "[0.25, 0.5]", seeds: "[1, 2]")
      .replacingOccurrences(of: "{family: rho, rho: 0.85}", with: "linear") + "\ngenerator_seeds: [1, 2, 3]"
    try sweep(plan, score: Self.known) { folder in
      let text = try compare(["--level", "2"], in: folder).standardOutput
      #expect(
        text.contains("(Student t, over generators and over training seeds), 2 training seeds, 3 generator seeds."))
      #expect(
        text.contains(
          "p: the largest of the exact sign-flip tests over generators and over training seeds and of the t test, "
            + "never below 0.5 with 2 training seeds; corrected by Holm for 1 comparison.\n"))
      // Every generator has 0.11 and 0.12, so all spread is between the training seeds: qt(.975, 1) · 0.0070711 / √2.
      #expect(
        text.contains("| 2     |          1 | 0.5 − 0.25  | 0.115 ± 0.064 | 16.26 | 0.500 |    0.500 |     6 |\n"))
    }
  }

  @Test(
    "With ten generators the interval is the bootstrap's, in brackets, decided by its seed, and the same in every form")
  func bootstrap() throws {
    let plan =
      Self.plan(ratios: "[0.25, 0.5]", seeds: "1")
      .replacingOccurrences(of: "{family: rho, rho: 0.85}", with: "linear")
      + "\ngenerator_seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    // The scores as they are: only they differ from generator to generator.
    try withTemporaryDirectory { folder in
      try Data(plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      #expect(try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder).exitCode == 0)
      let arguments = ["--level", "2", "--bootstrap-seed"]
      let text = try compare(arguments + ["3"], in: folder).standardOutput
      #expect(
        text.contains(
          "Mean and 95 % interval (hierarchical bootstrap, 2000 resamples from seed 3), 1 training seed, 10 generator seeds."
        ))
      let json = try compare(arguments + ["3", "--json"], in: folder).standardOutput
      let object = try #require(
        (try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])?.first)
      #expect(object["interval"] as? String == "bootstrap")
      let (low, high) = (try #require(object["low"] as? Double), try #require(object["high"] as? Double))
      let mean = try #require(object["difference"] as? Double)
      #expect(low < mean && mean < high && text.contains(" [") && text.contains("] | "))
      #expect(try compare(arguments + ["3", "--json"], in: folder).standardOutput == json)
      #expect(try compare(arguments + ["4", "--json"], in: folder).standardOutput != json)
    }
  }

  @Test("Patch sizes are compared at each mask ratio")
  func patchSizes() throws {
    let plan = Self.plan(ratios: "[0.25, 0.5]", patches: "[1, 2]", seeds: "[1, 2]")
    try sweep(plan, score: { _, patch, seed, _ in 0.2 * Double(patch) + 0.01 * Double(patch * seed) }) { folder in
      let text = try compare(["--by", "patch-size", "--level", "2", "--evaluation", "full"], in: folder).standardOutput
      #expect(text.hasPrefix("## tree-depth2-branching2, rho-0.85, width 1: full, by patch size\n"))
      // Differences 0.21 and 0.22: t with one degree of freedom is 12.706.
      #expect(text.contains("|       0.25 | 2 − 1       | 0.215 ± 0.064 | 30.41 | 0.500 |    1.000 |     2 |\n"))
      #expect(text.contains("|        0.5 | 2 − 1       | 0.215 ± 0.064 | 30.41 | 0.500 |    1.000 |     2 |\n"))
    }
  }

  /// The plan with two widths, two mechanisms and nodes recorded.
  private static let wide =
    Self.plan(ratios: "0.5", seeds: "[1, 2]")
    .replacingOccurrences(of: "{family: rho, rho: 0.85}", with: "[{family: rho, rho: 0.85}, {family: rho, rho: 0.5}]")
    + "\nwidths: [1, 3]"

  @Test("Widths are compared with equal mechanisms, mechanisms with equal widths, nodes of a level within their cell")
  func otherAxes() throws {
    // What a cell is of stands in its row: widths differ by 0.3, nodes by nothing that is set here.
    try withTemporaryDirectory { folder in
      try Data(Self.wide.utf8).write(to: folder.appending(path: "plan.yaml"))
      #expect(try StrataBinary.run(["sweep", "run", "plan.yaml", "--out", "out", "--quiet"], in: folder).exitCode == 0)
      let csv = try String(contentsOf: folder.appending(path: "out/results.csv"), encoding: .utf8)
      let rows = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      func score(_ mechanism: String, _ width: Int, _ seed: Int, level: Int, node: String = "") throws -> Double {
        let row = try #require(
          rows.first {
            $0[2] == mechanism && $0[5] == "\(width)" && $0[7] == "\(seed)" && $0[9] == "\(level)" && $0[10] == node
              && $0[11] == "z" && $0[12] == "mae" && $0[13] == "r2_linear"
          })
        return try #require(Double(row[14]))
      }
      func differences(_ arguments: [String]) throws -> [(object: [String: Any], value: Double)] {
        let output = try compare(arguments + ["--json"], in: folder)
        #expect(output.exitCode == 0, "\(output.standardError)")
        let objects = try #require(
          try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [[String: Any]])
        return try objects.map { ($0, try #require($0["difference"] as? Double)) }
      }
      let widths = try differences(["--by", "width", "--level", "2"])
      #expect(widths.map { $0.object["mechanism"] as? String } == ["rho-0.85", "rho-0.5"])
      for (object, value) in widths {
        let label = try #require(object["mechanism"] as? String)
        let expected = try (1...2).map { try score(label, 3, $0, level: 2) - score(label, 1, $0, level: 2) }
        #expect(abs(value - (expected[0] + expected[1]) / 2) < 1e-12)
        #expect(object["first"] as? Int == 3 && object["second"] as? Int == 1 && object["width"] == nil)
        #expect(object["mask_ratio"] as? Double == 0.5 && object["patch_size"] as? Int == 1)
      }
      let mechanisms = try differences(["--by", "mechanism", "--level", "1", "--against", "rho-0.5"])
      #expect(mechanisms.map { $0.object["width"] as? Int } == [1, 3])
      for (object, value) in mechanisms {
        let width = try #require(object["width"] as? Int)
        let expected = try (1...2).map {
          try score("rho-0.85", width, $0, level: 1) - score("rho-0.5", width, $0, level: 1)
        }
        #expect(abs(value - (expected[0] + expected[1]) / 2) < 1e-12)
        #expect(object["first"] as? String == "rho-0.85" && object["mechanism"] == nil)
      }
      let nodes = try differences(["--by", "node", "--level", "0", "--against", "x0"])
      #expect(nodes.count == 4 * 3 && Set(nodes.compactMap { $0.object["first"] as? String }) == ["x1", "x2", "x3"])
      let first = try #require(nodes.first)
      let expected = try (1...2).map {
        try score("rho-0.85", 1, $0, level: 0, node: "x1") - score("rho-0.85", 1, $0, level: 0, node: "x0")
      }
      #expect(abs(first.value - (expected[0] + expected[1]) / 2) < 1e-12)
      let text = try compare(["--by", "width", "--level", "2"], in: folder).standardOutput
      #expect(text.hasPrefix("## tree-depth2-branching2, rho-0.85: full, by width\n"))
      #expect(text.contains("| level | patch size | mask ratio | widths |"))
      #expect(text.contains("| 2     |          1 |        0.5 | 3 − 1  |"))
    }
  }

  @Test("What cannot be compared is one line with a remedy and the right exit code")
  func faults() throws {
    try sweep(Self.plan(ratios: "[0.25, 0.5]", seeds: "[1, 2]"), score: Self.known) { folder in
      func expect(_ arguments: [String], _ message: String, _ code: Int32) throws {
        let output = try compare(arguments, in: folder)
        #expect(output.standardError.hasPrefix("Error: \(message)\n"), "\(output.standardError)")
        #expect(output.exitCode == code && output.standardOutput == "")
      }
      try expect(
        ["--by", "patch-size"],
        "plan.yaml: .patch_sizes: there is nothing to compare in 1 of them; give two or more, and run the sweep", 65)
      try expect(
        ["--by", "width"],
        "plan.yaml: .widths: there is nothing to compare in 1 of them; give two or more, and run the sweep", 65)
      try expect(
        ["--by", "node", "--against", "y"], "--against y: give one of .graphs: z2_0, z1_0, z1_1, x0, x1, x2, x3", 64)
      try expect(["--against", "0.3"], "--against 0.3: give one of .mask_ratios: 0.25, 0.5", 64)
      try expect(
        ["--level", "9"],
        "--level 9: no two finished cells have that level; see 'strata sweep table plan.yaml --out out'",
        64)
      try expect(
        ["--evaluation", "pooled"],
        "--evaluation pooled: plan.yaml does not measure it; add it to evaluation.modes", 64)
      try expect(["--csv", "--json"], "give at most one of --json, --csv and --markdown", 64)
      try expect(
        ["--target", "content"], "--target content: plan.yaml does not measure it; add it to evaluation.targets", 64)
      let empty = try StrataBinary.run(["sweep", "compare", "plan.yaml", "--out", "nowhere"], in: folder)
      #expect(
        empty.standardError == "Error: nowhere: no two cells of this plan that could be compared are finished here; "
          + "run 'strata sweep run plan.yaml --out nowhere' first\n")
      #expect(empty.exitCode == 66)
    }
  }
}
