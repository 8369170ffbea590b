extension HierarchicalGraph {
  static func rejectDuplicateEdges(_ declarations: [NodeDeclaration], _ parents: Adjacency) throws(GraphError) {
    // Last child that named each parent: O(edges), no set needed.
    var lastChild = [Int](repeating: -1, count: declarations.count)
    for child in declarations.indices {
      for parent in parents[child] {
        guard lastChild[parent] != child else {
          throw .duplicateEdge(from: declarations[parent].name, to: declarations[child].name)
        }
        lastChild[parent] = child
      }
    }
  }

  /// Kahn's algorithm, first in first out, so that ties stand in declaration order.
  static func topologicalOrder(
    _ declarations: [NodeDeclaration], parents: Adjacency, children: Adjacency
  ) throws(GraphError) -> [Int] {
    var missing = declarations.indices.map { parents.count($0) }
    var order = declarations.indices.filter { missing[$0] == 0 }
    order.reserveCapacity(declarations.count)
    var next = 0
    while next < order.count {
      for child in children[order[next]] {
        missing[child] -= 1
        if missing[child] == 0 { order.append(child) }
      }
      next += 1
    }
    guard order.count == declarations.count else {
      throw .cycle(cycle(missing: missing, parents: parents).map { declarations[$0].name })
    }
    return order
  }

  /// A directed cycle among the nodes that Kahn's algorithm could not place: walking up unplaced parents must repeat.
  private static func cycle(missing: [Int], parents: Adjacency) -> [Int] {
    guard var node = missing.indices.first(where: { missing[$0] > 0 }) else { return [] }
    var position: [Int: Int] = [:]
    var path: [Int] = []
    while position[node] == nil {
      position[node] = path.count
      path.append(node)
      guard let parent = parents[node].first(where: { missing[$0] > 0 }) else { return path }
      node = parent
    }
    // The walk went from child to parent; a cycle reads from parent to child, from its first declared node on.
    let cycle = Array(path[position[node]!...].reversed())
    let start = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
    return Array(cycle[start...] + cycle[..<start])
  }

  /// Dimensions are refused from here on: in the invertible regime they can double from level to level.
  private static let largestDimension = 1 << 31

  static func fillDimensions(
    _ declarations: [NodeDeclaration], isObserved: [Bool], parents: Adjacency, order: [Int], regime: Regime
  ) throws(GraphError) -> [Node] {
    var dimensions = [Int](repeating: 0, count: declarations.count)
    var noises = dimensions
    for v in order {
      let declaration = declarations[v]
      var fromParents = 0
      for parent in parents[v] { fromParents = min(fromParents + dimensions[parent], largestDimension) }
      guard fromParents < largestDimension else {
        throw .invalidParameter(
          name: "the dimension of '\(declaration.name)'",
          value: "too large: its parents have \(largestDimension) or more",
          remedy: "use fewer levels or parents, or the noisy regime")
      }
      if let dimension = declaration.dimension, dimension <= 0 {
        throw .dimensionNotPositive(node: declaration.name, dimension: dimension)
      }
      let noise = declaration.noiseDimension ?? (regime == .noisy ? declaration.dimension ?? 1 : 1)
      guard noise >= 0 else { throw .noiseDimensionNegative(node: declaration.name, dimension: noise) }
      let wanted = max(noise, declaration.dimension ?? 1)
      guard wanted < largestDimension else {
        throw .invalidParameter(
          name: "the dimension of '\(declaration.name)'", value: "\(wanted)",
          remedy: "give less than \(largestDimension)")
      }
      let dimension = declaration.dimension ?? (regime == .noisy ? max(1, noise) : fromParents + noise)
      guard dimension > 0 else { throw .dimensionNotPositive(node: declaration.name, dimension: dimension) }
      if regime == .invertible, dimension < fromParents + noise {
        throw .dimensionTooSmall(node: declaration.name, dimension: dimension, parents: fromParents, noise: noise)
      }
      dimensions[v] = dimension
      noises[v] = noise
    }
    return declarations.indices.map {
      Node(
        name: declarations[$0].name, dimension: dimensions[$0], noiseDimension: noises[$0], isObserved: isObserved[$0])
    }
  }
}
