import Foundation
import TestSupport
import Testing

/// `strata graph` as a user runs it.
@Suite struct GraphTests {
  /// A small hierarchy in DOT.
  static let dot = """
    digraph small {
      z -> x0; z -> x1; z -> x2; z -> x3;
    }
    """

  private func run(
    _ arguments: [String], files: [String: String] = [:], check: (URL, StrataBinary.Output) throws -> Void
  ) throws {
    try withTemporaryDirectory { folder in
      for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
      try check(folder, try StrataBinary.run(["graph"] + arguments, in: folder))
    }
  }

  @Test("validate prints one line about each graph")
  func validate() throws {
    try run(["validate", "g.dot", "tree:depth=6,branching=2"], files: ["g.dot": Self.dot]) { _, output in
      #expect(
        output.standardOutput == """
          g.dot: valid: 5 nodes, 4 edges, 4 observables (grid 4), height 1, noisy regime
          tree:depth=6,branching=2: valid: 127 nodes, 126 edges, 64 observables (grid 64), height 6, noisy regime

          """)
      #expect(output.exitCode == 0 && output.standardError == "")
    }
  }

  @Test("convert writes the other formats, which validate as the same graph; an existing file needs --force")
  func convert() throws {
    try withTemporaryDirectory { folder in
      try Data(Self.dot.utf8).write(to: folder.appending(path: "g.dot"))
      for name in ["g.yaml", "g.json"] {
        let output = try StrataBinary.run(["graph", "convert", "g.dot", "-o", name], in: folder)
        #expect(output.exitCode == 0)
        let valid = try StrataBinary.run(["graph", "validate", name], in: folder)
        #expect(
          valid.standardOutput
            == "\(name): valid: 5 nodes, 4 edges, 4 observables (grid 4), height 1, noisy regime\n")
      }
      let again = try StrataBinary.run(["graph", "convert", "g.dot", "-o", "g.yaml"], in: folder)
      #expect(again.exitCode == 73 && again.standardError.hasPrefix("Error: g.yaml: "))
      #expect(try StrataBinary.run(["graph", "convert", "g.dot", "-o", "g.yaml", "--force"], in: folder).exitCode == 0)
    }
  }

  @Test("draw writes a picture through Graphviz; nothing is left when it cannot")
  func draw() throws {
    try run(["draw", "g.dot", "-o", "g.svg", "--mask", "x0,x1"], files: ["g.dot": Self.dot]) { folder, output in
      #expect(output.exitCode == 0)
      let svg = try String(contentsOf: folder.appending(path: "g.svg"), encoding: .utf8)
      #expect(svg.contains("<svg") && svg.contains(">x3<"))
    }
    try run(["draw", "g.dot", "-o", "g.svg", "--mask", "x9"], files: ["g.dot": Self.dot]) { folder, output in
      #expect(output.standardError == "Error: 'x9' is not an observable of this graph\n")
      #expect(output.exitCode == 65)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files == ["g.dot"])
    }
  }

  @Test("A syntax error in DOT names the line; a cycle in JSON names the edge")
  func faults() throws {
    try run(["validate", "g.dot"], files: ["g.dot": "digraph g {\n  a -> x\n  b ->\n}\n"]) { _, output in
      #expect(output.standardError.hasPrefix("Error: g.dot:4"))
      #expect(output.exitCode == 65)
    }
    let json = """
      {"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "x"}],
       "links": [{"source": "a", "target": "b"},
                 {"source": "b", "target": "a"},
                 {"source": "b", "target": "x"}]}
      """
    try run(["validate", "g.json"], files: ["g.json": json]) { _, output in
      #expect(
        output.standardError
          == "Error: g.json:3:12: .links[1]: the graph has a cycle: a -> b -> a; remove one of these edges\n")
      #expect(output.exitCode == 65)
    }
  }
}
