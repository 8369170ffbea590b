internal import ArgumentParser
internal import Foundation
internal import HierarchicalGraphs
internal import Specifications

/// `strata graph draw`.
struct GraphDrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw",
    abstract: "Draws a graph with Graphviz: levels as ranks, observables as boxes, masked ones shaded.")

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
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let candidates = path.split(separator: ":").map { "\($0)/dot" }
    guard let program = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw SpecificationError(
        file: nil, "the program 'dot' is not installed",
        remedy: "install Debian's package graphviz (apt-get install graphviz), or draw to a .dot file",
        status: .unavailable)
    }
    // The text goes through a file: a pipe for each of input, output and errors can block.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, drawing) = (folder.appendingPathComponent("graph.dot"), folder.appendingPathComponent("drawing"))
    try Data(dot.utf8).write(to: input)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-T\(kind)", "-o", drawing.path, input.path]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let bytes = try? Data(contentsOf: drawing), !bytes.isEmpty else {
      let text = String(decoding: message, as: UTF8.self).split(separator: "\n").first ?? "no output"
      throw SpecificationError(
        file: nil, "the program 'dot' failed: \(text)", remedy: "draw to a .dot file and look into it",
        status: .software)
    }
    return Array(bytes)
  }
}
