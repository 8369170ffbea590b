/// Which observables are masked (hidden from the encoder); the others are visible.
public struct Mask: Hashable, Sendable {
  /// One flag for each grid position, row by row: `true` is masked.
  public let isMasked: [Bool]

  /// A mask from flags, one for each observable in grid order.
  public init(_ isMasked: [Bool]) { self.isMasked = isMasked }

  /// A mask that hides the named observables of a graph.
  ///
  /// - Throws: ``GraphError/unknownObservable(_:)``, ``GraphError/invalidMask(_:)`` if a name stands twice.
  public init(masking names: [String], in graph: HierarchicalGraph) throws(GraphError) {
    var position: [String: Int] = [:]
    for (index, node) in graph.observables.enumerated() { position[graph.nodes[node].name] = index }
    var flags = [Bool](repeating: false, count: graph.observables.count)
    for name in names {
      guard let index = position[name] else { throw .unknownObservable(name) }
      guard !flags[index] else { throw .invalidMask("'\(name)' is masked twice; name it once") }
      flags[index] = true
    }
    self.init(flags)
  }

  /// The number of masked observables.
  public var maskedCount: Int { isMasked.reduce(0) { $0 + ($1 ? 1 : 0) } }

  /// The mask with masked and visible exchanged.
  public var complement: Mask { Mask(isMasked.map { !$0 }) }

  /// The graph positions of the masked observables.
  public func masked(in graph: HierarchicalGraph) -> [Int] {
    graph.observables.indices.filter { isMasked[$0] }.map { graph.observables[$0] }
  }

  /// The graph positions of the visible observables.
  public func visible(in graph: HierarchicalGraph) -> [Int] { complement.masked(in: graph) }
}
