extension HierarchicalGraph {
  /// A random layered graph: every node below the top layer has the same number of parents, drawn uniformly without
  /// replacement from the layer above; the bottom layer is observed.
  ///
  /// A latent that nobody drew then takes the place of a parent with several children, at an edge drawn uniformly, so
  /// that every latent has a child and so an observed descendant, and every node keeps its number of parents. The level
  /// of a node is therefore the height of its layer. Nodes are named `z<level>_<i>` and `x<i>`.
  ///
  /// - Parameters:
  ///   - widths: The sizes of the layers from the top to the observables; at least two layers, each at least 1.
  ///   - parentCount: The number of parents of each node, at least 1 and at most the width of every layer but the last.
  ///   - regime: In the invertible regime dimensions are filled in unless given.
  ///   - dimension: The dimension of every node; `nil` for the regime's default.
  ///   - noiseDimension: The noise dimension of every node; `nil` for the regime's default.
  ///   - generator: The source of randomness.
  /// - Throws: ``GraphError/invalidParameter(name:value:remedy:)``, also when a layer is too narrow to give every node
  ///   above it a child, and the errors of validation.
  /// - Complexity: O(nodes + edges).
  public static func layered(
    widths: [Int], parentCount: Int, regime: Regime = .noisy, dimension: Int? = nil, noiseDimension: Int? = nil,
    using generator: inout some RandomNumberGenerator
  ) throws(GraphError) -> HierarchicalGraph {
    try checkLayers(widths: widths, parentCount: parentCount)
    var layers = LayeredNodes(dimension: dimension, noiseDimension: noiseDimension)
    var indices = SmallIndices(using: &generator)
    for (row, width) in widths.enumerated() {
      let level = widths.count - 1 - row
      layers.append((0..<width).map { LayeredNodes.name(level: level, "\($0)") }, isObserved: level == 0)
      guard row > 0 else { continue }
      let parents = drawParents(
        of: width, among: widths[row - 1], parentCount: parentCount, indices: &indices)
      for child in 0..<width {
        for parent in parents[child * parentCount..<(child + 1) * parentCount].sorted() {
          layers.connect(parent: parent, child: child)
        }
      }
    }
    let shape = widths.map(String.init).joined(separator: "-")
    return try HierarchicalGraph(
      name: "layered-\(shape)-parents\(parentCount)", nodes: layers.declarations, indexedEdges: layers.edges,
      regime: regime, grid: .line(widths[widths.count - 1]))
  }

  private static func checkLayers(widths: [Int], parentCount: Int) throws(GraphError) {
    let text = widths.map(String.init).joined(separator: ", ")
    guard widths.count >= 2, widths.allSatisfy({ (1...largestFamily).contains($0) }) else {
      throw .invalidParameter(
        name: "widths", value: "[\(text)]", remedy: "give two or more layers of at least 1 node, the observables last")
    }
    let narrowest = widths.dropLast().min() ?? 1
    guard (1...narrowest).contains(parentCount) else {
      throw .invalidParameter(
        name: "parents", value: "\(parentCount)",
        remedy: "give from 1 to \(narrowest), the width of the narrowest layer above the observables")
    }
    // Each factor is at most 2·10⁷, so that products do not overflow.
    let edges = widths.dropFirst().reduce(0) { $0 + $1 * parentCount }
    guard widths.reduce(0, +) <= largestFamily, edges <= 10 * largestFamily else {
      throw .invalidParameter(name: "widths", value: "[\(text)]", remedy: "the graph is too large: give fewer nodes")
    }
    for (above, below) in zip(widths, widths.dropFirst()) where below * parentCount < above {
      throw .invalidParameter(
        name: "widths", value: "[\(text)]",
        remedy: "\(below) nodes with \(parentCount) parents each cannot give each of \(above) nodes a child: "
          + "widen the layer or give more parents")
    }
  }

  /// The parents of each child, `parentCount` in a row, such that every node above has a child.
  private static func drawParents(
    of width: Int, among above: Int, parentCount: Int, indices: inout SmallIndices
  ) -> [Int] {
    var pool = Array(0..<above)
    var parents: [Int] = []
    parents.reserveCapacity(width * parentCount)
    var childCount = [Int](repeating: 0, count: above)
    for _ in 0..<width {
      // A partial Fisher–Yates shuffle; whatever order earlier children left, the result is uniform.
      for i in 0..<parentCount {
        pool.swapAt(i, i + indices.next(below: above - i))
        parents.append(pool[i])
        childCount[pool[i]] += 1
      }
    }
    var childless = childCount.indices.filter { childCount[$0] == 0 }
    guard !childless.isEmpty else { return parents }
    // Edges in random order: one that is passed over because its parent has no other child stays so, hence one pass.
    var order = Array(parents.indices)
    for i in order.indices.dropLast() {
      order.swapAt(i, i + indices.next(below: order.count - i))
      let edge = order[i]
      guard childCount[parents[edge]] > 1, let orphan = childless.popLast() else { continue }
      childCount[parents[edge]] -= 1
      childCount[orphan] = 1
      parents[edge] = orphan
      if childless.isEmpty { break }
    }
    return parents
  }
}
