internal import Foundation
internal import HierarchicalGraphs
internal import Specifications
internal import Stochastics
internal import TestSupport
internal import Testing

@Suite struct GraphFileTests {
  private static let published: [(file: String, nodes: Int, edges: Int, observables: Int)] = [
    ("experiments/presets/graphs/alarm.json", 37, 46, 11),
    ("experiments/presets/graphs/andes.json", 220, 338, 22),
    ("experiments/presets/graphs/munin.json", 1041, 1397, 183),
    ("experiments/presets/graphs/huang2022-scenario1a.dot", 26, 43, 17),
    ("experiments/presets/graphs/huang2022-scenario1b.dot", 20, 26, 13),
  ]

  private func failure(_ text: String, _ format: GraphFile.Format) -> String {
    do {
      return "no error: \(try GraphFile.parse(text, format: format, file: "g.\(format)").graph.name)"
    } catch {
      return "\(error)"
    }
  }

  private func roundTrip(_ graph: HierarchicalGraph) throws {
    for format in GraphFile.Format.allCases {
      let text = try GraphFile.text(graph, format: format)
      let read = try GraphFile.parse(text, format: format, file: "again")
      #expect(read.graph.nodes.map(\.name) == graph.nodes.map(\.name))
      let isEqual = read.graph == graph
      #expect(isEqual, "\(format): \(text.prefix(2000))")
      #expect(read.notes == [])
    }
  }

  @Test("Published graphs load, with the leaves as observables, and survive every format", arguments: published)
  func publishedGraphs(file: String, nodes: Int, edges: Int, observables: Int) throws {
    let graph = try GraphFile.load(Repository.root.appending(path: file).path).graph
    #expect(graph.nodes.count == nodes)
    #expect(graph.edgeCount == edges)
    #expect(graph.observables.count == observables)
    #expect(graph.observables == graph.nodes.indices.filter { graph.children.count($0) == 0 })
    #expect(file.contains("/\(graph.name)."))
    try roundTrip(graph)
  }

