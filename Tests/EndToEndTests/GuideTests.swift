import Foundation
import TestSupport
import Testing

/// The guides are programs: what they tell readers to write and to run is written and run, and what is printed is what
/// they show.
@Suite struct GuideTests {
  /// Other processors add in another order, training makes some 10⁻³ of that, and an interval over two seeds is six
  /// times their difference.
  static let tolerance = 0.05

  static let guides = ["docs/getting-started.md", "docs/your-own-graph.md", "docs/your-own-mechanism.md"]

  /// Runs lines in a folder one after the other; what they print on both streams.
  ///
  /// A line says with `# exit code N` that it ends otherwise than with 0. Calls of make are of the whole repository and
  /// tested elsewhere.
  private func run(_ block: MarkdownPage.Block, in folder: URL, page: String) throws -> String {
    var printed = ""
    for (number, line) in block.text.split(separator: "\n").enumerated() where !line.hasPrefix("make ") {
      let place = "\(page):\(block.line + number): \(line)"
      let calls = ShellWords.calls(in: String(line))
      let call = try #require(calls.count == 1 ? calls[0] : nil, "\(place): not one call of strata")
      let output = try StrataBinary.run(call, in: folder)
      let expected = line.firstMatch(of: /# exit code (\d+)/).flatMap { Int32($0.1) } ?? 0
      #expect(output.exitCode == expected, "\(place): \(output.standardError)")
      printed += output.standardOutput + output.standardError
    }
    return printed
  }

  /// Where two texts differ beyond the rounding of their decimals and the widths of columns; nil if nowhere. A line `…`
  /// in the first stands for any lines.
  static func difference(_ shown: String, _ printed: String) -> String? {
    func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
    var rest = lines(printed)[...]
    var skips = false
    for line in lines(shown) {
      if line == "…" {
        skips = true
        continue
      }
      if skips { rest = rest.drop { !isSame(line, $0) } }
      skips = false
      guard let next = rest.first, isSame(line, next) else {
        return "shown: \(line)\nprinted: \(rest.first ?? "nothing")"
      }
      rest = rest.dropFirst()
    }
    return rest.isEmpty || skips ? nil : "printed besides: \(rest.joined(separator: "\n"))"
  }

  private static func isSame(_ a: String, _ b: String) -> Bool {
    func words(_ line: String) -> [Substring] {
      line.split(separator: " ").map { $0.contains("--") && $0.hasPrefix("|") ? "|-" : $0 }
    }
    let (a, b) = (words(a), words(b))
    return a.count == b.count
      && zip(a, b).allSatisfy { x, y in
        if x == y { return true }
        guard x.contains("."), y.contains("."), let x = Double(x), let y = Double(y) else { return false }
        return abs(x - y) <= tolerance
      }
  }

  @Test("A guide's files and commands give what it shows", arguments: guides)
  func runs(path: String) throws {
    try withTemporaryDirectory { folder in
      let page = try MarkdownPage(path)
      var printed: String?
      var compared = 0
      for block in page.blocks {
        switch block.language {
        case "yaml" where !block.file.contains("/"):
          #expect(!block.file.isEmpty, "\(path):\(block.line): a file without a name")
          try (block.text + "\n").write(to: folder.appending(path: block.file), atomically: true, encoding: .utf8)
        case "sh":
          printed = try run(block, in: folder, page: path)
        case "text":
          let output = try #require(printed, "\(path):\(block.line): output of nothing")
          #expect(Self.difference(block.text, output) == nil, "\(path):\(block.line)")
          (printed, compared) = (nil, compared + 1)
        case "yaml", "swift":
          let source = try String(contentsOf: Repository.root.appending(path: block.file), encoding: .utf8)
          #expect(source.contains(block.text), "\(path):\(block.line): not in \(block.file)")
        default:
          Issue.record("\(path):\(block.line): a block of '\(block.language)', which is neither run nor compared")
        }
      }
      #expect(compared >= 2)
    }
  }

  @Test("What is printed otherwise than a guide shows is noticed")
  func notices() {
    let shown = "| a |  0.626 ± 0.037 |\n6 cells"
    #expect(Self.difference(shown, "| a | 0.61 ± 0.03 |\n6 cells\n") == nil)
    #expect(Self.difference(shown, "| a | 0.56 ± 0.03 |\n6 cells\n") != nil)
    #expect(Self.difference(shown, "| a | 0.626 ± 0.037 |\n7 cells\n") != nil)
    #expect(Self.difference(shown, shown + "\nmore") == "printed besides: more")
    #expect(Self.difference("…\n6 cells", "any\nthing\n6 cells") == nil)
    #expect(Self.difference("…\n6 cells", "any\nthing") != nil)
    #expect(Self.difference("a\n…", "a\nb") == nil)
  }
}
