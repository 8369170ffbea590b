public import HierarchicalGraphs

/// What a graph file says, with the place of everything, before it is validated.
struct GraphDraft {
  var file: String?
  var name: String
  var regime = Regime.noisy
  var grid: ObservationGrid?
  var gridPlace: DocumentPlace?
  var allowsObservedEdges = false
  var nodes: [NodeDeclaration] = []
  var nodePlaces: [DocumentPlace] = []
  var edges: [(from: String, to: String)] = []
  var edgePlaces: [DocumentPlace] = []
  var notes: [String] = []

  init(file: String?, name: String) {
    self.file = file
    self.name = name
  }

  /// The valid graph, or the first violation with its place.
  func validated() throws(SpecificationError) -> LoadedGraph {
    if let unnamed = nodes.firstIndex(where: { $0.name.isEmpty }) {
      throw nodePlaces[unnamed].error("a node has an empty name", remedy: "give it a name")
    }
    do {
      let graph = try HierarchicalGraph(
        name: name, nodes: nodes, edges: edges, regime: regime, grid: grid, allowsObservedEdges: allowsObservedEdges)
      return LoadedGraph(graph: graph, notes: notes)
    } catch {
      throw place(of: error).error(error.description, remedy: "")
    }
  }

  /// Childless nodes that the file calls latent are read as observables: graphs of other programs mark what was measured
  /// in their data, and a latent that nothing depends on could not be recovered by anything. Each is noted.
  mutating func observeChildlessLatents() {
    let parents = Set(edges.map(\.from))
    for index in nodes.indices where nodes[index].isObserved == false && !parents.contains(nodes[index].name) {
      nodes[index].isObserved = true
      let name = nodes[index].name.quoted
      notes.append("\(name) is marked as latent but has no children: it is read as an observable")
    }
  }

  /// The place of a violation: of its edge or node, else the file.
  private func place(of error: GraphError) -> DocumentPlace {
    let whole = DocumentPlace(file: file)
    switch error {
    case .duplicateName(let name):
      return nodes.lastIndex { $0.name == name }.map { nodePlaces[$0] } ?? whole
    case .unknownNode(let name, _):
      return edges.firstIndex { $0.from == name || $0.to == name }.map { edgePlaces[$0] } ?? whole
    case .duplicateEdge(let from, let to):
      return edges.lastIndex { $0 == (from, to) }.map { edgePlaces[$0] } ?? whole
    case .selfLoop(let name):
      return edges.firstIndex { $0 == (name, name) }.map { edgePlaces[$0] } ?? whole
    case .cycle(let names):
      // The edge that leads back to the first node.
      guard let first = names.first, let last = names.last else { return whole }
      return edges.firstIndex { $0 == (last, first) }.map { edgePlaces[$0] } ?? whole
    case .observedToObserved(let from, let to), .observedToLatent(let from, let to):
      return edges.firstIndex { $0 == (from, to) }.map { edgePlaces[$0] } ?? whole
    case .noObservedDescendant(let name), .dimensionNotPositive(let name, _), .noiseDimensionNegative(let name, _),
      .dimensionTooSmall(let name, _, _, _):
      return nodes.firstIndex { $0.name == name }.map { nodePlaces[$0] } ?? whole
    case .gridMismatch: return gridPlace ?? whole
    case .empty, .noObservables, .unknownObservable, .patchDoesNotDivide, .tooFewPatches, .invalidMaskRatio,
      .invalidMask, .invalidParameter:
      return whole
    }
  }
}

/// A graph from a file, and what the user should know about how it was read.
public struct LoadedGraph: Sendable {
  /// The graph.
  public let graph: HierarchicalGraph
  /// One line each, without a file name; usually none.
  public let notes: [String]
}
