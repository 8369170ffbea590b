public import HierarchicalGraphs

/// A graph as DOT for drawing: levels as ranks, observables as boxes, masked observables shaded.
public enum GraphDrawing {
  /// What a mask makes its two sides share, to be shown in the drawing; positions of nodes.
  public struct Shared: Sendable {
    /// The content c: drawn filled, with a double outline.
    public var content: [Int]
    /// A(m), the nodes above both sides: drawn tinted.
    public var ancestors: [Int]

    /// What is shared, from its parts.
    public init(content: [Int], ancestors: [Int]) { (self.content, self.ancestors) = (content, ancestors) }
  }

  /// The text for Graphviz's `dot`.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - mask: The observables to shade.
  ///   - shared: What the mask makes both sides share, to be highlighted.
  ///   - showsNames: Whether nodes carry their names; without, wide graphs stay narrow.
  /// - Returns: DOT that ``GraphFile`` reads back as the same graph.
  /// - Precondition: the mask has a flag for each observable.
  /// - Throws: ``SpecificationError`` for a name that DOT cannot express.
  public static func dot(
    _ graph: HierarchicalGraph, mask: Mask? = nil, shared: Shared? = nil, showsNames: Bool = true
  ) throws(SpecificationError) -> String {
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
    let (content, ancestors) = (Set(shared?.content ?? []), Set(shared?.ancestors ?? []))
    return try GraphDot.text(graph, header: header, footer: ranks) { node in
      var attributes = [graph.nodes[node].isObserved ? "shape=box" : "shape=ellipse"]
      if !showsNames { attributes += ["label=\"\"", "width=0.16", "height=0.16"] }
      // Colours of Okabe and Ito (2008); the outline tells c from A(m) without them.
      let fill: String? =
        content.contains(node)
        ? "#e69f00"
        : ancestors.contains(node) ? "#fbe3b3" : masked.contains(node) ? "#b0b0b0" : shared.map { _ in "#ffffff" }
      if let fill { attributes += ["style=filled", "fillcolor=\"\(fill)\""] }
      if content.contains(node) { attributes.append("peripheries=2") }
      return attributes
    }
  }
}
