internal import ArgumentParser
internal import Foundation
internal import HierarchicalGraphs
internal import Specifications

/// `strata graph draw`.
struct GraphDrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draws a graph with Graphviz: levels as ranks, observables as boxes, masked ones shaded.",
    discussion: """
      Needs Graphviz's program dot, but for .dot.

      Example:
        strata graph draw graph.yaml --output graph.svg --mask x0,x1
      """)

  @Argument(help: "A graph file or built-in family.")
  var graph: String

  @Option(name: .shortAndLong, help: "The file to write: .svg, .pdf, .png, or .dot for Graphviz itself.")
  var output: String

  @Option(help: observableNamesHelp("The observables to shade as masked"))
  var mask: [String] = []

  func run() throws {
    try reporting {
      let kind = (output as NSString).pathExtension.lowercased()
      guard ["svg", "pdf", "png", "dot", "gv"].contains(kind) else {
        throw SpecificationError(
          file: output, "this is not the name of a drawing", remedy: "use .svg, .pdf, .png or .dot", status: .usage)
      }
      let loaded = try GraphCommand.load(graph)
      let names = mask.isEmpty ? nil : try observableNames(mask)
      let dot = try GraphDrawing.dot(loaded, mask: try names.map { try Mask(masking: $0, in: loaded) })
      try OutputFile.write(kind == "dot" || kind == "gv" ? Array(dot.utf8) : render(dot, as: kind), to: output)
    }
  }

  /// The drawing that Graphviz's `dot` makes.
  private func render(_ dot: String, as kind: String) throws -> [UInt8] {
    let program = try ExternalProgram.dot(otherwise: "draw to a .dot file")
    let remedy = "draw to a .dot file and look into it"
    // The text goes through a file: a pipe for each of input, output and errors can block.
    return try withScratchFolder { folder in
      try Data(dot.utf8).write(to: folder.appendingPathComponent("graph.dot"))
      try program.run(["-T\(kind)", "-o", "drawing", "graph.dot"], in: folder, remedy: remedy)
      guard let bytes = try? Data(contentsOf: folder.appendingPathComponent("drawing")), !bytes.isEmpty else {
        throw program.failure("", remedy: remedy)
      }
      return Array(bytes)
    }
  }
}
