import Foundation
import TestSupport

/// A page of the documentation and its fenced blocks.
struct MarkdownPage: Sendable {
  struct Block: Sendable {
    /// The first word of the fence's info string: `sh`, `yaml`, `text`, or empty.
    let language: String
    /// The rest of it: the file that the block is, or is part of.
    let file: String
    let text: String
    /// Of the first line of the text, from 1.
    let line: Int
  }

  /// The path in the repository.
  let path: String
  let text: String

  init(_ path: String) throws {
    self.path = path
    text = try String(contentsOf: Repository.root.appending(path: path), encoding: .utf8)
  }

  /// README, everything in `docs`, and the page of every experiment.
  static func all() throws -> [MarkdownPage] {
    func contents(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: folder).path).sorted()
    }
    let pages = try contents("docs").filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    let experiments = try contents("experiments").map { "experiments/\($0)/README.md" }
    let paths = ["README.md"] + pages + experiments
    return try paths.filter { FileManager.default.fileExists(atPath: Repository.root.appending(path: $0).path) }
      .map(MarkdownPage.init)
  }

  var blocks: [Block] {
    var result: [Block] = []
    var open: (info: [Substring], lines: [Substring], start: Int)?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let block = open, line == "```" {
        result.append(
          Block(
            language: String(block.info.first ?? ""), file: block.info.dropFirst().joined(separator: " "),
            text: block.lines.joined(separator: "\n"), line: block.start))
        open = nil
      } else if open != nil {
        open?.lines.append(line)
      } else if line.hasPrefix("```") {
        open = (line.dropFirst(3).split(separator: " "), [], number + 2)
      }
    }
    return result
  }
}
