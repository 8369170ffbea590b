import Foundation
import TestSupport
import Testing

/// The theory commands on the public DAGs and published hierarchies that users bring.
@Suite struct PublicGraphTheoryTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/graphs").path
  static let graphs = [
    "alarm.json", "andes.json", "munin.json", "huang2022-scenario1a.dot", "huang2022-scenario1b.dot",
  ]

  private func json(_ output: StrataBinary.Output) throws -> [String: Any] {
    #expect(output.exitCode == 0)
    let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8))
    return try #require(object as? [String: Any])
  }

  private func observables(_ path: String) throws -> [String] {
    let shown = try json(StrataBinary.run(["graph", "show", path, "--json"]))
    let nodes = try #require(shown["nodes"] as? [[String: Any]])
    return nodes.filter { $0["observed"] as? Bool == true }.compactMap { $0["name"] as? String }
  }

  @Test(
    "A public graph is located: masked and visible side have the same content, and the rank is within d_c",
    arguments: graphs)
  func located(file: String) throws {
    let path = "\(Self.folder)/\(file)"
    let names = try observables(path)
    // Every second observable: large shared parts on both sides.
    let masked = names.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let visible = names.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let one = try json(StrataBinary.run(["theory", "locate", path, "--mask", masked.joined(separator: ","), "--json"]))
    let other = try json(
      StrataBinary.run(["theory", "locate", path, "--mask", visible.joined(separator: ","), "--json"]))
    let content = try #require(one["content"] as? [String])
    #expect(!content.isEmpty)
    #expect(Set(content) == Set(try #require(other["content"] as? [String])))
    let rank = try #require(one["rank"] as? Int)
    let dimension = try #require(one["content_dimension"] as? Int)
    #expect(rank >= 1 && rank <= dimension)
    #expect(rank == other["rank"] as? Int)
  }

  @Test("A public graph is levelled: probabilities within [0, 1] for every level", arguments: graphs)
  func levelled(file: String) throws {
    let output = try StrataBinary.run(
      ["theory", "levels", "\(Self.folder)/\(file)", "--mask-ratios", "0.25,0.75", "--patch-sizes", "1", "--csv"])
    #expect(output.exitCode == 0)
    let rows = output.standardOutput.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.contains { $0[5] == "presence" })
    for row in rows where row[5] == "presence" {
      let value = try #require(row.count > 7 ? Double(row[7]) : nil)
      #expect(value >= 0 && value <= 1)
    }
  }

  @Test(
    "A public graph is checked: scalar nodes are the noisy regime, so Theorem 1 does not apply, which is a result",
    arguments: graphs)
  func checked(file: String) throws {
    let output = try StrataBinary.run(["theory", "check", "\(Self.folder)/\(file)", "--mechanism", "rho:0.85"])
    #expect(output.exitCode == 0)
    #expect(output.standardOutput.contains("| 1          | acyclic              | pass"))
    #expect(output.standardOutput.contains("Theorem 1 does not apply: dimension-count, invertible-modules"))
  }
}
