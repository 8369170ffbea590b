internal import ArgumentParser
internal import HierarchicalGraphs
internal import Specifications

/// `strata graph …`: hierarchical latent graphs in files.
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Checks, shows, draws and converts hierarchical latent graphs.",
    discussion: """
      A GRAPH is a file (.yaml, .yml: Strata's own format; .json: NetworkX node-link; .dot, .gv: Graphviz) or a \
      built-in family: tree:depth=6,branching=2, pyramid:length=16,window=4,stride=2, \
      pyramid:rows=8,columns=8,window=4,stride=2, layered:widths=4-8-16,parents=2,seed=1. \
      All formats are described in docs/graph-format.md.

      Example:
        strata graph show pyramid:rows=8,columns=8,window=4,stride=2
      """,
    subcommands: [
      GraphValidateCommand.self, GraphShowCommand.self, GraphDrawCommand.self, GraphConvertCommand.self,
    ])

  /// Loads a graph and prints the notes on how it was read.
  static func load(_ source: String) throws -> HierarchicalGraph {
    let loaded = try GraphFile.load(source)
    for note in loaded.notes { printNote("\(source): \(note)") }
    return loaded.graph
  }
}
