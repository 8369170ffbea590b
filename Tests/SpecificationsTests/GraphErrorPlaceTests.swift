internal import HierarchicalGraphs
internal import Specifications
internal import Testing

@Suite struct GraphErrorPlaceTests {
  private func failure(_ text: String, _ format: GraphFile.Format) -> String {
    do {
      return "no error: \(try GraphFile.parse(text, format: format, file: "g.\(format)").graph.name)"
    } catch {
      return "\(error)"
    }
  }

  @Test("Violations in YAML name line, column, key and remedy")
  func yaml() {
    let nodes = "nodes:\n  - {name: z}\n  - {name: x, parents: [z]}\n  - {name: y, parents: [z]}\n"
    for (text, description) in [
      (
        nodes + "edges:\n  - z -> w\n",
        "g.yaml:6:5: .edges[0]: edge z -> w names 'w', which is not a node; declare it or correct the name"
      ),
      (
        nodes + "edges: [x -> z]\n",
        "g.yaml:5:9: .edges[0]: the graph has a cycle: z -> x -> z; remove one of these edges"
      ),
      (nodes + "edges: [z -> x]\n", "g.yaml:5:9: .edges[0]: the edge z -> x is given twice; remove one"),
      (nodes + "  - y\n", "g.yaml:5:5: .nodes[3]: two nodes are named 'y'; rename one"),
      (
        nodes + "edges: [z > x]\n",
        "g.yaml:5:9: .edges[0]: 'z > x' is not an edge; write 'parent -> child', or [parent, child]"
      ),
      (
        nodes + "grid: [2, 2]\n",
        "g.yaml:5:7: .grid: a grid of 2 x 2 does not hold 2 observables; make the product equal"
      ),
      (
        nodes + "grid: [.nan, 2]\n", "g.yaml:5:8: .grid[0]: '.nan' is not a whole number; give a whole number"
      ),
      (
        "nodes:\n  - {name: z, dim: 0}\n",
        "g.yaml:2:20: .nodes[0].dim: 0 is not a dimension; give a whole number of at least 1"
      ),
      (
        "nodes:\n  - {name: z, dimm: 1}\n",
        "g.yaml:2:15: .nodes[0].dimm: the key 'dimm' is not known here; did you mean 'dim'? "
          + "use one of name, dim, noise_dim, observed, parents"
      ),
      ("nodes: []\n", "g.yaml:1:8: .nodes: the list is empty; give at least one element"),
      ("name: a\n", "g.yaml:1:1: the key 'nodes' is missing; add 'nodes:' with its value"),
      (
        "regime: invertible\n" + nodes.replacing("name: x", with: "name: x, dim: 1"),
        "g.yaml:4:5: .nodes[1]: 'x' has dimension 1, but in the invertible regime it needs at least 2 "
          + "(parents 1 + noise 1); leave the dimension out to have it filled in"
      ),
    ] {
      #expect(failure(text, .yaml) == description)
    }
  }

  @Test("Violations in JSON name line, column, key and remedy")
  func json() {
    func graph(_ flags: String, _ edge: String) -> String {
      "{\(flags)\n \"nodes\": [{\"id\": \"z\"}, {\"id\": \"x\"}],\n \"links\": [{\"source\": \"z\", \"target\": \"x\"}\n  \(edge)]}"
    }
    for (text, description) in [
      (
        graph("\"directed\": false,", ""),
        "g.json:1:14: .directed: the graph is undirected; build it as networkx.DiGraph, with edges from parent to child"
      ),
      (
        graph("\"multigraph\": true,", ""),
        "g.json:1:16: .multigraph: the graph is a multigraph; convert it to networkx.DiGraph, which has no parallel edges"
      ),
      (
        graph("", ", {\"source\": \"x\", \"target\": \"z\"}"),
        "g.json:4:5: .links[1]: the graph has a cycle: z -> x -> z; remove one of these edges"
      ),
      (
        graph("", ", {\"source\": \"x\"}"),
        "g.json:4:5: .links[1]: the key 'target' is missing; add 'target:' with its value"
      ),
      (
        graph("\"edges\": [],", ""), "g.json:3:2: .links: both 'edges' and 'links' are given; keep one of them"
      ),
      ("{\"nodes\": []}", "g.json:1:1: the key 'edges' (or 'links') is missing; add it with the list of edges"),
      (
        "{\"nodes\": [], \"edges\": []}",
        "g.json: the graph has no nodes; declare at least one latent and two observables"
      ),
      (
        "{\"nodes\": [{\"id\": [1, 2]}], \"edges\": []}",
        "g.json:1:19: .nodes[0].id: the node's name is not text; use strings or numbers"
      ),
      ("[1, 2", "g.json:1:6: JSON syntax: expected ',' or ']' in an array; correct the text there"),
    ] {
      #expect(failure(text, .json) == description)
    }
  }

