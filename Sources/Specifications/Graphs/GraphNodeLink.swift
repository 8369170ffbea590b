internal import HierarchicalGraphs

/// NetworkX's node-link JSON: `networkx.node_link_data(graph)`, with the edges under `edges` (3.4 on) or `links`.
enum GraphNodeLink {
  /// Reads a directed graph without parallel edges. Attributes that are not known are other programs' and ignored.
  static func read(_ root: DocumentNode, name: String) throws(SpecificationError) -> LoadedGraph {
    let map = try root.anyMapping
    try rejectOtherKinds(map)
    var draft = GraphDraft(file: root.file, name: name)
    if let settings = map.optional("graph"), !settings.isNull, settings.isMapping {
      try GraphSettings.read(try settings.anyMapping, into: &draft)
    }
    for item in try map.required("nodes").list {
      let node = try item.anyMapping
      draft.nodes.append(try declaration(node))
      draft.nodePlaces.append(item.place)
    }
    guard map.optional("edges") == nil || map.optional("links") == nil else {
      throw map.error(at: "links", "both 'edges' and 'links' are given", remedy: "keep one of them")
    }
    guard let edges = map.optional("edges") ?? map.optional("links") else {
      throw map.node.error("the key 'edges' (or 'links') is missing", remedy: "add it with the list of edges")
    }
    for item in try edges.list {
      let edge = try item.anyMapping
      draft.edges.append((try identifier(edge.required("source")), try identifier(edge.required("target"))))
      draft.edgePlaces.append(item.place)
    }
    draft.observeChildlessLatents()
    return try draft.validated()
  }

  private static func rejectOtherKinds(_ map: DocumentMapping) throws(SpecificationError) {
    if let directed = map.optional("directed"), !(try directed.bool) {
      throw directed.error(
        "the graph is undirected", remedy: "build it as networkx.DiGraph, with edges from parent to child")
    }
    if let multigraph = map.optional("multigraph"), try multigraph.bool {
      throw multigraph.error(
        "the graph is a multigraph", remedy: "convert it to networkx.DiGraph, which has no parallel edges")
    }
  }

  private static func declaration(_ node: DocumentMapping) throws(SpecificationError) -> NodeDeclaration {
    NodeDeclaration(
      try identifier(node.required("id")),
      dimension: try value(node, "dimension", "dim")?.int(atLeast: 1, called: "a dimension"),
      noiseDimension: try value(node, "noise_dimension", "noise_dim")?.int(atLeast: 0, called: "a noise dimension"),
      isObserved: try value(node, "observed")?.bool)
  }

  /// The first of the keys that has a value; `null` is Python's None.
  private static func value(_ node: DocumentMapping, _ keys: String...) -> DocumentNode? {
    keys.lazy.compactMap { node.optional($0) }.first { !$0.isNull }
  }

  /// A node's name: text or a number.
  private static func identifier(_ node: DocumentNode) throws(SpecificationError) -> String {
    guard node.isScalar else { throw node.error("the node's name is not text", remedy: "use strings or numbers") }
    return try node.string
  }

  // MARK: Writing

  /// The graph as `networkx.node_link_graph(json, edges="edges")` reads it.
  static func text(_ graph: HierarchicalGraph) -> String {
    var settings = ["\"name\": \(graph.name.jsonQuoted)", "\"regime\": \(graph.regime.rawValue.jsonQuoted)"]
    settings.append("\"grid\": [\(graph.grid.sides.map(String.init).joined(separator: ", "))]")
    if graph.allowsObservedEdges { settings.append("\"allow_observed_edges\": true") }
    let nodes = graph.nodes.map { node in
      "    {\"id\": \(node.name.jsonQuoted), \"observed\": \(node.isObserved), \"dimension\": \(node.dimension), "
        + "\"noise_dimension\": \(node.noiseDimension)}"
    }
    let edges = graph.edges.map { edge in
      "    {\"source\": \(graph.nodes[edge.from].name.jsonQuoted), \"target\": \(graph.nodes[edge.to].name.jsonQuoted)}"
    }
    return """
      {
        "directed": true,
        "multigraph": false,
        "graph": {\(settings.joined(separator: ", "))},
        "nodes": [
      \(nodes.joined(separator: ",\n"))
        ],
        "edges": [
      \(edges.joined(separator: ",\n"))
        ]
      }

      """
  }
}
