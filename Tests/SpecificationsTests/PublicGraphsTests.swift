import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import TestSupport
import Testing

/// The public DAGs and published hierarchies that users bring: loaded, valid, and sampled.
@Suite struct PublicGraphsTests {
  @Test(
    "A public graph samples under every mechanism of its regime, every node with its own noise",
    arguments: PublicGraphs.files)
  func samples(file: String) throws {
    let graph = try GraphFile.load(PublicGraphs.path(file)).graph
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
