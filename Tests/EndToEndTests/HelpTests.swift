import Foundation
import TestSupport
import Testing

@Suite struct HelpTests {
  @Test("--version prints the version alone")
  func version() throws {
    let output = try StrataBinary.run(["--version"])
    #expect(output.standardOutput == "0.1.0-dev\n")
    #expect(output.standardError == "")
    #expect(output.exitCode == 0)
  }

  @Test("--help starts with what the tool is for and how it is called", arguments: ["--help", "-h"])
  func help(flag: String) throws {
    let output = try StrataBinary.run([flag])
    #expect(
      output.standardOutput.hasPrefix(
        """
        OVERVIEW: Simulates hierarchical latent-variable models and measures what
        masked autoencoders recover of them.

        A plan, a YAML file, is run by 'strata sweep run'; 'strata sweep table' and
        'strata report' show its results, and 'strata theory' what is to be expected
        without any training. Exit codes are those of sysexits.h: 64 for a wrong
        command line, 65 for bad data, 66 for a missing file, 69 to 75 for what is
        beyond the input. Every error names the remedy.

        Examples:
          strata sweep run plan.yaml --out results
          strata report results
          strata theory locate tree:depth=3,branching=2 --mask x0,x1

        USAGE: strata <subcommand>
        """))
    #expect(output.standardError == "")
    #expect(output.exitCode == 0)
  }

  @Test("an unknown option is a usage error: exit code 64, nothing on standard output")
  func unknownOption() throws {
    let output = try StrataBinary.run(["--frobnicate"])
    #expect(output.standardOutput == "")
    #expect(output.standardError.hasPrefix("Error: Unknown option '--frobnicate'\n"))
    #expect(output.exitCode == 64)
  }

  @Test("Every command says in one line what it does, and shows an example that fits a terminal and would be taken")
  func commands() throws {
    let tree = try CommandTree.load()
    #expect(tree.all.count > 20)
    for (path, command) in tree.all {
      let name = path.joined(separator: " ")
      let abstract = try #require(command.abstract, "\(name)")
      #expect(abstract.hasSuffix(".") && !abstract.contains("\n") && abstract.count < 120, "\(name): \(abstract)")
      // The third person, throughout: "Draws", "Checks, shows, draws and converts".
      #expect(abstract.prefix { $0.isLetter }.hasSuffix("s"), "\(name): \(abstract)")
      #expect(!command.examples.isEmpty, "\(name): no example")
      for example in command.examples {
        let call = try #require(ShellWords.calls(in: example).first, "\(name): \(example)")
        #expect(example.count <= 78, "\(name): \(example)")
        #expect(tree.fault(in: call) == nil, "\(name): \(example)")
        #expect(
          command.subcommands != nil || tree.descend(call[...]).path == path,
          "\(name): \(example) is of another command")
      }
    }
  }

  @Test("Every argument of every command has a help that says what it is and what is taken without it")
  func arguments() throws {
    var count = 0
    for (path, command) in try CommandTree.load().all {
      for argument in command.arguments ?? [] where argument.shouldDisplay && !argument.isBuiltIn {
        let place = "\(path.joined(separator: " ")) \(argument.label)"
        let abstract = try #require(argument.abstract, "\(place): no help")
        #expect(abstract.hasSuffix(".") || abstract.hasSuffix(")"), "\(place): \(abstract)")
        count += 1
        guard argument.kind == "option", argument.isOptional, !argument.isRepeating else { continue }
        let saysDefault = argument.defaultValue != nil || abstract.contains("default") || abstract.contains("required")
        // An option that is a case of its own, as --model is, has nothing that is taken without it.
        #expect(
          saysDefault || abstract.hasPrefix("Instead of") || abstract.hasPrefix("Go on with"), "\(place): \(abstract)")
      }
    }
    #expect(count > 100)
  }

  @Test("Quantities name their units", arguments: [("seconds", "--cell-seconds"), ("megabytes", "--cell-memory")])
  func units(unit: String, option: String) throws {
    let commands = try CommandTree.load().all.filter { ["run", "retry"].contains($0.command.commandName) }
    #expect(commands.count == 2)
    for (_, command) in commands {
      let argument = try #require(command.arguments?.first { $0.label == option })
      #expect(argument.valueName == unit && argument.abstract?.contains(unit) == true)
    }
  }
}
