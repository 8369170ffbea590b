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

        USAGE: strata
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
}
