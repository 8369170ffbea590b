import Foundation
import TestSupport
import Testing

/// The theory commands on the public DAGs and published hierarchies that users bring.
@Suite struct PublicGraphTheoryTests {
  static func json(_ output: StrataBinary.Output) throws -> [String: Any] {
    #expect(output.exitCode == 0)
    let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8))
    return try #require(object as? [String: Any])
  }

  private func observables(_ path: String) throws -> [String] {
    let shown = try Self.json(StrataBinary.run(["graph", "show", path, "--json"]))
    let nodes = try #require(shown["nodes"] as? [[String: Any]])
    return nodes.filter { $0["observed"] as? Bool == true }.compactMap { $0["name"] as? String }
  }

  @Test(
    "A public graph is located: masked and visible side have the same content, and the rank is within d_c",
    arguments: PublicGraphs.files)
  func located(file: String) throws {
    let path = PublicGraphs.path(file)
    let names = try observables(path)
    // Every second observable: large shared parts on both sides.
    let masked = names.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let visible = names.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let one = try Self.json(
      StrataBinary.run(["theory", "locate", path, "--mask", masked.joined(separator: ","), "--json"]))
    let other = try Self.json(
      StrataBinary.run(["theory", "locate", path, "--mask", visible.joined(separator: ","), "--json"]))
    let content = try #require(one["content"] as? [String])
    #expect(!content.isEmpty)
    #expect(Set(content) == Set(try #require(other["content"] as? [String])))
    let rank = try #require(one["rank"] as? Int)
    let dimension = try #require(one["content_dimension"] as? Int)
    #expect(rank >= 1 && rank <= dimension)
    #expect(rank == other["rank"] as? Int)
  }

  /// The rows of `theory levels --csv`: mask ratio → statistic, or statistic and level → value and standard error.
  private func levels(_ file: String) throws -> [Double: [String: (value: Double, error: Double)]] {
    let output = try StrataBinary.run(
      ["theory", "levels", PublicGraphs.path(file), "--mask-ratios", "0.25,0.75", "--patch-sizes", "1", "--csv"])
    #expect(output.exitCode == 0)
    var found: [Double: [String: (value: Double, error: Double)]] = [:]
    for line in output.standardOutput.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      try #require(fields.count == 9)
      let name = fields[6].isEmpty ? fields[5] : "\(fields[5]) \(fields[6])"
      found[try #require(Double(fields[2])), default: [:]][name] = (
        try #require(Double(fields[7])), try #require(Double(fields[8]))
      )
    }
    return found
  }

  @Test(
    "A public graph is levelled: every number is what counting all masks gives",
    arguments: ["alarm.json", "andes.json", "huang2022-scenario1a.dot", "huang2022-scenario1b.dot"])
  func levelled(file: String) throws {
    let graph = try CountedGraph(file)
    for (ratio, found) in try levels(file) {
      let expected = graph.levelStatistics(masked: graph.maskedCount(ratio))
      #expect(expected.count == 6 + 4 * (graph.height + 1))
      for (name, value) in expected {
        let row = try #require(found[name], "no row \(name)")
        // Exact up to rounding where the masks were enumerated; else 5 standard errors of 4000 draws, and as many
        // draws as the rarest of events may miss.
        let tolerance = row.error > 0 || isDrawn(found) ? 5 * row.error + 5 / 4000 : 1e-9
        #expect(abs(row.value - value) < tolerance, "\(name) at \(ratio): \(row), counted \(value)")
      }
    }
    // Small graphs are exact, so that the tolerance above is rounding there.
    #expect(try levels(file).values.allSatisfy { isDrawn($0) == (file == "andes.json") })
  }

  private func isDrawn(_ rows: [String: (value: Double, error: Double)]) -> Bool {
    rows.values.contains { $0.error > 0 }
  }

  @Test("The largest public graph is levelled: sizes at every level and the dimension are the exact expectations")
  func levelledMunin() throws {
    let graph = try CountedGraph("munin.json")
    for (ratio, found) in try levels("munin.json") {
      let expected = graph.expectedSinks(masked: graph.maskedCount(ratio))
      for (level, value) in expected.sinks.enumerated() {
        let row = try #require(found["sinks \(level)"])
        #expect(
          abs(row.value - value) <= 5 * row.error + 5 / 4000, "level \(level) at \(ratio): \(row), exact \(value)")
      }
      let size = try #require(found["size"])
      #expect(abs(size.value - expected.sinks.reduce(0, +)) < 5 * size.error)
      // Every node of this graph has one noise component.
      let dimension = try #require(found["dimension"])
      #expect(abs(dimension.value - expected.ancestors) < 5 * dimension.error)
      // The tolerances are sharp: standard errors below a hundredth of what they are about.
      #expect(size.error < 0.01 * size.value && dimension.error < 0.01 * dimension.value)
    }
  }

  @Test(
    "A public graph is checked: scalar nodes are the noisy regime, so Theorem 1 does not apply, which is a result",
    arguments: PublicGraphs.files)
  func checked(file: String) throws {
    let output = try StrataBinary.run(["theory", "check", PublicGraphs.path(file), "--mechanism", "rho:0.85"])
    #expect(output.exitCode == 0)
    #expect(output.standardOutput.contains("| 1          | acyclic              | pass"))
    #expect(output.standardOutput.contains("Theorem 1 does not apply: dimension-count, invertible-modules"))
  }
}
