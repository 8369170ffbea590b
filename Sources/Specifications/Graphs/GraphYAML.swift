internal import HierarchicalGraphs

/// The project's own graph format: see docs/graph-format.md.
enum GraphYAML {
  private static let nodeKeys = ["name", "dim", "noise_dim", "observed", "parents"]

  /// Reads a graph from a mapping: nodes and edges, or a built-in family.
  static func read(_ root: DocumentNode, name: String) throws(SpecificationError) -> LoadedGraph {
    if try root.anyMapping.optional("family") != nil { return try GraphFamilyReader.read(root) }
    let map = try root.mapping(keys: GraphSettings.keys + ["family", "nodes", "edges"])
    var draft = GraphDraft(file: root.file, name: name)
    try GraphSettings.read(map, into: &draft)
    var parents: [(child: Int, node: DocumentNode)] = []
    for item in try map.required("nodes").nonEmptyList {
      if item.isMapping {
        let node = try item.mapping(keys: nodeKeys)
        draft.nodes.append(try declaration(node))
        if let list = node.optional("parents") { parents.append((draft.nodes.count - 1, list)) }
      } else {
        draft.nodes.append(NodeDeclaration(try item.nonEmptyString))
      }
      draft.nodePlaces.append(item.place)
    }
    for (child, list) in parents {
      for parent in try list.list {
        draft.edges.append((try parent.nonEmptyString, draft.nodes[child].name))
        draft.edgePlaces.append(parent.place)
      }
    }
    if let edges = map.optional("edges") {
      for item in try edges.list {
        draft.edges.append(try edge(item))
        draft.edgePlaces.append(item.place)
      }
    }
    return try draft.validated()
  }

  private static func declaration(_ node: DocumentMapping) throws(SpecificationError) -> NodeDeclaration {
    NodeDeclaration(
      try node.required("name").nonEmptyString,
      dimension: try node.optional("dim")?.int(atLeast: 1, called: "a dimension"),
      noiseDimension: try node.optional("noise_dim")?.int(atLeast: 0, called: "a noise dimension"),
      isObserved: try node.optional("observed")?.bool)
  }

  /// `a -> b`, or `[a, b]` for names that contain an arrow.
  private static func edge(_ item: DocumentNode) throws(SpecificationError) -> (from: String, to: String) {
    if item.isList {
      let ends = try item.list
      guard ends.count == 2 else {
        throw item.error("an edge has \(ends.count) ends", remedy: "give two: [parent, child]")
      }
      return (try ends[0].nonEmptyString, try ends[1].nonEmptyString)
    }
    let text = try item.string
    let ends = text.split(separator: "->", omittingEmptySubsequences: false).map { $0.trimmingSpaces }
    guard ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty else {
      throw item.error("\(text.quoted) is not an edge", remedy: "write 'parent -> child', or [parent, child]")
    }
    return (ends[0], ends[1])
  }

  // MARK: Writing

  /// The graph as text. Dimensions that the regime fills in anyway are left out.
  static func text(_ graph: HierarchicalGraph) -> String {
    var lines = ["name: \(scalar(graph.name))", "regime: \(graph.regime.rawValue)"]
    if case .rectangle(let rows, let columns) = graph.grid { lines.append("grid: [\(rows), \(columns)]") }
    if graph.allowsObservedEdges { lines.append("allow_observed_edges: true") }
    lines.append("nodes:")
    for (index, node) in graph.nodes.enumerated() {
      var parts = ["name: \(scalar(node.name))"]
      let inputs = graph.parents[index].reduce(0) { $0 + graph.nodes[$1].dimension }
      let isNoisy = graph.regime == .noisy
      if node.dimension != (isNoisy ? 1 : inputs + node.noiseDimension) { parts.append("dim: \(node.dimension)") }
      if node.noiseDimension != (isNoisy ? node.dimension : 1) {
        if isNoisy, node.dimension == 1 { parts.append("dim: 1") }
        parts.append("noise_dim: \(node.noiseDimension)")
      }
      if node.isObserved != (graph.children.count(index) == 0) { parts.append("observed: \(node.isObserved)") }
      if graph.parents.count(index) > 0 {
        let names = graph.parents[index].map { scalar(graph.nodes[$0].name) }
        parts.append("parents: [\(names.joined(separator: ", "))]")
      }
      lines.append("  - {\(parts.joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A word as it is, anything else (numbers and YAML's own words too) in double quotes.
  private static func scalar(_ text: String) -> String {
    let reserved: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return text.isIdentifier && !reserved.contains(text.lowercased()) ? text : text.jsonQuoted
  }
}

extension Substring {
  /// The text without spaces and tabs at its ends.
  var trimmingSpaces: String {
    var rest = self
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return String(rest)
  }
}

extension String {
  /// The text as a JSON string, which YAML reads as a double-quoted string.
  package var jsonQuoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // Controls, line separators, byte order marks and non-characters, which YAML does not take unescaped.
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}", "\u{FEFF}", "\u{FFFE}"..."\u{FFFF}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
