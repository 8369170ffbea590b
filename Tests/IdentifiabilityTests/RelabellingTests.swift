import GenerativeModels
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

/// Declaring the latents under other names and in another order changes no prediction.
@Suite struct RelabellingTests {
  /// A graph, its copy with renamed latents in reverse order, and where each node went.
  static func pair() throws -> (HierarchicalGraph, HierarchicalGraph, [Int]) {
    var stream = RandomStream(RandomKey(seed: 11))
    let graph = try HierarchicalGraph.layered(widths: [3, 5, 9], parentCount: 2, using: &stream)
    let latents = graph.latents
    // Observables keep their order, which is their place on the grid.
    let order = Array(latents.reversed()) + graph.observables
    var place = [Int](repeating: 0, count: order.count)
    for (new, old) in order.enumerated() { place[old] = new }
    let copy = try HierarchicalGraph(
      name: "copy",
      nodes: order.map { old in
        NodeDeclaration(graph.nodes[old].isObserved ? graph.nodes[old].name : "latent \(place[old])")
      }, indexedEdges: graph.edges.map { (from: place[$0.from], to: place[$0.to]) })
    return (graph, copy, place)
  }

  @Test("Level laws and node probabilities are the same", arguments: [0.25, 0.5])
  func laws(ratio: Double) throws {
    let (graph, copy, place) = try Self.pair()
    let masks = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
    let (a, b) = (
      LevelLaw(graph, masks: masks, key: RandomKey(seed: 1)), LevelLaw(copy, masks: masks, key: RandomKey(seed: 1))
    )
    #expect(a.method == b.method)
    for (x, y) in zip(a.presence + [a.meanHeight, a.dimension], b.presence + [b.meanHeight, b.dimension]) {
      #expect(abs(x.value - y.value) < 1e-12)
    }
    let (p, q) = (NodeProbabilities(graph, masks: masks), NodeProbabilities(copy, masks: masks))
    for v in graph.nodes.indices { #expect(abs(p.content[v] - q.content[place[v]]) < 1e-12) }
  }

  @Test("Trek rank and the size of the vertex cut are the same", arguments: 0..<6)
  func cuts(seed: Int) throws {
    let (graph, copy, _) = try Self.pair()
    var stream = RandomStream(RandomKey(seed: UInt64(seed)))
    let mask = try MaskDistribution(.exactCount(ratio: 0.4), grid: graph.grid, patchSize: 1).draw(using: &stream)
    #expect(TrekSeparator(graph).separate(mask).rank == TrekSeparator(copy).separate(mask).rank)
    let cuts = [graph, copy].map { $0.latentVertexCut(mask, preferring: .high) }
    #expect(cuts[0]?.dimension == cuts[1]?.dimension)
  }

  @Test("The Gaussian limit of every node is the same")
  func limit() throws {
    let (graph, copy, place) = try Self.pair()
    let model = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: 3))
    let weights = try #require(model.linearWeights)
    // The copy's weights: parents stand in another order, and so do the columns.
    var moved = weights
    for v in graph.nodes.indices {
      let old = graph.parents[v].map { place[$0] }
      let columns = copy.parents[place[v]].map { old.firstIndex(of: $0)! } + [old.count]
      moved[place[v]] = weights[v].columns(at: columns)
    }
    let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1)
    let a = try LinearGaussianModel(graph: graph, weights: weights).limits(
      masks: masks, widths: [1], key: RandomKey(seed: 1))
    let b = try LinearGaussianModel(graph: copy, weights: moved).limits(
      masks: masks, widths: [1], key: RandomKey(seed: 1))
    for v in graph.nodes.indices {
      #expect(abs(a[0].recovery.node[v].value - b[0].recovery.node[place[v]].value) < 1e-9)
      #expect(abs(a[0].recovery.noise[v].value - b[0].recovery.noise[place[v]].value) < 1e-9)
    }
  }
}
