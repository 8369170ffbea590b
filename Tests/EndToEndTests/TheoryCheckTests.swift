import Foundation
import TestSupport
import Testing

@Suite struct TheoryCheckTests {
  @Test("check prints verdicts, numbers and consequences")
  func text() throws {
    let output = try StrataBinary.run(["theory", "check", "tree:depth=2,branching=2", "--mechanism", "rho:0.85"])
    #expect(output.exitCode == 0 && output.standardError == "")
    let text = output.standardOutput
    #expect(text.contains("| 1          | dimension-count      | fail "))
    #expect(text.contains("| too small "))
    #expect(
      text.contains("\ndimension-count: 6 of 7 nodes are smaller than parents and noise (z1_0, z1_1, x0, x1, x2, x3)\n")
    )
    #expect(
      text.contains(
        """
        Invertibility of (parents, ε) → node, as the mechanisms state it:
          exact: W (1 x 1) has full column rank (z2_0)
          conditional: W maps 2 inputs to 1; given the parents, ε is known if its columns of W have full rank (z1_0, z1_1, \
        x0, x1, x2, x3)

        """))
    #expect(text.hasSuffix("Theorem 2 does not apply: dimension-count, invertible-modules, injective-prediction\n"))
  }

  @Test("check prints JSON with stable keys, and the same bytes again")
  func json() throws {
    let arguments = [
      "theory", "check", "tree:depth=2,branching=2,regime=invertible", "--mechanism", "mlp", "--mask", "x0,x2",
      "--samples", "32", "--json",
    ]
    let output = try StrataBinary.run(arguments)
    #expect(try StrataBinary.run(arguments).standardOutput == output.standardOutput)
    let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
    let report = try #require(object)
    #expect(
      Set(report.keys) == [
        "graph", "mechanism", "noise", "seed", "samples", "clauses", "invertibility", "theorems",
      ])
    let stated = try #require(report["invertibility"] as? [[String: Any]])
    #expect(stated.compactMap { $0["statement"] as? String } == ["exact", "exact"])
    #expect(
      stated.last?["why"] as? String == "layers of full column rank and a strictly increasing leaky ReLU")
    let clauses = try #require(report["clauses"] as? [[String: Any]])
    #expect(
      clauses.compactMap { $0["clause"] as? String } == [
        "acyclic", "no-observed-edges", "independent-noises", "non-degenerate-noise", "dimension-count",
        "invertible-modules", "injective-prediction", "network",
      ])
    #expect(clauses.compactMap { $0["verdict"] as? String } == Array(repeating: "pass", count: 7) + ["not-decidable"])
    for clause in clauses {
      #expect(
        Set(clause.keys) == [
          "clause", "assumption", "verdict", "theorems", "summary", "evidence", "nodes", "consequence",
        ])
    }
    let evidence = try #require(clauses[5]["evidence"] as? [String: Double])
    #expect(try #require(evidence["round_trip_error"]) < 1e-8)
    #expect(evidence["samples"] == 32)
  }

  @Test("a graph without a mechanism is a usage error")
  func usage() throws {
    let output = try StrataBinary.run(["theory", "check", "tree:depth=2,branching=2"])
    #expect(output.exitCode == 64)
    #expect(
      output.standardError
        == "Error: tree:depth=2,branching=2: this is a graph, and a model also needs a mechanism; add --mechanism, for "
        + "example --mechanism rho:0.85, or give a model file\n")
  }
}
