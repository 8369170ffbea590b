internal import HierarchicalGraphs

/// Graphviz's DOT: `digraph` with the node attributes `observed`, `dim` and `noise_dim`.
enum GraphDot {
  private static let nodeKeys = ["observed", "dim", "dimension", "noise_dim", "noise_dimension"]
  private static let graphKeys = ["regime", "grid", "allow_observed_edges"]

  /// Reads one directed graph; attributes that are not known are drawing's and ignored.
  static func read(_ text: String, file: String?, name: String) throws(SpecificationError) -> LoadedGraph {
    let scan = try DotScanner(text, file: file)
    if let nul = text.utf8.firstIndex(of: 0) {
      let line = text.utf8[..<nul].count { $0 == UInt8(ascii: "\n") } + 1
      throw SpecificationError(file: file, line: line, "a NUL character", remedy: "remove it")
    }
    let dot: DotLibrary.Graph
    do {
      dot = try DotLibrary.parse(text, graphKeys: graphKeys, nodeKeys: nodeKeys)
    } catch {
      throw SpecificationError(
        file: file, line: error.line, "DOT syntax: \(error.message)", remedy: "correct the text there")
    }
    guard dot.isDirected else {
      throw SpecificationError(
        file: file, "the graph is undirected", remedy: "write 'digraph' and '->', from parent to child")
    }
    var draft = GraphDraft(file: file, name: dot.name ?? name)
    try GraphSettings.read(settings(dot.attributes, file: file), into: &draft)
    draft.gridPlace = draft.gridPlace == nil ? nil : DocumentPlace(file: file, steps: [.key("grid")])
    for node in dot.nodes {
      let place = DocumentPlace(file: file, line: scan.line(ofNode: node.name), steps: [.key(node.name)])
      guard !node.name.hasPrefix("%") else {
        throw SpecificationError(
          file: file, "a node's name begins with '%'", remedy: "rename it: Graphviz drops such names")
      }
      draft.nodes.append(try declaration(node.name, node.attributes, place))
      draft.nodePlaces.append(place)
    }
    for edge in dot.edges {
      let (from, to) = (dot.nodes[edge.from].name, dot.nodes[edge.to].name)
      draft.edges.append((from, to))
      let line = scan.lineOfEdge[.init(from: from, to: to)] ?? scan.line(ofNode: to)
      draft.edgePlaces.append(DocumentPlace(file: file, line: line))
    }
    draft.observeChildlessLatents()
    return try draft.validated()
  }

  /// The graph's attributes as a mapping, so that one reader serves all formats.
  private static func settings(_ attributes: DotLibrary.Attributes, file: String?) -> DocumentMapping {
    var pairs: [(key: DocumentElement.Key, value: DocumentElement)] = []
    for key in graphKeys {
      guard let text = attributes[key] else { continue }
      var content = DocumentElement.Content.plain(text)
      if key == "grid" {
        let sides = text.split { ", x[]".contains($0) }
        content = .sequence(sides.map { DocumentElement(content: .plain(String($0)), line: 0, column: 0) })
      }
      pairs.append((.init(name: key, line: 0, column: 0), DocumentElement(content: content, line: 0, column: 0)))
    }
    let root = DocumentElement(content: .mapping(pairs), line: 0, column: 0)
    return DocumentMapping(node: DocumentNode(element: root, file: file, steps: []), pairs: pairs)
  }

  private static func declaration(
    _ name: String, _ attributes: DotLibrary.Attributes, _ place: DocumentPlace
  ) throws(SpecificationError) -> NodeDeclaration {
    func cursor(_ keys: String...) -> DocumentNode? {
      guard let key = keys.first(where: { attributes[$0] != nil }), let text = attributes[key] else { return nil }
      let element = DocumentElement(content: .plain(text), line: place.line, column: 0)
      return DocumentNode(element: element, file: place.file, steps: place.steps + [.key(key)])
    }
    var isObserved: Bool?
    if let node = cursor("observed") {
      switch try node.string.lowercased() {
      case "true", "yes", "1": isObserved = true
      case "false", "no", "0": isObserved = false
      default: throw node.mismatch("true or false")
      }
    }
    return NodeDeclaration(
      name, dimension: try cursor("dim", "dimension")?.int(atLeast: 1, called: "a dimension"),
      noiseDimension: try cursor("noise_dim", "noise_dimension")?.int(atLeast: 0, called: "a noise dimension"),
      isObserved: isObserved)
  }

  // MARK: Writing

  /// The graph as DOT.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - decoration: Further lines at the beginning of the graph, and attributes of a node by its position.
  /// - Throws: ``SpecificationError`` for a name that DOT cannot express.
  static func text(
    _ graph: HierarchicalGraph, header: [String] = [], footer: [String] = [],
    attributes: (Int) -> [String] = { _ in [] }
  ) throws(SpecificationError) -> String {
    var lines = ["digraph \(try quote(graph.name)) {", "  regime=\(graph.regime.rawValue);"]
    lines.append("  grid=\"\(graph.grid.sides.map(String.init).joined(separator: "x"))\";")
    if graph.allowsObservedEdges { lines.append("  allow_observed_edges=true;") }
    lines += header.map { "  \($0)" }
    var names: [String] = []
    for (index, node) in graph.nodes.enumerated() {
      names.append(try quote(node.name))
      let own = ["observed=\(node.isObserved)", "dim=\(node.dimension)", "noise_dim=\(node.noiseDimension)"]
      lines.append("  \(names[index]) [\((own + attributes(index)).joined(separator: ", "))];")
    }
    for edge in graph.edges { lines.append("  \(names[edge.from]) -> \(names[edge.to]);") }
    return (lines + footer.map { "  \($0)" } + ["}", ""]).joined(separator: "\n")
  }

  /// A name in DOT's double quotes, where `\"` is the only escape and other backslashes stand for themselves.
  ///
  /// - Throws: ``SpecificationError`` for what that cannot express: an odd number of backslashes before a quote, a line
  ///   break or the end; a NUL; a `%` at the beginning, which libcgraph takes for an anonymous object of its own.
  static func quote(_ name: String) throws(SpecificationError) -> String {
    guard !name.hasPrefix("%") else { throw unwritable(name) }
    var result = "\""
    var backslashes = 0
    for scalar in Array(name.unicodeScalars) + ["\""] {
      if scalar == "\"" || scalar == "\n" || scalar == "\0", backslashes % 2 == 1 || scalar == "\0" {
        throw unwritable(name)
      }
      backslashes = scalar == "\\" ? backslashes + 1 : 0
      if scalar == "\"" { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    // The closing quote was the last of the scalars, escaped.
    return result.dropLast(2) + "\""
  }

  private static func unwritable(_ name: String) -> SpecificationError {
    SpecificationError(
      file: nil, "the name \(name.quoted) cannot be written in DOT", remedy: "rename it, or write YAML or JSON")
  }
}
