import Foundation
import TestSupport
import Testing

@Suite struct TheoryTests {
  static let tree = "tree:depth=2,branching=2"

  @Test("locate prints all that a mask shares as JSON", arguments: ["x0", "x1,x2,x3"])
  func locate(mask: String) throws {
    let output = try StrataBinary.run(["theory", "locate", Self.tree, "--mask", mask, "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
    let answer = try #require(object)
    #expect(answer["content"] as? [String] == ["z1_0"])
    #expect(answer["ancestors"] as? [String] == ["z2_0", "z1_0"])
    #expect(answer["content_levels"] as? [Int] == [1])
    #expect(answer["content_dimension"] as? Int == 2)
    #expect(answer["rank"] as? Int == 1)
    let specific = mask == "x0" ? "masked_specific" : "visible_specific"
    #expect(answer[specific] as? [String] == ["x0"])
    for key in ["masked_specific", "visible_specific", "separator_left", "separator_right"] {
      #expect(answer[key] is [String])
    }
    #expect(output.exitCode == 0 && output.standardError == "")
  }

  @Test("levels prints the exact law of a tree")
  func levels() throws {
    let output = try StrataBinary.run([
      "theory", "levels", "tree:depth=6,branching=2", "--mask-ratios", "0.05,0.5", "--patch-sizes", "1,4",
    ])
    let rows = output.standardOutput.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(
      rows.dropFirst(2).map { Array($0.prefix(3)) } == [
        ["0.05", "1", "1.023"], ["0.5", "1", "1.123"], ["0.05", "4", "3.000"], ["0.5", "4", "3.141"],
      ])
    #expect(rows.dropFirst(2).allSatisfy { $0.last == "exact" })
  }

  @Test("limit gives the same bytes for the same seed, and a ceiling that no width exceeds")
  func limit() throws {
    let arguments = [
      "theory", "limit", "tree:depth=4,branching=2", "--rho", "0.8", "--mask-ratios", "0.5", "--widths", "1,3",
      "--draws",
      "50", "--csv",
    ]
    let output = try StrataBinary.run(arguments)
    #expect(try StrataBinary.run(arguments).standardOutput == output.standardOutput)
    let lines = output.standardOutput.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      lines[0].joined(separator: ",") == "graph,mask_ratio,patch_size,width,target,node,level,value,standard_error")
    func root(_ width: String) throws -> Double {
      let line = try #require(lines.first { $0[3] == width && $0[4] == "r2_value" && $0[6] == "4" })
      return try #require(Double(line[7]))
    }
    let values = try [root("1"), root("3"), root("all")]
    #expect(values[0] > 0.2 && values[0] <= values[1] && values[1] <= values[2] && values[2] < 1)
  }

  @Test("limit knows blocks and a loss without the border of the mask")
  func blocksAndInterior() throws {
    func row(_ arguments: [String]) throws -> String {
      let output = try StrataBinary.run(["theory", "limit", "tree:depth=2,branching=2", "--rho", "0.8"] + arguments)
      return String(try #require(output.standardOutput.split(separator: "\n").dropFirst(2).first))
    }
    // R² of the root from x2 + x3 (or x0 + x1): 2ρ⁴ / (1 + ρ²) = 0.4995, on both blocks that leave something in the loss.
    #expect(
      try row(["--law", "block", "--loss", "interior"]).hasPrefix("|   0.5 |     1 | 1     |   0.500 |"))
    #expect(try row(["--law", "block"]) != row(["--law", "block", "--loss", "interior"]))
  }

  @Test(
    "A wrong request is one clear line",
    arguments: [
      (["locate", tree, "--mask", "q9"], "Error: 'q9' is not an observable of this graph\n", 65),
      (["locate", tree, "--mask", "x0,x0"], "Error: 'x0' is masked twice; name it once\n", 65),
      (
        ["limit", tree, "--rho", "1.5"],
        "Error: --rho: 1.5 is not a correlation; give a number strictly between -1 and 1\n", 65
      ),
      (
        ["limit", tree, "--rho", "0.5", "--mask-ratios", "0.01", "--loss", "interior"],
        "Error: --loss: with mask ratio 0.01 and patch size 1 every masked patch touches a visible one; mask more, take "
          + "smaller patches, or leave out --loss\n", 65
      ),
    ] as [([String], String, Int32)])
  func errors(arguments: [String], message: String, status: Int32) throws {
    let output = try StrataBinary.run(["theory"] + arguments)
    #expect(output.standardError == message)
    #expect(output.exitCode == status && output.standardOutput == "")
  }
}
