extension HierarchicalGraph {
  /// The largest graph that a built-in family makes.
  static let largestFamily = 20_000_000

  /// A balanced tree: every latent has `branching` children, the leaves are the observables, all at depth `depth`.
  ///
  /// Depth 6 with branching 2 has 64 leaves and 127 nodes. Nodes are named `z<level>_<i>` and `x<i>`, from left to
  /// right, and stand level by level from the root.
  ///
  /// - Parameters:
  ///   - depth: The number of edges from the root to a leaf, at least 1.
  ///   - branching: The number of children of a latent, at least 2.
  ///   - regime: In the invertible regime dimensions are filled in unless given.
  ///   - dimension: The dimension of every node; `nil` for the regime's default.
  ///   - noiseDimension: The noise dimension of every node; `nil` for the regime's default.
  /// - Throws: ``GraphError/invalidParameter(name:value:remedy:)`` and the errors of validation.
  public static func tree(
    depth: Int, branching: Int, regime: Regime = .noisy, dimension: Int? = nil, noiseDimension: Int? = nil
  ) throws(GraphError) -> HierarchicalGraph {
    guard depth >= 1 else { throw .invalidParameter(name: "depth", value: "\(depth)", remedy: "give at least 1") }
    guard branching >= 2 else {
      throw .invalidParameter(name: "branching", value: "\(branching)", remedy: "give at least 2")
    }
    var widths = [1]
    for _ in 0..<depth {
      let (width, isTooLarge) = widths.last!.multipliedReportingOverflow(by: branching)
      guard !isTooLarge, width <= largestFamily else {
        throw .invalidParameter(
          name: "depth", value: "\(depth)",
          remedy: "with branching \(branching) that is more than \(largestFamily) nodes: give a smaller one")
      }
      widths.append(width)
    }
    var layers = LayeredNodes(dimension: dimension, noiseDimension: noiseDimension)
    for (row, width) in widths.enumerated() {
      layers.append((0..<width).map { LayeredNodes.name(level: depth - row, "\($0)") }, isObserved: row == depth)
      guard row > 0 else { continue }
      for i in 0..<width { layers.connect(parent: i / branching, child: i) }
    }
    return try HierarchicalGraph(
      name: "tree-depth\(depth)-branching\(branching)", nodes: layers.declarations, indexedEdges: layers.edges,
      regime: regime, grid: .line(widths[depth]))
  }
}

/// Collects the nodes of a family layer by layer, from the top.
struct LayeredNodes {
  private let dimension: Int?
  private let noiseDimension: Int?
  private(set) var declarations: [NodeDeclaration] = []
  private(set) var edges: [(from: Int, to: Int)] = []
  private var previousStart = 0
  private var start = 0

  init(dimension: Int?, noiseDimension: Int?) {
    self.dimension = dimension
    self.noiseDimension = noiseDimension
  }

  /// `z3_5` for a latent, `x5` for an observable.
  static func name(level: Int, _ place: String) -> String { level == 0 ? "x\(place)" : "z\(level)_\(place)" }

  /// Adds the next layer down.
  mutating func append(_ names: [String], isObserved: Bool) {
    previousStart = start
    start = declarations.count
    declarations += names.map {
      NodeDeclaration($0, dimension: dimension, noiseDimension: noiseDimension, isObserved: isObserved)
    }
  }

  /// An edge from a place in the layer before to a place in the last layer.
  mutating func connect(parent: Int, child: Int) { edges.append((previousStart + parent, start + child)) }
}
