import Foundation
import TestSupport
import Testing

/// `STRATA_PROCESSOR` on the command line.
@Suite struct ProcessorVariableTests {
  static let plan = """
    name: small
    graphs: {family: tree, depth: 2, branching: 2}
    mechanisms: {family: rho, rho: 0.85}
    mask_ratios: [0.5]
    model: {hidden_width: 8, hidden_layers: 1}
    training: {steps: 10, batch: 16}
    """

  private func run(_ arguments: [String], in folder: URL, processor: String) throws -> StrataBinary.Output {
    try StrataBinary.run(arguments, in: folder, environment: ["STRATA_PROCESSOR": processor])
  }

  @Test("An unknown kind is one error with exit code 64, and nothing is written")
  func unknown() throws {
    try withTemporaryDirectory { folder in
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      let output = try run(["sweep", "run", "plan.yaml", "--out", "out"], in: folder, processor: "sse")
      #expect(output.exitCode == 64)
      #expect(output.standardOutput.isEmpty)
      #expect(
        output.standardError.hasPrefix(
          "Error: STRATA_PROCESSOR is 'sse', which is no kind of processor: set it to baseline, avx2 or avx512, or unset it\n"
        ))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["plan.yaml"])
      #expect(try run(["--version"], in: folder, processor: "sse").exitCode == 0)
      #expect(try run(["sweep", "--help"], in: folder, processor: "sse").exitCode == 0)
    }
  }

  @Test("A sweep runs as the kind that is named, and says so beside its results")
  func recorded() throws {
    try withTemporaryDirectory { folder in
      try Data(Self.plan.utf8).write(to: folder.appending(path: "plan.yaml"))
      func cpu(_ processor: String) throws -> String {
        let out = "out\(processor)"
        let output = try run(["sweep", "run", "plan.yaml", "--out", out], in: folder, processor: processor)
        #expect(output.exitCode == 0, "\(output.standardError)")
        let text = try String(contentsOf: folder.appending(path: "\(out)/plan.resolved.yaml"), encoding: .utf8)
        return try #require(text.split(separator: "\n").first { $0.hasPrefix("# CPU: ") }.map(String.init))
      }
      let best = try cpu("")
      let named = try cpu("baseline")
      // Where nothing is better, nothing is said.
      #expect(named == best || named == "\(best) as baseline")
      #if arch(x86_64)
        let flags = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        if flags.contains(" avx2 "), flags.contains(" fma ") { #expect(named == "\(best) as baseline") }
      #endif
    }
  }
}