  private static let dotErrors = [
    (
      "digraph {\n a -> b;\n b -> c\n c -> a; x\n}",
      "g.dot:4: the graph has a cycle: a -> b -> c -> a; remove one of these edges"
    ),
    ("digraph {\n a -> b;\n b = = c\n}", "g.dot:3: DOT syntax: unexpected '='; correct the text there"),
    ("digraph {\n a -> b;\n b -> \"c\n}\n", "g.dot:3: DOT syntax: a string is not closed; add the closing quote"),
    ("digraph {\n /* a -> b;\n}\n", "g.dot:2: DOT syntax: a comment is not closed; add '*/'"),
    ("digraph {\n a -> b;\n", "g.dot:1: DOT syntax: '{' is not closed; add the closing '}'"),
    ("digraph {\n a -> b }}\n", "g.dot:2: DOT syntax: text follows the end of the graph; keep one graph in a file"),
    ("graph {\n a -- b;\n}", "g.dot: the graph is undirected; write 'digraph' and '->', from parent to child"),
    ("hello world", "g.dot:1: DOT syntax: unexpected 'hello'; correct the text there"),
    ("digraph {\n a -> b;\n a [dim=x];\n}", "g.dot:3: .a.dim: 'x' is not a whole number; give a whole number"),
    (
      "digraph {\n a -> b;\n a [observed=maybe];\n}",
      "g.dot:3: .a.observed: 'maybe' is not true or false; give true or false"
    ),
    ("digraph { a -> b; a -> b }", "g.dot:1: the edge a -> b is given twice; remove one"),
    (
      "digraph { grid=\"2x2\"\n a -> b }",
      "g.dot: .grid: a grid of 2 x 2 does not hold 1 observables; make the product equal"
    ),
    ("digraph { }", "g.dot: the graph has no nodes; declare at least one latent and two observables"),
  ]

  @Test("Errors in DOT name the line")
  func dot() {
    for (text, description) in Self.dotErrors { #expect(failure(text, .dot) == description) }
  }

  @Test(
    "What follows a graph does not come before the next",
    arguments: ["\n\n\n", " // end", "\n# end", " /* end */ ", ""])
  func dotRest(rest: String) throws {
    for _ in 0..<2 {
      let text = "digraph {\n z -> a;\n z -> b\n}" + rest
      #expect(try GraphFile.parse(text, format: .dot, file: "g.dot").graph.nodes.count == 3)
      #expect(failure("hello world", .dot) == "g.dot:1: DOT syntax: unexpected 'hello'; correct the text there")
    }
  }

  @Test("Lines in DOT are right after any earlier parse, and from several threads at once")
  func dotState() async {
    await withTaskGroup(of: [String].self) { group in
      for worker in 0..<4 {
        group.addTask {
          (0..<26).compactMap { step in
            let (text, expected) = Self.dotErrors[(worker * 5 + step * 7) % Self.dotErrors.count]
            let found = failure(text, .dot)
            return found == expected ? nil : "\(found) instead of \(expected)"
          }
        }
      }
      for await mismatches in group { #expect(mismatches == []) }
    }
  }
}
