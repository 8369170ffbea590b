import Foundation
import TestSupport
import Testing

/// The harness that the other end-to-end tests rely on.
@Suite struct StrataBinaryTests {
  @Test("a run starts in the given directory, which is gone after the test")
  func workingDirectory() throws {
    var seen: URL?
    let output = try withTemporaryDirectory { directory in
      seen = directory
      #expect(FileManager.default.fileExists(atPath: directory.path))
      return try StrataBinary.run(["--version"], in: directory)
    }
    #expect(output.exitCode == 0)
    #expect(!FileManager.default.fileExists(atPath: try #require(seen).path))
  }

  @Test("a directory that does not exist is an error of the harness, not a silent run elsewhere")
  func missingDirectory() {
    #expect(throws: (any Error).self) {
      try StrataBinary.run(["--version"], in: URL(filePath: "/nonexistent-directory"))
    }
  }

  @Test("the environment reaches the tool")
  func environment() throws {
    // ArgumentParser writes a completion script for the shell that the environment names.
    let output = try StrataBinary.run(["--generate-completion-script"], environment: ["SHELL": "/bin/fish"])
    #expect(output.exitCode == 0)
    #expect(output.standardOutput.contains("complete -c 'strata'"))
  }
}
