internal import CGraphviz
internal import Synchronization

/// Graphviz's libcgraph as a parser of DOT text: one parse at a time, errors caught and with the right line.
enum DotLibrary {
  /// The attributes of one object that are set to something.
  typealias Attributes = [String: String]

  /// A graph as libcgraph read it, in plain values.
  struct Graph {
    var name: String?
    var isDirected = true
    var attributes: Attributes = [:]
    var nodes: [(name: String, attributes: Attributes)] = []
    /// By child in the order of the nodes; positions in `nodes`.
    var edges: [(from: Int, to: Int)] = []
  }

  /// What went wrong, with a line if libcgraph names one.
  struct Failure: Error {
    var line: Int?
    var message: String
  }

  /// libcgraph keeps its parser and its error handling in global variables.
  private static let isParsing = Mutex(())
  /// What libcgraph reports during a parse; a lock of its own, since the callback runs within the parse.
  private static let reports = Mutex("")

  /// Parses one graph.
  ///
  /// - Parameters:
  ///   - text: DOT without NUL characters, all its strings and comments closed (see ``DotScanner``).
  ///   - graphKeys: The attributes of the graph to return.
  ///   - nodeKeys: The attributes of nodes to return.
  static func parse(_ text: String, graphKeys: [String], nodeKeys: [String]) throws(Failure) -> Graph {
    let result = isParsing.withLock { _ -> Result<Graph, Failure> in
      reports.withLock { $0 = "" }
      // The line counter goes on from the last parse unless it is set back; a NULL file name does that too.
      agsetfile(nil)
      agreadline(1)
      agreseterrors()
      let oldHandler = agseterrf { message in
        if let message { DotLibrary.reports.withLock { $0 += String(cString: message) } }
        return 0
      }
      let oldLevel = agseterr(AGWARN)
      defer {
        agseterrf(oldHandler)
        agseterr(oldLevel)
      }
      let graph = agmemread(text)
      let report = reports.withLock { $0 }
      guard let graph else { return .failure(failure(report)) }
      defer { agclose(graph) }
      // What follows the graph is kept for the next one on the same stream, and would come before the next text.
      if let rest = agmemread("") { agclose(rest) }
      guard agerrors() < Int32(AGERR.rawValue) else { return .failure(failure(report)) }
      return .success(values(graph, graphKeys: graphKeys, nodeKeys: nodeKeys))
    }
    return try result.get()
  }

  /// "Error: <file>: syntax error in line 3 near 'x'" without its head, and the line.
  private static func failure(_ report: String) -> Failure {
    let first = report.split(separator: "\n").first.map(String.init) ?? "this is not a graph"
    guard let match = first.firstMatch(of: /syntax error in line ([0-9]+)(?: near '(.*)'?)?/) else {
      return Failure(line: nil, message: first)
    }
    var near = match.output.2.map(String.init) ?? ""
    if near.hasSuffix("'") { near.removeLast() }
    return Failure(line: Int(match.output.1), message: near.isEmpty ? "unexpected text" : "unexpected \(near.quoted)")
  }

  private static func values(
    _ graph: UnsafeMutablePointer<Agraph_t>, graphKeys: [String], nodeKeys: [String]
  ) -> Graph {
    var result = Graph()
    result.isDirected = agisdirected(graph) != 0
    if let name = agnameof(graph).map({ String(cString: $0) }), !name.hasPrefix("%") { result.name = name }
    result.attributes = attributes(of: graph, graphKeys)
    var positions: [OpaquePointer: Int] = [:]
    var pointers: [UnsafeMutablePointer<Agnode_t>] = []
    var node = agfstnode(graph)
    while let current = node {
      positions[OpaquePointer(current)] = pointers.count
      pointers.append(current)
      result.nodes.append((agnameof(current).map { String(cString: $0) } ?? "", attributes(of: current, nodeKeys)))
      node = agnxtnode(graph, current)
    }
    for (child, pointer) in pointers.enumerated() {
      // libcgraph lists in-edges by parent; their numbers tell the order in which they were written.
      var parents: [(number: UInt32, position: Int)] = []
      var edge = agfstin(graph, pointer)
      while let current = edge {
        let number = current.pointee.base.tag.seq
        if let parent = positions[OpaquePointer(current.pointee.node)] { parents.append((number, parent)) }
        edge = agnxtin(graph, current)
      }
      parents.sort { $0.number < $1.number }
      result.edges += parents.map { (from: $0.position, to: child) }
    }
    return result
  }

  private static func attributes(of object: UnsafeMutableRawPointer, _ keys: [String]) -> Attributes {
    var result: Attributes = [:]
    for key in keys {
      let value = key.withCString { agget(object, UnsafeMutablePointer(mutating: $0)) }
      if let value, value.pointee != 0 { result[key] = String(cString: value) }
    }
    return result
  }
}
