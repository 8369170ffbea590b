import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import Testing

/// The public DAGs and published hierarchies that users bring: loaded, valid, and sampled.
@Suite struct PublicGraphsTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/graphs").path

  @Test(
    "A public graph samples under every mechanism of its regime, every node with its own noise",
    arguments: ["alarm.json", "andes.json", "munin.json", "huang2022-scenario1a.dot", "huang2022-scenario1b.dot"])
  func samples(file: String) throws {
    let graph = try GraphFile.load("\(Self.folder)/\(file)").graph
    // Observables are the leaves there.
    #expect(graph.observables == graph.nodes.indices.filter { graph.children.count($0) == 0 })
    let families: [MechanismFamily] = [.rho(0.85), .linearRandom, .linearOrthogonal, .additiveNoise(.init())]
    for family in families {
      let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 1))
      let sample = model.sample(0..<300, key: RandomKey(seed: 2))
      let observed = sample.observed()
      #expect(observed.rows == 300 && observed.columns == graph.observedDimension && observed.isFinite)
      for v in graph.nodes.indices {
        let column = sample.value(of: v).storage
        #expect(column.contains { $0 != column[0] }, "\(graph.nodes[v].name) is constant")
      }
    }
  }
}
