internal import ArgumentParser
internal import HierarchicalGraphs
internal import Specifications

/// `strata graph validate`.
struct GraphValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Checks graphs and prints one line about each.",
    discussion: """
      Ends at the first graph that is not valid, with one error that names file, line, column, key and remedy.

      Example:
        strata graph validate graph.yaml graph.dot
      """)

  @Argument(help: "Graph files or built-in families.")
  var graphs: [String]

  func run() throws {
    try reporting {
      for source in graphs {
        let graph = try GraphCommand.load(source)
        let sides = graph.grid.sides.map(String.init).joined(separator: " x ")
        let counts = [
          count(graph.nodes.count, "node"), count(graph.edgeCount, "edge"),
          "\(count(graph.observables.count, "observable")) (grid \(sides))", "height \(graph.height)",
          "\(graph.regime.rawValue) regime",
        ]
        print("\(source): valid: \(counts.joined(separator: ", "))")
      }
    }
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
