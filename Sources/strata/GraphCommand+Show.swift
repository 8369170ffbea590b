internal import ArgumentParser
internal import HierarchicalGraphs
internal import Reporting
internal import Specifications

/// `strata graph show`.
struct GraphShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Prints the levels of a graph, from the top to the observables.",
    discussion: """
      The level of a latent is its height above the observables, which are level 0.

      Example:
        strata graph show graph.yaml
      """)

  @Argument(help: "A graph file or built-in family.")
  var graph: String

  @Flag(help: "Print every node with its level, dimensions and parents as JSON.")
  var json = false

  func run() throws {
    try reporting {
      let loaded = try GraphCommand.load(graph)
      print(json ? jsonText(loaded) : table(loaded))
    }
  }

  private func table(_ graph: HierarchicalGraph) -> String {
    var members: [[Int]] = Array(repeating: [], count: graph.height + 1)
    for (node, level) in graph.levels.enumerated() { members[level].append(node) }
    var table = MarkdownTable(
      headings: ["level", "nodes", "dimension", "noise", "names"], alignments: [.right, .right, .right, .right, .left])
    for (level, nodes) in members.enumerated().reversed() {
      table.append([
        "\(level)", "\(nodes.count)", range(nodes.map { graph.nodes[$0].dimension }),
        range(nodes.map { graph.nodes[$0].noiseDimension }), names(nodes.map { graph.nodes[$0].name }),
      ])
    }
    return table.text
  }

  /// `3`, or `1–3` for unequal values.
  private func range(_ values: [Int]) -> String {
    guard let low = values.min(), let high = values.max() else { return "" }
    return low == high ? "\(low)" : "\(low)–\(high)"
  }

  /// The first names, then an ellipsis and the last.
  private func names(_ all: [String]) -> String {
    let shown = all.count <= 8 ? all : Array(all.prefix(6)) + ["…"] + all.suffix(1)
    return shown.map(\.escapingControlCharacters).joined(separator: ", ")
  }

  private func jsonText(_ graph: HierarchicalGraph) -> String {
    let nodes = graph.nodes.enumerated().map { index, node in
      let parents = graph.parents[index].map { graph.nodes[$0].name.jsonQuoted }.joined(separator: ", ")
      return """
            {"name": \(node.name.jsonQuoted), "level": \(graph.levels[index]), "observed": \(node.isObserved), \
        "dimension": \(node.dimension), "noise_dimension": \(node.noiseDimension), "parents": [\(parents)]}
        """
    }
    return """
      {
        "name": \(graph.name.jsonQuoted),
        "regime": \(graph.regime.rawValue.jsonQuoted),
        "grid": [\(graph.grid.sides.map(String.init).joined(separator: ", "))],
        "height": \(graph.height),
        "edges": \(graph.edgeCount),
        "observables": \(graph.observables.count),
        "nodes": [
      \(nodes.joined(separator: ",\n"))
        ]
      }
      """
  }
}
