import HierarchicalGraphs
import Identifiability
import Stochastics
import Testing

@Suite struct LatentVertexCutTests {
  @Test("On random DAGs the cut is minimal and its levels extreme among all minimum cuts", arguments: 0..<200)
  func bruteForce(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("cut"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 8), observables: 2 + stream.uniform(below: 6), edgeProbability: 0.25,
      regime: .noisy, shuffled: true, dimension: { 1 + $0.uniform(below: 3) }, using: &stream)
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let latents = graph.latents
    var best: (dimension: Int, low: Int, high: Int)?
    for bits in 0..<1 << latents.count {
      let subset = Set(latents.indices.filter { bits >> $0 & 1 == 1 }.map { latents[$0] })
      guard Self.separates(subset, graph, mask) else { continue }
      let dimension = subset.reduce(0) { $0 + graph.nodes[$1].dimension }
      let levels = subset.reduce(0) { $0 + graph.nodes[$1].dimension * graph.levels[$1] }
      if let known = best, known.dimension < dimension { continue }
      if let known = best, known.dimension == dimension {
        best = (dimension, min(known.low, levels), max(known.high, levels))
      } else {
        best = (dimension, levels, levels)
      }
    }
    let expected = try #require(best)
    for side in SeparatorSide.allCases {
      for preference in LevelPreference.allCases {
        let cut = try #require(graph.latentVertexCut(mask, preferring: preference, nearest: side))
        #expect(Self.separates(Set(cut.latents), graph, mask))
        #expect(cut.dimension == expected.dimension)
        let levels = cut.latents.reduce(0) { $0 + graph.nodes[$1].dimension * graph.levels[$1] }
        #expect(levels == (preference == .high ? expected.high : expected.low))
      }
    }
  }

  @Test("Fixed-count masks of a binary tree of 64 leaves give the published mean heights of the highest cut")
  func publishedHeights() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 6)
    let published = [(0.05, 1.02), (0.1, 1.05), (0.25, 1.20), (0.5, 1.56), (0.75, 1.19), (0.9, 1.05), (0.95, 1.01)]
    for (ratio, expected) in published {
      let masks = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
      var stream = RandomStream(RandomKey(seed: 5).child("cut heights"))
      let means = (0..<400).map { _ in
        graph.latentVertexCut(masks.draw(using: &stream), preferring: .high)?.meanLevel ?? .nan
      }
      let mean = means.reduce(0, +) / Double(means.count)
      let error = Statistics.standardError(means)
      // The published numbers have two decimals and are Monte Carlo estimates themselves.
      #expect(abs(mean - expected) < 4 * error + 0.01, "\(ratio): \(mean) ± \(error)")
    }
  }

  @Test("An edge between a masked and a visible observable leaves no cut")
  func observedEdge() throws {
    let graph = try HierarchicalGraph(
      name: "violation", nodes: ["z", "x1", "x2", "x3"].map { NodeDeclaration($0, isObserved: $0 != "z") },
      edges: [("z", "x1"), ("x1", "x2"), ("z", "x3")], allowsObservedEdges: true)
    #expect(graph.latentVertexCut(try Mask(masking: ["x2"], in: graph), preferring: .high) == nil)
    #expect(graph.latentVertexCut(try Mask(masking: ["x1", "x2"], in: graph), preferring: .low)?.latents == [0])
  }

  @Test("A mask that hides everything needs no cut")
  func degenerate() throws {
    let graph = try GraphFixtures.smallTree(regime: .noisy)
    #expect(graph.latentVertexCut(Mask([true, true, true, true]), preferring: .high)?.latents == [])
  }

  private static func separates(_ cut: Set<Int>, _ graph: HierarchicalGraph, _ mask: Mask) -> Bool {
    var (found, open) = (Set<Int>(), mask.masked(in: graph))
    while let v = open.popLast() {
      guard found.insert(v).inserted else { continue }
      open += (Array(graph.parents[v]) + Array(graph.children[v])).filter { !cut.contains($0) }
    }
    return found.isDisjoint(with: mask.visible(in: graph))
  }
}
