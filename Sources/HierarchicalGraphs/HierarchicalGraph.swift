/// A directed acyclic graph of vector-valued latents and observables: the skeleton of the generating process
/// `z_i = g_i(Pa(z_i), ε_i)`, `x_j = g_j(Pa(x_j), ε_j)` (Kong et al. 2023, eq. 1).
///
/// A value of this type is valid: acyclic, names unique, every latent with an observed descendant, no edge out of an
/// observable unless that violation was allowed, dimensions consistent with the regime.
public struct HierarchicalGraph: Sendable, Equatable {
  /// A short name for tables and files.
  public let name: String
  /// The nodes, in the order of their declaration.
  public let nodes: [Node]
  /// The parents of each node, in the order of the edges' declaration.
  public let parents: Adjacency
  /// The children of each node, in the order of their declaration.
  public let children: Adjacency
  /// Every node after all its parents; ties in the order of declaration.
  public let topologicalOrder: [Int]
  /// The height of each node above the observables: observables 0, a latent 1 + the maximum over its children.
  public let levels: [Int]
  /// The observed nodes in the order in which they stand on the grid (row by row).
  public let observables: [Int]
  /// How the observables are laid out, so that patches make sense.
  public let grid: ObservationGrid
  /// Whether dimensions obey the invertible regime.
  public let regime: Regime
  /// Whether edges between observables were allowed as an assumption violation.
  public let allowsObservedEdges: Bool

  /// Validates declarations and edges and fills in what was left out.
  ///
  /// - Parameters:
  ///   - name: A short name.
  ///   - declarations: The nodes. Without `isObserved`, leaves are observed. Without dimensions: noise 1; in the noisy
  ///     regime dimension 1; in the invertible regime Σ dim(parents) + noise.
  ///   - edges: (parent, child) by name.
  ///   - regime: The relation between dimensions to check.
  ///   - grid: The layout of the observables, in the order of their declaration; `nil` for one row.
  ///   - allowsObservedEdges: Accepts edges between observables, which the theory excludes.
  /// - Throws: ``GraphError``, the first violation found.
  /// - Complexity: O(nodes + edges).
  public init(
    name: String, nodes declarations: [NodeDeclaration], edges: [(from: String, to: String)], regime: Regime = .noisy,
    grid: ObservationGrid? = nil, allowsObservedEdges: Bool = false
  ) throws(GraphError) {
    var indexOf: [String: Int] = [:]
    indexOf.reserveCapacity(declarations.count)
    for (index, declaration) in declarations.enumerated() {
      guard indexOf.updateValue(index, forKey: declaration.name) == nil else { throw .duplicateName(declaration.name) }
    }
    var pairs: [(Int, Int)] = []
    pairs.reserveCapacity(edges.count)
    for edge in edges {
      guard let from = indexOf[edge.from] else {
        throw .unknownNode(name: edge.from, inEdge: "\(edge.from) -> \(edge.to)")
      }
      guard let to = indexOf[edge.to] else { throw .unknownNode(name: edge.to, inEdge: "\(edge.from) -> \(edge.to)") }
      pairs.append((from, to))
    }
    try self.init(
      name: name, nodes: declarations, indexedEdges: pairs, regime: regime, grid: grid,
      allowsObservedEdges: allowsObservedEdges, checksNames: false)
  }

  /// As the initialiser by name, with edges as pairs of positions in `declarations`: for built-in families and large graphs.
  ///
  /// - Precondition: every index is a position in `declarations`.
  public init(
    name: String, nodes declarations: [NodeDeclaration], indexedEdges pairs: [(from: Int, to: Int)],
    regime: Regime = .noisy, grid: ObservationGrid? = nil, allowsObservedEdges: Bool = false
  ) throws(GraphError) {
    try self.init(
      name: name, nodes: declarations, indexedEdges: pairs, regime: regime, grid: grid,
      allowsObservedEdges: allowsObservedEdges, checksNames: true)
  }

