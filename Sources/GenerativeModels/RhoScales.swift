internal import HierarchicalGraphs

/// The exact standardisation of the `rho` family: 1 / sd(Σ parents) for each node.
enum RhoScales {
  /// Above this many nodes the covariance of all pairs (8 bytes each) no longer fits a small machine.
  static let nodeLimit = 16_384

  /// - Returns: one factor a node; 1 for roots.
  /// - Complexity: O(nodes) when no node has two parents; otherwise O(nodes · edges) time and O(nodes²) memory.
  static func compute(graph: HierarchicalGraph, rho: Double) throws(ModelError) -> [Double] {
    guard rho > -1, rho < 1 else {
      throw .invalidParameter(name: "rho", value: "\(rho)", remedy: "give a number strictly between -1 and 1")
    }
    let dimension = graph.nodes[0].dimension
    for node in graph.nodes where node.dimension != dimension || node.noiseDimension != dimension {
      throw .unsuitableDimensions(
        family: "rho", node: node.name,
        reason:
          "all nodes need the same dimension and as many noise components, but it has \(node.dimension) and \(node.noiseDimension)",
        remedy: "set 'regime: noisy' and equal dimensions, or use another linear mechanism")
    }
    var scales = [Double](repeating: 1, count: graph.nodes.count)
    // A single parent has variance 1 already.
    guard graph.nodes.indices.contains(where: { graph.parents.count($0) > 1 }) else { return scales }
    guard graph.nodes.count <= nodeLimit else {
      throw .invalidParameter(
        name: "nodes", value: "\(graph.nodes.count)",
        remedy: "rho on a graph with several parents a node takes at most \(nodeLimit) nodes; use linear-random")
    }
    // Components are independent copies of one another, so one scalar covariance serves all. Nodes in topological order:
    // Cov(v, u) = ρ · scale · Σ_p Cov(p, u) for every earlier u.
    let n = graph.nodes.count
    var position = [Int](repeating: 0, count: n)
    for (index, v) in graph.topologicalOrder.enumerated() { position[v] = index }
    var covariance = [Double](repeating: 0, count: n * n)
    for (i, v) in graph.topologicalOrder.enumerated() {
      let parents = graph.parents[v].map { position[$0] }
      covariance[i * n + i] = 1
      guard !parents.isEmpty else { continue }
      let variance = parents.reduce(0.0) { sum, p in parents.reduce(sum) { $0 + covariance[p * n + $1] } }
      // Parents that cancel exactly (negative ρ) leave nothing to standardise.
      guard variance > 1e-12 else {
        throw .unsuitableDimensions(
          family: "rho", node: graph.nodes[v].name, reason: "its parents' sum has variance 0",
          remedy: "use a positive rho")
      }
      scales[v] = 1 / variance.squareRoot()
      for u in 0..<i {
        let value = rho * scales[v] * parents.reduce(0.0) { $0 + covariance[$1 * n + u] }
        covariance[i * n + u] = value
        covariance[u * n + i] = value
      }
    }
    return scales
  }
}
