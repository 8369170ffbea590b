import Foundation
import TestSupport

/// The commands of the tool as it describes them itself (`--experimental-dump-help`), against which command lines can
/// be checked without running them.
struct CommandTree: Decodable, Sendable {
  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable {
      let kind: String
      let name: String

      /// As it is written: `-o`, `--output`.
      var written: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?

    /// Its names as they are written, or the value's.
    var label: String { names.map { $0.map(\.written).joined(separator: ", ") } ?? "<\(valueName ?? "")>" }
    /// Whether it is `--help` or `--version`, which ArgumentParser adds.
    var isBuiltIn: Bool { names?.contains { ["help", "version"].contains($0.name) } ?? false }
  }

  private struct Dump: Decodable { let command: CommandTree }

  let commandName: String
  let abstract: String?
  let discussion: String?
  let shouldDisplay: Bool
  let subcommands: [CommandTree]?
  let arguments: [Argument]?

  /// The tree of the built tool.
  static func load() throws -> CommandTree {
    let dump = try StrataBinary.run(["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(dump.standardOutput.utf8)).command
  }

  /// Every command that users see, with the words that lead to it; without ArgumentParser's `help`.
  var all: [(path: [String], command: CommandTree)] {
    var result = [(path: [commandName], command: self)]
    for subcommand in subcommands ?? [] where subcommand.shouldDisplay && subcommand.commandName != "help" {
      result += subcommand.all.map { ([commandName] + $0.path, $0.command) }
    }
    return result
  }

  /// The command lines that its help shows: lines of the discussion that are indented.
  var examples: [String] {
    (discussion ?? "").split(separator: "\n").filter { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
  }

  /// The command that words lead to, and the words behind it.
  func descend(_ words: ArraySlice<String>) -> (path: [String], command: CommandTree, rest: ArraySlice<String>) {
    if let word = words.first, let next = subcommands?.first(where: { $0.commandName == word }) {
      let found = next.descend(words.dropFirst())
      return ([commandName] + found.path, found.command, found.rest)
    }
    return ([commandName], self, words)
  }

  /// Why the tool would not take these words, which follow its name; nil if it would. Values are not looked into, but
  /// for choices.
  func fault(in words: [String]) -> String? {
    let (path, command, rest) = descend(words[...])
    let name = path.joined(separator: " ")
    if command.subcommands?.contains(where: \.shouldDisplay) ?? false, rest.first.map({ !$0.hasPrefix("-") }) ?? true {
      return "'\(name)' has no command '\(rest.first ?? "")'"
    }
    let arguments = command.arguments ?? []
    var given: Set<String> = []
    var positionals = 0
    var index = rest.startIndex
    while index < rest.endIndex {
      let word = rest[index]
      index += 1
      guard word.hasPrefix("-"), word.count > 1 else {
        positionals += 1
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard let argument = arguments.first(where: { $0.names?.contains { $0.written == parts[0] } ?? false }) else {
        return "'\(name)' has no option '\(parts[0])'"
      }
      given.insert(argument.label)
      guard argument.kind == "option" else { continue }
      if parts.count == 1 { index += 1 }
      guard index <= rest.endIndex else { return "'\(name)': \(parts[0]) has no value" }
      let value = parts.count == 2 ? parts[1] : rest[index - 1]
      if let choices = argument.allValues, !choices.contains(value) {
        return "'\(name)': \(parts[0]) \(value) is none of \(choices.joined(separator: ", "))"
      }
    }
    if let missing = arguments.first(where: { $0.kind == "option" && !$0.isOptional && !given.contains($0.label) }) {
      return "'\(name)' needs \(missing.label)"
    }
    let places = arguments.filter { $0.kind == "positional" }
    let least = places.count { !$0.isOptional }
    if positionals < least { return "'\(name)' needs \(places[positionals].label)" }
    if positionals > places.count, !places.contains(where: \.isRepeating) {
      return "'\(name)' takes \(places.count) arguments, not \(positionals)"
    }
    return nil
  }
}
