internal import ArgumentParser
internal import Foundation
internal import Specifications

/// `strata graph convert`.
struct GraphConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Writes a graph in another format, by the extension of the output's name.",
    discussion: """
      A graph that is written and read again is the same graph.

      Example:
        strata graph convert tree:depth=3,branching=2 --output tree.dot
      """)

  @Argument(help: "A graph file or built-in family.")
  var graph: String

  @Option(name: .shortAndLong, help: "The file to write: .yaml, .yml, .json, .dot or .gv.")
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    try reporting {
      // The output's name is checked before anything is read.
      _ = try GraphFile.Format(path: output)
      let loaded = try GraphCommand.load(graph)
      guard force || !FileManager.default.fileExists(atPath: output) else {
        throw SpecificationError(
          file: output, "the file exists", remedy: "add --force to replace it", status: .cannotCreate)
      }
      try GraphFile.write(loaded, to: output)
    }
  }
}
