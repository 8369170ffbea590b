internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct HierarchicalGraphTests {
  /// A random DAG whose leaves are observed: nodes in a random order, edges from earlier to later ones.
  private func randomGraph(seed: UInt64) -> (nodes: [NodeDeclaration], edges: [(from: String, to: String)]) {
    var stream = RandomStream(RandomKey(seed: seed).child("graph"))
    let count = 2 + stream.uniform(below: 20)
    let nodes = stream.permutation(count).map { NodeDeclaration("n\($0)") }
    let order = stream.permutation(count)
    var edges: [(from: String, to: String)] = []
    for (later, to) in order.enumerated() {
      for from in order[..<later] where stream.uniform() < 0.25 { edges.append((nodes[from].name, nodes[to].name)) }
    }
    return (nodes, edges)
  }

  /// The longest path from a node to a leaf, by trying all.
  private func longestPath(_ node: Int, _ graph: HierarchicalGraph) -> Int {
    graph.children[node].map { 1 + longestPath($0, graph) }.max() ?? 0
  }

  @Test("On random graphs levels are longest paths, and every node stands after its parents", arguments: 0..<60)
  func randomGraphs(seed: Int) throws {
    let (nodes, edges) = randomGraph(seed: UInt64(seed))
    let graph = try HierarchicalGraph(name: "random", nodes: nodes, edges: edges)
    for node in graph.nodes.indices { #expect(graph.levels[node] == longestPath(node, graph)) }
    var place = [Int](repeating: -1, count: graph.nodes.count)
    for (index, node) in graph.topologicalOrder.enumerated() { place[node] = index }
    #expect(place.sorted() == Array(graph.nodes.indices))
    for edge in graph.edges { #expect(place[edge.from] < place[edge.to]) }
    #expect(graph.edgeCount == edges.count)
    #expect(graph.observables.allSatisfy { graph.children.count($0) == 0 && graph.levels[$0] == 0 })
  }

  @Test("Levels, parents and observed nodes do not depend on the order of nodes and edges", arguments: 0..<30)
  func reordering(seed: Int) throws {
    let (nodes, edges) = randomGraph(seed: UInt64(seed))
    var stream = RandomStream(RandomKey(seed: UInt64(seed)).child("shuffle"))
    let shuffled = try HierarchicalGraph(
      name: "shuffled", nodes: stream.permutation(nodes.count).map { nodes[$0] },
      edges: stream.permutation(edges.count).map { edges[$0] })
    let graph = try HierarchicalGraph(name: "random", nodes: nodes, edges: edges)
    for (index, node) in graph.nodes.enumerated() {
      let other = try #require(shuffled.index(of: node.name))
      #expect(shuffled.levels[other] == graph.levels[index])
      #expect(shuffled.nodes[other] == node)
      #expect(
        Set(shuffled.parents[other].map { shuffled.nodes[$0].name })
          == Set(graph.parents[index].map { graph.nodes[$0].name }))
    }
  }

  @Test("An edge back along a path makes a cycle that validation names", arguments: 0..<40)
  func cycles(seed: Int) throws {
    var (nodes, edges) = randomGraph(seed: UInt64(seed))
    guard let first = edges.first else { return }
    // Walk down from the edge's child, then close the walk.
    var end = first.to
    while let next = edges.first(where: { $0.from == end }) { end = next.to }
    edges.append((end, first.from))
    nodes.append(NodeDeclaration("x"))
    let error = #expect(throws: GraphError.self) {
      try HierarchicalGraph(name: "cyclic", nodes: nodes, edges: edges)
    }
    guard case .cycle(let names) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    for (from, to) in zip(names, names.dropFirst() + names.prefix(1)) {
      #expect(edges.contains { $0.from == from && $0.to == to }, "\(from) -> \(to) in \(names)")
    }
  }

  @Test("Each violation of validity has its own error")
  func violations() throws {
    func check(
      _ nodes: [NodeDeclaration], _ edges: [(from: String, to: String)], regime: Regime = .noisy,
      grid: ObservationGrid? = nil, _ expected: GraphError
    ) {
      #expect(throws: expected) {
        try HierarchicalGraph(name: "bad", nodes: nodes, edges: edges, regime: regime, grid: grid)
      }
    }
    let (z, x, y) = (NodeDeclaration("z"), NodeDeclaration("x"), NodeDeclaration("y"))
    check([], [], .empty)
    check([z, x, z], [("z", "x")], .duplicateName("z"))
    check([z, x], [("z", "w")], .unknownNode(name: "w", inEdge: "z -> w"))
    check([z, x], [("z", "x"), ("z", "x")], .duplicateEdge(from: "z", to: "x"))
    check([z, x], [("z", "z"), ("z", "x")], .selfLoop("z"))
    check([z, x], [("z", "x"), ("x", "z")], .cycle(["z", "x"]))
    let seen = NodeDeclaration("o", isObserved: true)
    check([z, seen, x], [("z", "o"), ("o", "x")], .observedToObserved(from: "o", to: "x"))
    check([seen, z, x], [("o", "z"), ("z", "x")], .observedToLatent(from: "o", to: "z"))
    check([z, x, NodeDeclaration("l", isObserved: false)], [("z", "x"), ("z", "l")], .noObservedDescendant("l"))
    check([NodeDeclaration("l", isObserved: false)], [], .noObservables)
    check([z, NodeDeclaration("x", dimension: 0)], [("z", "x")], .dimensionNotPositive(node: "x", dimension: 0))
    check(
      [z, NodeDeclaration("x", noiseDimension: -1)], [("z", "x")], .noiseDimensionNegative(node: "x", dimension: -1))
    check(
      [z, NodeDeclaration("x", dimension: 1)], [("z", "x")], regime: .invertible,
      .dimensionTooSmall(node: "x", dimension: 1, parents: 1, noise: 1))
    check([z, x, y], [("z", "x"), ("z", "y")], grid: .line(3), .gridMismatch(grid: [3], observables: 2))
  }

  @Test("Edges between observables pass when they are allowed")
  func allowedViolation() throws {
    let graph = try HierarchicalGraph(
      name: "chain", nodes: [.init("z"), .init("a", isObserved: true), .init("b")], edges: [("z", "a"), ("a", "b")],
      allowsObservedEdges: true)
    #expect(graph.levels == [1, 0, 0])
  }

  @Test("Dimensions left out are filled in by the regime")
  func dimensions() throws {
    let nodes = [
      NodeDeclaration("a"), NodeDeclaration("b", noiseDimension: 3), NodeDeclaration("c"),
      NodeDeclaration("d", dimension: 9),
    ]
    let edges = [("a", "c"), ("b", "c"), ("c", "d")].map { (from: $0.0, to: $0.1) }
    let invertible = try HierarchicalGraph(name: "i", nodes: nodes, edges: edges, regime: .invertible)
    #expect(invertible.nodes.map(\.dimension) == [1, 3, 5, 9])
    #expect(invertible.nodes.map(\.noiseDimension) == [1, 3, 1, 1])
    let noisy = try HierarchicalGraph(name: "n", nodes: nodes, edges: edges)
    #expect(noisy.nodes.map(\.dimension) == [1, 3, 1, 9])
    #expect(noisy.nodes.map(\.noiseDimension) == [1, 3, 1, 9])
  }

  @Test("Dimensions that grow beyond all bounds are an error, not an overflow")
  func enormousDimensions() throws {
    var nodes = [NodeDeclaration("n0"), NodeDeclaration("m0")]
    var edges: [(from: String, to: String)] = []
    for i in 1..<100 {
      nodes += [NodeDeclaration("n\(i)"), NodeDeclaration("m\(i)")]
      for from in ["n", "m"] { for to in ["n", "m"] { edges.append(("\(from)\(i - 1)", "\(to)\(i)")) } }
    }
    let error = #expect(throws: GraphError.self) {
      try HierarchicalGraph(name: "wide", nodes: nodes, edges: edges, regime: .invertible)
    }
    #expect(error?.description.contains("too large") == true)
    #expect(throws: GraphError.self) {
      try HierarchicalGraph(name: "n", nodes: [.init("z", noiseDimension: .max), .init("x")], edges: [("z", "x")])
    }
  }
}
