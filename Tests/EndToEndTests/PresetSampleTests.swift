import Foundation
import TestSupport
import Testing

/// The presets as a user samples them.
@Suite struct PresetSampleTests {
  static let folder = Repository.root.appending(path: "experiments/presets")

  static var presets: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }.sorted()
    }
  }

  @Test("Every published process and every published graph has a preset with its source")
  func complete() throws {
    let rows = ["independent", "partial", "dependent", "causal"].map { "content-style-\($0).yaml" }
    let graphs = try FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: "graphs").path)
    #expect(Set(graphs) == Set(PublicGraphs.files))
    let named: [String] = graphs.map { "\($0.split(separator: ".")[0]).yaml" }
    let expected: Set<String> = Set(rows).union(named).union(["multiview-two.yaml", "multiview-four.yaml"])
    #expect(try Set(Self.presets) == expected)
    for preset in try Self.presets {
      let text = try String(contentsOf: Self.folder.appending(path: preset), encoding: .utf8)
      #expect(text.contains("# Source: ") && text.contains(#/ovariances?: /#), "\(preset)")
    }
    let guide = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
    for preset in try Self.presets { #expect(guide.contains("[\(preset)](\(preset))"), "\(preset)") }
  }

  @Test("Every preset is sampled: one column for each component, one line for each sample")
  func sampled() throws {
    for preset in try Self.presets {
      try withTemporaryDirectory { folder in
        let output = try StrataBinary.run(
          ["sample", Self.folder.appending(path: preset).path, "-n", "20", "-o", "x.csv"], in: folder)
        #expect(output.exitCode == 0, "\(preset): \(output.standardError)")
        let lines = try String(contentsOf: folder.appending(path: "x.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 21)
        let widths = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
        #expect(widths.count == 1)
        #expect(lines[1...].allSatisfy { $0.split(separator: ",").allSatisfy { Double($0)?.isFinite == true } })
      }
    }
  }
}
