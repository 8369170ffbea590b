import Foundation
import TestSupport
import Testing

/// Documentation that names flags which the program does not have is one of the traps of docs/metrics.md.
@Suite struct DocumentedFlagsTests {
  /// A command line that a page shows: the subcommands and the long options behind them.
  struct Mention: Hashable {
    let page: String
    let command: [String]
    let option: String
  }

  /// `strata` and its words up to the end of the code span or line; a backslash at the end continues a line. These may
  /// be synopses, so options alone are looked at.
  static func mentions(in page: String, _ text: String, _ tree: CommandTree) -> [Mention] {
    let joined = text.replacing(/\\\n\s*/, with: " ")
    var result: [Mention] = []
    for match in joined.matches(of: /(?:^|[\s`])strata ([a-z][^`\n#]*)/.anchorsMatchLineEndings()) {
      let words = match.1.split(whereSeparator: { " []|()".contains($0) }).map(String.init)
      let command = Array(tree.descend(words[...]).path.dropFirst())
      guard !command.isEmpty else { continue }
      for word in words where word.hasPrefix("--") {
        let option = word.prefix { $0 == "-" || $0.isLetter }
        result.append(Mention(page: page, command: command, option: String(option)))
      }
    }
    return result
  }

  @Test("Every flag that README and docs show behind a command is one that the command's help lists")
  func flags() throws {
    let tree = try CommandTree.load()
    let mentions = Set(try MarkdownPage.all().flatMap { Self.mentions(in: $0.path, $0.text, tree) })
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

  @Test("Every command line in the shell blocks of README and docs is one that the program takes")
  func commandLines() throws {
    let tree = try CommandTree.load()
    var count = 0
    for page in try MarkdownPage.all() {
      for block in page.blocks where block.language == "sh" {
        for call in ShellWords.calls(in: block.text) {
          let fault = tree.fault(in: call)
          #expect(fault == nil, "\(page.path):\(block.line): strata \(call.joined(separator: " "))")
          count += 1
        }
      }
    }
    #expect(count > 30)
  }

  @Test("Every option of strata evaluate stands in docs/metrics.md")
  func evaluateOptions() throws {
    let help = try StrataBinary.run(["evaluate", "--help"]).standardOutput
    let page = try MarkdownPage("docs/metrics.md").text
    let options = Set(help.matches(of: /\s(--[a-z-]+)/).map { String($0.1) }).subtracting(["--help", "--version"])
    #expect(options.count > 15)
    for option in options { #expect(page.contains("`\(option)") || page.contains("\(option) "), "\(option)") }
  }

  @Test("A flag that does not exist would be noticed")
  func canFail() throws {
    let tree = try CommandTree.load()
    let mentions = Self.mentions(
      in: "p", "run `strata evaluate --model DIR [--frob X]` or\n    strata sweep run P --workers 2\n", tree)
    #expect(mentions.map(\.option) == ["--model", "--frob", "--workers"])
    #expect(mentions.map(\.command) == [["evaluate"], ["evaluate"], ["sweep", "run"]])
    let help = try StrataBinary.run(["evaluate", "--help"]).standardOutput
    #expect(help.contains("--model") && !help.contains("--frob"))
  }

  @Test(
    "A command line that the program would not take would be noticed",
    arguments: [
      ("strata sweep walk p --out d", "'strata sweep' has no command 'walk'"),
      ("strata sweep run p --out d --frob", "'strata sweep run' has no option '--frob'"),
      ("strata sweep run p", "'strata sweep run' needs --out"),
      ("strata sweep run --out d", "'strata sweep run' needs <plan>"),
      ("strata sweep run p q --out d", "'strata sweep run' takes 1 arguments, not 2"),
      ("strata sweep run p --out", "'strata sweep run': --out has no value"),
      (
        "strata sweep compare p --out d --by level",
        "'strata sweep compare': --by level is none of mask-ratio, patch-size, width, mechanism, node"
      ),
    ])
  func refuses(line: String, fault: String) throws {
    let call = try #require(ShellWords.calls(in: line).first)
    #expect(try CommandTree.load().fault(in: call) == fault)
    #expect(try StrataBinary.run(call).exitCode == 64)
  }

  @Test("Calls are found in shell scripts as a shell would read them")
  func shell() {
    let script = """
      seq "$n" | parallel --jobs 2 \\
        strata sweep run p.yaml --out 'a b' --shard {}/"$n" && strata report d > log  # strata not
      """
    #expect(
      ShellWords.calls(in: script) == [
        ["sweep", "run", "p.yaml", "--out", "a b", "--shard", "{}/$n"], ["report", "d"],
      ])
  }
}
