internal import ArgumentParser
internal import Foundation
internal import HierarchicalGraphs
internal import Identifiability
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

  @Flag(help: "Also colour what the mask makes its two sides share: the content c (double outline) and A(m) above it.")
  var content = false

  func validate() throws {
    if content, mask.isEmpty { throw ValidationError("--content is of a mask: give --mask") }
  }

  func run() throws {
    try reporting {
      let kind = (output as NSString).pathExtension.lowercased()
      guard ["svg", "pdf", "png", "dot", "gv"].contains(kind) else {
        throw SpecificationError(
          file: output, "this is not the name of a drawing", remedy: "use .svg, .pdf, .png or .dot", status: .usage)
      }
      let loaded = try GraphCommand.load(graph)
      let names = mask.isEmpty ? nil : try observableNames(mask)
      let mask = try names.map { try Mask(masking: $0, in: loaded) }
      let shared = content ? mask.map { GraphDrawing.Shared(located: $0, in: loaded) } : nil
      let dot = try GraphDrawing.dot(loaded, mask: mask, shared: shared)
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

extension GraphDrawing.Shared {
  /// What a mask's sides share, located.
  init(located mask: Mask, in graph: HierarchicalGraph) {
    let location = Identifiability.content(of: mask, in: graph)
    self.init(content: location.content, ancestors: location.ancestors)
  }
}
