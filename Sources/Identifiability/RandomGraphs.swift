package import HierarchicalGraphs
package import Stochastics

/// Random graphs and masks of no particular shape, on which statements about all graphs are tried.
package enum RandomGraphs {
  /// A random DAG of latents over observables: each latent has an observed descendant, no edge leaves an observable.
  ///
  /// - Parameters:
  ///   - edgeProbability: Of every edge from a latent to a later node.
  ///   - shuffled: Whether declarations stand in random order instead of a topological one.
  ///   - dimension: Draws the dimension of a node; `nil` for the regime's default.
  ///   - noiseDimension: Likewise of a node's noise.
  package static func dag(
    latents: Int, observables: Int, edgeProbability: Double, regime: Regime, shuffled: Bool = false,
    dimension: ((inout RandomStream) -> Int)? = nil, noiseDimension: ((inout RandomStream) -> Int)? = nil,
    using stream: inout RandomStream
  ) throws(GraphError) -> HierarchicalGraph {
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

  /// A random recursive tree of 2 to 10 scalar latents in the noisy regime, whose childless latents get two observables each,
  /// the others none or one.
  package static func tree(using stream: inout RandomStream) throws(GraphError) -> HierarchicalGraph {
    let latents = 2 + stream.uniform(below: 9)
    var (edges, count, hasChild) = ([(from: Int, to: Int)](), latents, [Bool](repeating: false, count: latents))
    for v in 1..<latents {
      let parent = stream.uniform(below: v)
      edges.append((parent, v))
      hasChild[parent] = true
    }
    for v in 0..<latents {
      for _ in 0..<(hasChild[v] ? stream.uniform(below: 2) : 2) {
        edges.append((v, count))
        count += 1
      }
    }
    return try HierarchicalGraph(
      name: "tree", nodes: (0..<count).map { NodeDeclaration("n\($0)") }, indexedEdges: edges)
  }

  /// Every observable masked with probability ½, drawn again while nothing or everything is masked.
  ///
  /// - Precondition: `count >= 2`.
  package static func mask(_ count: Int, using stream: inout RandomStream) -> Mask {
    precondition(count >= 2, "\(count) observables have no mask that hides some and shows some")
    while true {
      let mask = Mask((0..<count).map { _ in stream.uniform() < 0.5 })
      if mask.maskedCount > 0, mask.maskedCount < count { return mask }
    }
  }
}