  @Test("A childless latent of another program's file is read as an observable, with a note; in YAML it is an error")
  func childlessLatent() throws {
    let file = Repository.root.appending(path: "experiments/presets/graphs/huang2022-scenario1a.dot").path
    #expect(
      try GraphFile.load(file).notes
        == ["'L3' is marked as latent but has no children: it is read as an observable"])
    #expect(
      failure("nodes:\n  - {name: x, parents: [z]}\n  - z\n  - {name: w, observed: false, parents: [z]}", .yaml)
        == "g.yaml:4:5: .nodes[2]: latent 'w' has no observed descendant, so nothing could recover it; "
        + "remove it or connect it")
  }

  @Test("Built-in families in both regimes survive every format")
  func families() throws {
    for source in [
      "tree:depth=3,branching=2", "tree:depth=3,branching=2,regime=invertible,name=t", "tree:depth=2,branching=3,dim=2",
      "pyramid:rows=4,columns=6,window=3,stride=1,levels=2,regime=invertible",
      "pyramid:length=16,window=4,stride=2,dim=3,noise_dim=1", "layered:widths=3-5-8,parents=2,seed=7,noise_dim=0",
    ] {
      try roundTrip(try GraphFile.load(source).graph)
    }
  }

  @Test("Names with spaces, quotes, arrows, backslashes, other scripts and keywords survive every format")
  func names() throws {
    let names = [
      "a b", "\"", "a\"b\"", "a -> b", "node", "digraph", "strict", "edge", "null", "true", "no", "~", "1", "1.5",
      ".inf",
      "é", "深い木", "😀", "a\\b", "\\n", "\\\\", "a\nb", "\t", "#", "a: b", "- x", "{", "]", "<b>", "'", "&amp;", " ",
      "x,y",
      "\u{85}", "\u{2028}", "b\u{FEFF}", "*a", "!t", "a%b", "=",
    ]
    let nodes = [NodeDeclaration("the root: \"z\"")] + names.map { NodeDeclaration($0) }
    let graph = try HierarchicalGraph(
      name: "a \"graph\": {of} 深", nodes: nodes, indexedEdges: names.indices.map { (from: 0, to: $0 + 1) })
    try roundTrip(graph)
  }

  @Test("What DOT cannot express is an error there and fine elsewhere", arguments: ["a\\", "a\\\"b", "a\\\nb", "%a"])
  func unwritable(name: String) throws {
    let graph = try HierarchicalGraph(name: "g", nodes: [.init("z"), .init(name)], edges: [("z", name)])
    for format in [GraphFile.Format.yaml, .json] {
      #expect(try GraphFile.parse(GraphFile.text(graph, format: format), format: format, file: nil).graph == graph)
    }
    let error = #expect(throws: SpecificationError.self) { try GraphFile.text(graph, format: .dot) }
    #expect(error?.message.hasSuffix("cannot be written in DOT") == true)
  }

  @Test("Random graphs with dimensions, grids and allowed violations survive every format", arguments: 0..<30)
  func randomRoundTrips(seed: Int) throws {
    var stream = RandomStream(RandomKey(seed: UInt64(seed)))
    let graph = try HierarchicalGraph.layered(widths: [2, 4, 6], parentCount: 2, using: &stream)
    let regime = Regime.allCases[seed % 2]
    let allows = seed % 3 == 0
    var edges = stream.permutation(graph.edgeCount).map { graph.edges[$0] }
    if allows { edges.append((6, 7)) }
    let nodes = graph.nodes.enumerated().map { index, node in
      // In the invertible regime only roots get a dimension: below them it must be large enough.
      let isFree = regime == .noisy || index < 2
      let noise = stream.uniform(below: 2) == 0 ? nil : stream.uniform(below: 3)
      let dimension = isFree && stream.uniform(below: 2) == 0 ? 2 + stream.uniform(below: 3) : nil
      let isEmpty = regime == .invertible && index < 2 && noise == 0 && dimension == nil
      return NodeDeclaration(
        node.name, dimension: dimension, noiseDimension: isEmpty ? 1 : noise, isObserved: node.isObserved)
    }
    try roundTrip(
      try HierarchicalGraph(
        name: "random-\(seed)", nodes: nodes, indexedEdges: edges, regime: regime,
        grid: seed % 2 == 0 ? .rectangle(rows: 2, columns: 3) : nil, allowsObservedEdges: allows))
  }

  @Test("The project's format: nodes as words or mappings, parents and edges, grid and regime")
  func projectFormat() throws {
    let graph = try GraphFile.parse(
      """
      name: face
      regime: invertible
      grid: [2, 2]
      nodes:
        - {name: identity, dim: 3}
        - light
        - {name: a, parents: [identity]}
        - {name: b, parents: [identity, light], noise_dim: 2}
        - c
        - d
      edges:
        - light -> c
        - [light, d]
      """, format: .yaml, file: nil
    ).graph
    #expect(graph.name == "face")
    #expect(graph.nodes.map(\.dimension) == [3, 1, 4, 6, 2, 2])
    #expect(graph.grid == .rectangle(rows: 2, columns: 2))
    #expect(graph.observables == [2, 3, 4, 5])
  }

  @Test("Both styles of node-link JSON are read, with numbers as names and other attributes ignored")
  func nodeLink() throws {
    for key in ["edges", "links"] {
      let graph = try GraphFile.parse(
        """
        {"directed": true, "multigraph": false, "graph": {"colour": "red"},
         "nodes": [{"id": 1, "weight": 2.5, "dimension": 2}, {"id": "x", "observed": true, "noise_dimension": null}],
         "\(key)": [{"source": 1, "target": "x", "weight": 0.5}]}
        """, format: .json, file: "some/name.json"
      ).graph
      #expect(graph.name == "name")
      #expect(graph.nodes.map(\.name) == ["1", "x"])
      #expect(graph.nodes.map(\.dimension) == [2, 1])
      #expect(graph.edges.map(\.from) == [0])
    }
  }

  @Test("DOT with defaults, subgraphs, groups and comments is read")
  func dotGrammar() throws {
    let graph = try GraphFile.parse(
      """
      /* a comment } */ strict digraph {
      # another "one
        node [dim=2]
        subgraph cluster_a { z -> {a; b} [style=dashed]; z -> a }
        b [dim=3, noise_dim=1]; "c" + "d" [observed=yes]
        z -> cd:port // the end
      }
      """, format: .dot, file: "g.dot"
    ).graph
    #expect(graph.name == "g")
    #expect(graph.nodes.map(\.name) == ["z", "a", "b", "cd"])
    #expect(graph.nodes.map(\.dimension) == [2, 2, 3, 2])
    #expect(graph.nodes.map(\.noiseDimension) == [2, 2, 1, 2])
    #expect(graph.edgeCount == 3)
  }

  @Test("Families in YAML and as one word are the same graphs; their errors name the parameter")
  func familyForms() throws {
    let yaml = "family: layered\nwidths: [3, 4]\nparents: 2\nseed: 9\n"
    #expect(
      try GraphFile.parse(yaml, format: .yaml, file: nil).graph
        == GraphFile.load("layered:widths=3-4,parents=2,seed=9").graph)
    #expect(
      failure("family: tree\ndepth: 3\nbranching: 1\n", .yaml)
        == "g.yaml:3:12: .branching: branching is 1; give at least 2")
    #expect(
      failure("family: tree\ndepth: 3\nwindow: 1\n", .yaml).hasPrefix(
        "g.yaml:3:1: .window: the key 'window' is not known here; use one of"))
    for (source, message) in [
      ("tre:depth=1", ".family: 'tre' is not a graph family; did you mean 'tree'? use one of tree, pyramid, layered"),
      ("tree:depth=3", "the key 'branching' is missing; add 'branching:' with its value"),
      ("tree:depth=3,depth=3", "the parameter 'depth' stands twice; keep one of them"),
      ("tree:depth", "'depth' is not a parameter; write key=value, with commas between"),
      ("tree:depth=.inf,branching=2", ".depth: '.inf' is not a whole number; give a whole number"),
    ] {
      let error = #expect(throws: SpecificationError.self) { try GraphFile.load(source) }
      #expect(error?.description == "\(source): \(message)")
    }
  }

  @Test("A plan may name a file beside itself, a family, or hold the graph")
  func references() throws {
    try withTemporaryDirectory { folder in
      let tree = try GraphFile.load("tree:depth=2,branching=2").graph
      try GraphFile.write(tree, to: folder.appending(path: "g.json").path)
      let plan =
        "a: g.json\nb: tree:depth=2,branching=2\nc:\n  family: tree\n  depth: 2\n  branching: 2\nd: none.yaml\n"
      let map = try Document.parse(plan, file: "plan.yaml").anyMapping
      for key in ["a", "b", "c"] {
        #expect(try GraphFile.load(map.required(key), relativeTo: folder.path).graph == tree)
      }
      let error = #expect(throws: SpecificationError.self) {
        try GraphFile.load(map.required("d"), relativeTo: folder.path)
      }
      #expect(error?.line == 7 && error?.keyPath == ".d" && error?.file == "plan.yaml")
      #expect(error?.message.hasSuffix("/none.yaml': there is no such file") == true)
    }
  }

  @Test("A drawing is DOT of the same graph, with the masked observables shaded")
  func drawing() throws {
    let graph = try GraphFile.load("tree:depth=2,branching=2").graph
    let text = try GraphDrawing.dot(graph, mask: try Mask(masking: ["x1"], in: graph))
    #expect(try GraphFile.parse(text, format: .dot, file: nil).graph == graph)
    let shaded = text.split(separator: "\n").filter { $0.contains("fillcolor") }
    #expect(shaded.count == 1 && shaded[0].contains("\"x1\""))
    #expect(text.contains("{ rank=same; \"x0\"; \"x1\"; \"x2\"; \"x3\"; }"))
  }

  @Test("A drawing shows what a mask shares: c with a double outline, the other nodes above both sides tinted")
  func drawingOfContent() throws {
    let graph = try GraphFile.load("tree:depth=2,branching=2").graph
    func place(_ name: String) -> Int { graph.nodes.firstIndex { $0.name == name }! }
    // x0 is masked: it shares the parent of x0 and x1, and what that has of the root.
    let text = try GraphDrawing.dot(
      graph, mask: try Mask(masking: ["x0"], in: graph),
      shared: .init(content: [place("z1_0")], ancestors: [place("z2_0"), place("z1_0")]), showsNames: false)
    #expect(try GraphFile.parse(text, format: .dot, file: nil).graph == graph)
    func attributes(_ name: String) -> Substring? {
      text.split(separator: "\n").first { $0.hasPrefix("  \"\(name)\" [") }
    }
    for (name, color) in [
      ("z1_0", "#e69f00"), ("z2_0", "#fbe3b3"), ("z1_1", "#ffffff"), ("x0", "#b0b0b0"), ("x1", "#ffffff"),
    ] {
      let line = try #require(attributes(name))
      #expect(line.contains("fillcolor=\"\(color)\"") && line.contains("label=\"\""), "\(line)")
      #expect(line.contains("peripheries=2") == (name == "z1_0"), "\(line)")
    }
  }
}