  /// A valid graph under another name.
  private init(_ graph: HierarchicalGraph, name: String) {
    self.name = name
    nodes = graph.nodes
    parents = graph.parents
    children = graph.children
    topologicalOrder = graph.topologicalOrder
    levels = graph.levels
    observables = graph.observables
    grid = graph.grid
    regime = graph.regime
    allowsObservedEdges = graph.allowsObservedEdges
  }

  private init(
    name: String, nodes declarations: [NodeDeclaration], indexedEdges pairs: [(from: Int, to: Int)], regime: Regime,
    grid: ObservationGrid?, allowsObservedEdges: Bool, checksNames: Bool
  ) throws(GraphError) {
    guard !declarations.isEmpty else { throw .empty }
    let count = declarations.count
    if checksNames {
      var seen = Set<String>(minimumCapacity: count)
      for declaration in declarations where !seen.insert(declaration.name).inserted {
        throw .duplicateName(declaration.name)
      }
    }
    for pair in pairs where pair.from == pair.to { throw .selfLoop(declarations[pair.from].name) }
    let parents = Adjacency(nodeCount: count, pairs: pairs.map { (source: $0.to, target: $0.from) })
    // By child in declaration order, whatever the order of the edges: the same graph from any file is the same value.
    let children = Adjacency(
      nodeCount: count,
      pairs: declarations.indices.flatMap { child in parents[child].map { (source: $0, target: child) } })
    try Self.rejectDuplicateEdges(declarations, parents)
    let order = try Self.topologicalOrder(declarations, parents: parents, children: children)
    let isObserved = declarations.indices.map { declarations[$0].isObserved ?? (children.count($0) == 0) }
    let observables = declarations.indices.filter { isObserved[$0] }
    guard !observables.isEmpty else { throw .noObservables }
    for pair in pairs where isObserved[pair.from] {
      let (from, to) = (declarations[pair.from].name, declarations[pair.to].name)
      guard isObserved[pair.to] else { throw .observedToLatent(from: from, to: to) }
      guard allowsObservedEdges else { throw .observedToObserved(from: from, to: to) }
    }
    var levels = [Int](repeating: 0, count: count)
    for v in order.reversed() where !isObserved[v] {
      guard children.count(v) > 0 else { throw .noObservedDescendant(declarations[v].name) }
      levels[v] = 1 + (children[v].map { levels[$0] }.max() ?? 0)
    }
    let layout = grid ?? .line(observables.count)
    guard layout.count == observables.count else {
      throw .gridMismatch(grid: layout.sides, observables: observables.count)
    }
    self.name = name
    self.nodes = try Self.fillDimensions(
      declarations, isObserved: isObserved, parents: parents, order: order, regime: regime)
    self.parents = parents
    self.children = children
    self.topologicalOrder = order
    self.levels = levels
    self.observables = observables
    self.grid = layout
    self.regime = regime
    self.allowsObservedEdges = allowsObservedEdges
  }
}

extension HierarchicalGraph {
  /// The highest level; the level of the topmost root.
  public var height: Int { levels.max() ?? 0 }

  /// The number of edges.
  public var edgeCount: Int { parents.targets.count }

  /// The edges as (parent, child) positions, by child in declaration order.
  public var edges: [(from: Int, to: Int)] {
    nodes.indices.flatMap { child in parents[child].map { (from: $0, to: child) } }
  }

  /// The positions of all latents, in declaration order.
  public var latents: [Int] { nodes.indices.filter { !nodes[$0].isObserved } }

  /// Whether some observable is a parent of another, which the theory excludes.
  public var hasObservedEdges: Bool { observables.contains { children.count($0) > 0 } }

  /// The total number of observed scalars: the width of a data row.
  public var observedDimension: Int { observables.reduce(0) { $0 + nodes[$1].dimension } }

  /// The position of the node with a name, or `nil`. O(nodes).
  public func index(of name: String) -> Int? { nodes.firstIndex { $0.name == name } }

  /// The nodes of one level, in declaration order.
  public func nodes(atLevel level: Int) -> [Int] { nodes.indices.filter { levels[$0] == level } }
}

extension HierarchicalGraph {
  /// The same graph under another name.
  public func renamed(_ name: String) -> HierarchicalGraph { HierarchicalGraph(self, name: name) }
}
