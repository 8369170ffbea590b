public import HierarchicalGraphs

/// A graph as DOT for drawing: levels as ranks, observables as boxes, masked observables shaded.
public enum GraphDrawing {
  /// The text for Graphviz's `dot`.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - mask: The observables to shade.
  /// - Returns: DOT that ``GraphFile`` reads back as the same graph.
  /// - Precondition: the mask has a flag for each observable.
  /// - Throws: ``SpecificationError`` for a name that DOT cannot express.
  public static func dot(_ graph: HierarchicalGraph, mask: Mask? = nil) throws(SpecificationError) -> String {
    precondition(mask.map { $0.isMasked.count == graph.observables.count } ?? true, "a mask of another graph")
    let masked = Set(mask?.masked(in: graph) ?? [])
    let header = [
      "rankdir=TB; nodesep=0.15; ranksep=0.5;",
      "node [fontname=\"Helvetica\", fontsize=10, height=0.3, width=0.4, margin=\"0.06,0.03\", color=\"#333333\"];",
      "edge [color=\"#777777\", arrowsize=0.6];",
    ]
    var ranks: [String] = []
    var members: [[Int]] = Array(repeating: [], count: graph.height + 1)
    for (node, level) in graph.levels.enumerated() { members[level].append(node) }
    for nodes in members where nodes.count > 1 {
      var names: [String] = []
      for node in nodes { names.append(try GraphDot.quote(graph.nodes[node].name)) }
      ranks.append("{ rank=same; \(names.joined(separator: "; ")); }")
    }
    return try GraphDot.text(graph, header: header, footer: ranks) { node in
      guard graph.nodes[node].isObserved else { return ["shape=ellipse"] }
      return masked.contains(node) ? ["shape=box", "style=filled", "fillcolor=\"#b0b0b0\""] : ["shape=box"]
    }
  }
}
