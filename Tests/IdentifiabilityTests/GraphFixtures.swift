import HierarchicalGraphs
import Stochastics

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

  /// A random DAG of latents over observables: each latent has an observed descendant, no edge leaves an observable.
  ///
  /// - Parameter shuffled: Whether declarations stand in random order instead of a topological one.
  static func randomDAG(
    latents: Int, observables: Int, edgeProbability: Double, regime: Regime, shuffled: Bool = false,
    dimension: ((inout RandomStream) -> Int)? = nil, noiseDimension: ((inout RandomStream) -> Int)? = nil,
    using stream: inout RandomStream
  ) throws -> HierarchicalGraph {
    let count = latents + observables
    var edges: [(from: Int, to: Int)] = []
    for from in 0..<latents {
      var hasChild = false
      for to in from + 1..<count where stream.uniform() < edgeProbability {
        edges.append((from, to))
        hasChild = true
      }
      if !hasChild { edges.append((from, latents + stream.uniform(below: observables))) }
    }
    let place = shuffled ? stream.permutation(count) : Array(0..<count)
    var declarations = [NodeDeclaration](repeating: NodeDeclaration(""), count: count)
    for v in 0..<count {
      declarations[place[v]] = NodeDeclaration(
        v < latents ? "z\(v)" : "x\(v - latents)", dimension: dimension?(&stream),
        noiseDimension: noiseDimension?(&stream), isObserved: v >= latents)
    }
    return try HierarchicalGraph(
      name: "random", nodes: declarations, indexedEdges: edges.map { (place[$0.from], place[$0.to]) }, regime: regime)
  }

  /// Every observable masked with probability ½, drawn again while nothing or everything is masked.
  static func randomMask(_ count: Int, using stream: inout RandomStream) -> Mask {
    while true {
      let mask = Mask((0..<count).map { _ in stream.uniform() < 0.5 })
      if mask.maskedCount > 0, mask.maskedCount < count { return mask }
    }
  }
}
