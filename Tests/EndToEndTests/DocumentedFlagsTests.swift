import Foundation
import TestSupport
import Testing

/// Documentation that names flags which the program does not have is one of the traps of docs/metrics.md.
@Suite struct DocumentedFlagsTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A command line that a page shows: the subcommands and the long options behind them.
  struct Mention: Hashable {
    let page: String
    let command: [String]
    let option: String
  }

  /// `strata` and its words up to the end of the code span or line; a backslash at the end continues a line.
  static func mentions(in page: String, _ text: String) -> [Mention] {
    let joined = text.replacing(/\\\n\s*/, with: " ")
    let subcommands: Set = [
      "graph", "validate", "show", "draw", "convert", "theory", "locate", "levels", "limit", "check", "sample",
      "evaluate",
      "sweep", "plan", "run", "submit", "status", "retry", "merge", "export", "table", "compare", "report", "reproduce",
    ]
    var result: [Mention] = []
    for match in joined.matches(of: /(?:^|[\s`])strata ([a-z][^`\n#]*)/.anchorsMatchLineEndings()) {
      let words = match.1.split(whereSeparator: { " []|()".contains($0) }).map(String.init)
      let command = Array(words.prefix { subcommands.contains($0) })
      guard !command.isEmpty else { continue }
      for word in words where word.hasPrefix("--") {
        let option = word.prefix { $0 == "-" || $0.isLetter }
        result.append(Mention(page: page, command: command, option: String(option)))
      }
    }
    return result
  }

  static func allMentions() throws -> [Mention] {
    let pages = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)
      .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    return try (["README.md"] + pages.sorted()).flatMap { page in
      mentions(in: page, try String(contentsOf: root.appending(path: page), encoding: .utf8))
    }
  }

  @Test("Every flag that README and docs show behind a command is one that the command's help lists")
  func flags() throws {
    let mentions = Set(try Self.allMentions())
    #expect(mentions.count > 30)
    var helps: [[String]: String] = [:]
    for mention in mentions {
      let help = try helps[mention.command] ?? StrataBinary.run(mention.command + ["--help"]).standardOutput
      helps[mention.command] = help
      let isListed = help.contains(try Regex("\(NSRegularExpression.escapedPattern(for: mention.option))(?![a-z-])"))
      #expect(
        isListed,
        "\(mention.page): strata \(mention.command.joined(separator: " ")) \(mention.option)")
    }
  }

  @Test("Every option of strata evaluate stands in docs/metrics.md")
  func evaluateOptions() throws {
    let help = try StrataBinary.run(["evaluate", "--help"]).standardOutput
    let page = try String(contentsOf: Self.root.appending(path: "docs/metrics.md"), encoding: .utf8)
    let options = Set(help.matches(of: /\s(--[a-z-]+)/).map { String($0.1) }).subtracting(["--help", "--version"])
    #expect(options.count > 15)
    for option in options { #expect(page.contains("`\(option)") || page.contains("\(option) "), "\(option)") }
  }

  @Test("A flag that does not exist would be noticed")
  func canFail() throws {
    let mentions = Self.mentions(
      in: "p", "run `strata evaluate --model DIR [--frob X]` or\n    strata sweep run P --workers 2\n")
    #expect(mentions.map(\.option) == ["--model", "--frob", "--workers"])
    #expect(mentions.map(\.command) == [["evaluate"], ["evaluate"], ["sweep", "run"]])
    let help = try StrataBinary.run(["evaluate", "--help"]).standardOutput
    #expect(help.contains("--model") && !help.contains("--frob"))
  }
}
