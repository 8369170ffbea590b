import Foundation
import TestSupport
import Testing

/// What users give on the command line, across commands: names with commas, seeds, files that are none.
@Suite struct CommandLineInputTests {
  /// Three observables under one latent, one with a comma and one with quotes in its name.
  static let graph = """
    nodes:
      - z
      - {name: "a,b", parents: [z]}
      - {name: 'say "x"', parents: [z]}
      - {name: c, parents: [z]}

    """

  private func run(_ arguments: [String], check: (URL, StrataBinary.Output) throws -> Void) throws {
    try withTemporaryDirectory { folder in
      try Data(Self.graph.utf8).write(to: folder.appending(path: "g.yaml"))
      try check(folder, try StrataBinary.run(arguments, in: folder))
    }
  }

  @Test(
    "--mask takes names in double quotes, and may be repeated",
    arguments: [
      (["--mask", #""a,b""#], ["a,b"]), (["--mask", #" c , "a,b""#], ["a,b", "c"]),
      (["--mask", #""a,b""#, "--mask", #""say ""x""""#], ["a,b", #"say "x""#]),
      (["--mask", #"say "x",c"#], [#"say "x""#, "c"]),
      (["--mask", "c"], ["c"]),
    ])
  func mask(options: [String], masked: [String]) throws {
    try run(["theory", "locate", "g.yaml", "--json"] + options) { _, output in
      let answer = try PublicGraphTheoryTests.json(output)
      #expect(answer["masked_specific"] as? [String] == masked)
    }
    try run(["graph", "draw", "g.yaml", "-o", "g.dot"] + options) { folder, output in
      #expect(output.exitCode == 0)
      let drawing = try String(contentsOf: folder.appending(path: "g.dot"), encoding: .utf8)
      #expect(drawing.components(separatedBy: "fillcolor").count - 1 == masked.count)
    }
    try run(["theory", "check", "g.yaml", "--mechanism", "rho:0.8", "--samples", "8"] + options) { _, output in
      #expect(output.exitCode == 0 && output.standardError == "")
    }
  }

  @Test(
    "A double quote that is not closed or closes inside a name is a usage error", arguments: [#""a,b"#, #"c,"a,b"d"#])
  func quotes(mask: String) throws {
    try run(["theory", "locate", "g.yaml", "--mask", mask]) { _, output in
      #expect(
        output.standardError.hasPrefix(
          "Error: --mask \(mask): a double quote is out of place; write a name that holds a comma or a double quote as "
            + "\"a,b\", with each double quote in it doubled\n"))
      #expect(output.exitCode == 64 && output.standardOutput == "")
    }
  }

  @Test(
    "A pipe is missing input (66) in every command that reads a file, and nobody waits for its writer",
    arguments: [
      ["graph", "show", "pipe.yaml"], ["graph", "show", "pipe.json"], ["graph", "show", "pipe.dot"],
      ["theory", "check", "pipe.yaml"], ["sweep", "run", "pipe.yaml", "--out", "out"],
      ["sample", "--model", "pipe.h5", "-n", "3", "-o", "x.csv"],
      ["evaluate", "--representation", "pipe.npy", "--targets", "z.csv"],
      ["evaluate", "--representation", "z.csv", "--targets", "z.csv", "--groups", "pipe.json"],
    ])
  func pipe(arguments: [String]) throws {
    try withTemporaryDirectory { folder in
      for end in ["yaml", "json", "dot", "h5", "npy"] {
        try #require(mkfifo(folder.appending(path: "pipe.\(end)").path, 0o600) == 0)
      }
      try Data("1\n2\n3\n4\n5\n6\n".utf8).write(to: folder.appending(path: "z.csv"))
      let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      let output = try StrataBinary.run(arguments, in: folder)
      #expect(output.standardError.hasPrefix("Error: pipe.") && output.standardError.contains("pipe or device"))
      #expect(output.standardError.split(separator: "\n").count == 1)
      #expect(output.exitCode == 66 && output.standardOutput == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }
  }

  @Test("Each seed changes what it is named for")
  func seeds() throws {
    let tree = "tree:depth=4,branching=2"
    func output(_ arguments: [String]) throws -> String {
      let output = try StrataBinary.run(arguments)
      #expect(output.exitCode == 0)
      return output.standardOutput
    }
    let check = [
      "theory", "check", "\(tree),regime=invertible", "--mechanism", "mlp", "--samples", "16", "--mask-ratios", "0.3",
      "--masks", "1", "--json",
    ]
    let checked = try output(check)
    #expect(try output(check + ["--model-seed", "1", "--seed", "1", "--mask-seed", "1"]) == checked)
    for seed in ["--model-seed", "--seed", "--mask-seed"] { #expect(try output(check + [seed, "2"]) != checked) }
    let levels = ["theory", "levels", PublicGraphs.path("alarm.json")]
    // Few masks are enumerated: no seed matters.
    #expect(try output(levels) == output(levels + ["--mask-seed", "9"]))
    let drawn = ["theory", "limit", tree, "--rho", "0.8", "--draws", "5"]
    #expect(try output(drawn) != output(drawn + ["--mask-seed", "9"]))
    #expect(try output(drawn) == output(drawn + ["--mask-seed", "0"]))
    // One name for one thing: what once meant masks is an unknown option now.
    for command in [drawn, levels] { #expect(try StrataBinary.run(command + ["--seed", "1"]).exitCode == 64) }
  }

  @Test("theory check draws masks for every patch size")
  func patchSizes() throws {
    let check = [
      "theory", "check", "tree:depth=3,branching=2,regime=invertible", "--mechanism", "linear", "--samples", "8",
    ]
    // One mask of 8 leaves with ratio .5: a patch of 4 masks half the tree, whose content is the root alone.
    let one = try StrataBinary.run(check + ["--mask-ratios", "0.5", "--masks", "1", "--patch-sizes", "4"])
    #expect(one.exitCode == 0)
    #expect(one.standardOutput.contains("of width d_c = 1\n"))
    let both = try StrataBinary.run(check + ["--mask-ratios", "0.5", "--masks", "1", "--patch-sizes", "4,1"])
    #expect(both.standardOutput.contains("of width d_c = 1 to "))
    let wrong = try StrataBinary.run(check + ["--patch-sizes", "0"])
    #expect(wrong.standardError.hasPrefix("Error: 0 is not a patch size; give whole numbers from 1\n"))
    #expect(wrong.exitCode == 64)
  }
}
