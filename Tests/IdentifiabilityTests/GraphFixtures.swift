import HierarchicalGraphs

/// Graphs that several suites of this target share.
enum GraphFixtures {
  /// z1 -> {z2, z3}, z2 -> {x1, x2}, z3 -> {x3, x4}.
  static func smallTree(regime: Regime = .invertible) throws -> HierarchicalGraph {
    try HierarchicalGraph(
      name: "small tree", nodes: ["z1", "z2", "z3", "x1", "x2", "x3", "x4"].map { NodeDeclaration($0) },
      edges: [("z1", "z2"), ("z1", "z3"), ("z2", "x1"), ("z2", "x2"), ("z3", "x3"), ("z3", "x4")], regime: regime)
  }

  /// A complete tree: the root is node 0, level after level, the leaves last, in the order of their subtrees.
  static func tree(branching: Int, height: Int, regime: Regime = .noisy) throws -> HierarchicalGraph {
    var (edges, first, count) = ([(from: Int, to: Int)](), 0, 1)
    for _ in 0..<height {
      for parent in first..<first + count {
        for child in 0..<branching { edges.append((parent, first + count + (parent - first) * branching + child)) }
      }
      (first, count) = (first + count, count * branching)
    }
    return try HierarchicalGraph(
      name: "tree", nodes: (0..<first + count).map { NodeDeclaration("n\($0)") }, indexedEdges: edges, regime: regime)
  }
}
