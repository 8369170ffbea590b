import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

/// Siblings that are sampled as one layer have the samples that each has by itself.
@Suite struct SiblingLayerTests {
  /// Two roots of 3 and 2 rows over `counts` scalar children of both, where every run but the first begins with a child of one.
  private func model(_ counts: [Int], noise: Distribution) throws -> GenerativeModel {
    var (nodes, edges) = (
      [NodeDeclaration("z0", dimension: 3), NodeDeclaration("z1", dimension: 2)], [(String, String)]()
    )
    for (run, count) in counts.enumerated() {
      if run > 0 {
        nodes.append(NodeDeclaration("between\(run)"))
        edges.append(("z0", "between\(run)"))
      }
      for child in 0..<count {
        nodes.append(NodeDeclaration("x\(run)_\(child)"))
        edges += [("z0", "x\(run)_\(child)"), ("z1", "x\(run)_\(child)")]
      }
    }
    let graph = try HierarchicalGraph(name: "siblings", nodes: nodes, edges: edges)
    return try GenerativeModel(
      graph: graph, family: .linearRandom, noise: NoiseAssignment(noise), key: RandomKey(seed: 5))
  }

  private func layers(_ model: GenerativeModel) -> [Range<Int>] {
    model.steps.compactMap { if case .siblings(let layer) = $0 { layer.nodes } else { nil } }
  }

  @Test("The layers of a model are its runs of four siblings and more")
  func runs() throws {
    #expect(layers(try model([4, 3, 9], noise: .gaussian)) == [2..<6, 11..<20])
    #expect(layers(try model([1, 2, 3], noise: .gaussian)).isEmpty)
  }

  @Test(
    "Values and noises are bit for bit those of mechanisms that are evaluated one by one",
    arguments: [Distribution.gaussian, .laplace, .correlated(correlation: 0.4)])
  func sameBits(noise: Distribution) throws {
    let together = try model([4, 3, 9, 17], noise: noise)
    let mechanisms = together.mechanisms.map { Opaque(base: $0) as any Mechanism }
    let alone = GenerativeModel(
      graph: together.graph, family: .linearRandom, mechanisms: mechanisms, noises: together.noises)
    #expect(layers(together).count == 3 && layers(alone).isEmpty)
    let (first, second) = (
      together.sample(3..<700, key: RandomKey(seed: 6)), alone.sample(3..<700, key: RandomKey(seed: 6))
    )
    for v in together.graph.nodes.indices {
      #expect(first.value(of: v) == second.value(of: v), "\(together.graph.nodes[v].name)")
      #expect(first.noise(of: v) == second.noise(of: v), "\(together.graph.nodes[v].name)")
    }
    #expect(first.observed() == second.observed())
  }

  @Test("A sibling whose value is set is no part of a layer")
  func interventions() throws {
    let base = try model([6], noise: .gaussian)
    var mechanisms = base.mechanisms
    mechanisms[4] = ConstantMechanism(value: [1.5], inputDimension: 6)
    let changed = GenerativeModel(graph: base.graph, family: .linearRandom, mechanisms: mechanisms, noises: base.noises)
    #expect(layers(changed).isEmpty)
    let (before, after) = (
      base.sample(0..<300, key: RandomKey(seed: 1)), changed.sample(0..<300, key: RandomKey(seed: 1))
    )
    #expect(after.value(of: 4).storage.allSatisfy { $0 == 1.5 })
    for v in base.graph.nodes.indices where v != 4 { #expect(before.value(of: v) == after.value(of: v)) }
  }
}
