import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

/// Theorem 1 by brute force: all latent subsets of random linear invertible models.
@Suite struct TheoremOneTests {
  static let models = 450

  private static func model(_ seed: Int) throws -> (graph: HierarchicalGraph, mask: Mask, model: LoadingsFixture) {
    var stream = RandomStream(RandomKey(seed: UInt64(seed)).child("theorem 1"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 5), observables: 2 + stream.uniform(below: 4), edgeProbability: 0.4,
      regime: .invertible, shuffled: true, noiseDimension: { 1 + $0.uniform(below: 2) }, using: &stream)
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    return (graph, mask, try LoadingsFixture(graph, orthogonal: true, using: &stream))
  }

  @Test("The sinks of A are the only minimal latent set that meets the conditions of Theorem 1", arguments: 0..<models)
  func minimalSet(seed: Int) throws {
    let (graph, mask, model) = try Self.model(seed)
    let sets = try minimalContentSets(loadings: model.loadings, graph: graph, mask: mask)
    #expect(sets == [Set(content(of: mask, in: graph).content)])
  }

  @Test("Canonical correlations of the population covariance are 0 or 1, and d_c of them are 1", arguments: 0..<models)
  func canonicalCorrelations(seed: Int) throws {
    let (graph, mask, model) = try Self.model(seed)
    let (masked, visible) = (model.stacked(mask.masked(in: graph)), model.stacked(mask.visible(in: graph)))
    func whitening(_ loadings: Matrix<Double>) throws -> Matrix<Double> {
      let (values, vectors) = try loadings.multiplied(by: loadings, transposeOther: true).symmetricEigen()
      let kept = values.indices.filter { values[$0] > 1e-10 * values.last! }
      var result = vectors.columns(at: kept).transposed()
      for (i, index) in kept.enumerated() {
        for j in 0..<result.columns { result[i, j] /= values[index].squareRoot() }
      }
      return result
    }
    let cross = masked.multiplied(by: visible, transposeOther: true)
    let correlations = try (whitening(masked) * cross).multiplied(by: whitening(visible), transposeOther: true)
      .singularValueDecomposition().values
    #expect(correlations.allSatisfy { abs($0) < 1e-6 || abs($0 - 1) < 1e-6 })
    let angles = try populationCanonicalCorrelations(loadings: model.loadings, graph: graph, mask: mask)
    // Whitening squares the condition number, so the reference is good to about 10⁻⁸ only.
    #expect(angles.count == correlations.count && zip(angles, correlations).allSatisfy { abs($0 - $1) < 1e-6 })
    let ones = correlations.filter { $0 > 0.5 }.count
    #expect(ones == content(of: mask, in: graph).contentDimension)
    // The same number as the flow finds, with noises as the tops of treks.
    #expect(TrekSeparator(graph).separate(mask).rank == ones)
  }

  @Test("Without noise at a latent the minimal set need not be unique")
  func noiseFree() throws {
    // z1 -> z2 noise-free, both seen from both sides: {z1} and {z2} carry the same information.
    let graph = try HierarchicalGraph(
      name: "noise-free",
      nodes: [
        NodeDeclaration("z1"), NodeDeclaration("z2", dimension: 1, noiseDimension: 0), NodeDeclaration("x1"),
        NodeDeclaration("x2"),
      ], edges: [("z1", "z2"), ("z2", "x1"), ("z2", "x2")], regime: .invertible)
    let mask = try Mask(masking: ["x1"], in: graph)
    var stream = RandomStream(RandomKey(seed: 1))
    let model = try LoadingsFixture(graph, orthogonal: true, using: &stream)
    #expect(try minimalContentSets(loadings: model.loadings, graph: graph, mask: mask) == [[0], [1]])
    // The sinks are one of them, and d_c still counts the noises.
    let location = content(of: mask, in: graph)
    #expect(location.content == [1] && location.contentDimension == 1 && location.ancestors == [0, 1])
  }
}
