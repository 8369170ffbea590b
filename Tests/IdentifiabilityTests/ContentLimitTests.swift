import GenerativeModels
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

/// R² of the content from the representation of the Gaussian limit.
@Suite struct ContentLimitTests {
  /// Least squares of `y` on `x`, both centred: the fitted values.
  private func fitted(_ y: Matrix<Double>, on x: Matrix<Double>) throws -> Matrix<Double> {
    let gram = x.multiplied(by: x, transposeSelf: true)
    return x * (try gram.choleskyFactor().choleskySolve(x.multiplied(by: y, transposeSelf: true)))
  }

  /// The mean R² of the columns of `y` given `x`.
  private func r2(_ y: Matrix<Double>, from x: Matrix<Double>) throws -> Double {
    let fit = try fitted(y, on: x)
    return (0..<y.columns).reduce(0.0) { sum, j in
      let (total, explained) = (0..<y.rows).reduce((0.0, 0.0)) {
        ($0.0 + y[$1, j] * y[$1, j], $0.1 + fit[$1, j] * fit[$1, j])
      }
      return sum + explained / total
    } / Double(y.columns)
  }

  private func centred(_ matrix: Matrix<Float>) -> Matrix<Double> {
    var result = matrix.double
    let (rows, columns) = (matrix.rows, matrix.columns)
    var means = [Double](repeating: 0, count: columns)
    for (i, value) in result.storage.enumerated() { means[i % columns] += value / Double(rows) }
    result.withUnsafeMutableElements { for i in $0.indices { $0[i] -= means[i % columns] } }
    return result
  }

  @Test("R² of the content is what least squares on samples finds, for the best prediction at every width")
  func monteCarlo() throws {
    let compared = try (UInt64(0)..<6).reduce((0, 0)) { sum, seed in
      let (narrow, wide) = try compareWithSamples(seed: seed)
      return (sum.0 + narrow, sum.1 + wide)
    }
    // Of 24 masks, most have content, and half of those a first direction that samples can tell from the second.
    #expect(compared.0 >= 6 && compared.1 >= 12, "\(compared)")
  }

  /// Compares the limits of four masks of a random model; returns how many of width 1, and how many of full width.
  private func compareWithSamples(seed: UInt64) throws -> (Int, Int) {
    var stream = RandomStream(RandomKey(seed: seed).child("content limit"))
    let graph = try RandomGraphs.dag(
      latents: 2 + stream.uniform(below: 4), observables: 6, edgeProbability: 0.6, regime: .noisy, shuffled: true,
      dimension: { 1 + $0.uniform(below: 2) }, using: &stream)
    let generative = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: seed))
    let model = try #require(LinearGaussianModel(generative))
    let sample = generative.sample(0..<40_000, key: RandomKey(seed: seed).child("samples"))
    var (narrow, wide) = (0, 0)
    for _ in 0..<4 {
      let mask = RandomGraphs.mask(6, using: &stream)
      let limits = try model.limits(over: [mask], widths: [1, 50])
      let content = content(of: mask, in: graph).content
      guard !content.isEmpty else {
        #expect(limits.allSatisfy { $0.recovery.content == nil })
        continue
      }
      let sides = [false, true].map { side in
        graph.observables.indices.filter { mask.isMasked[$0] == side }.map { graph.observables[$0] }
      }
      let (visible, masked) = (centred(sample.values(of: sides[0])), centred(sample.values(of: sides[1])))
      let target = centred(sample.values(of: content))
      let prediction = try fitted(masked, on: visible)
      // The best single direction of the prediction: its first principal component.
      let (values, vectors) = try prediction.multiplied(by: prediction, transposeSelf: true).symmetricEigen()
      let rank = Int(limits[1].predictionRank.value)
      let first = prediction * vectors.columns(at: [values.count - 1])
      let all = prediction * vectors.columns(at: Array(values.indices.suffix(rank)))
      let expected = try limits.map { try #require($0.recovery.content).value }
      // 40 000 rows: R² has a standard error below .005, and a direction is off by as little unless eigenvalues nearly tie
      // or vanish beside the largest.
      if values.count < 2 || values[values.count - 2] < 0.8 * values[values.count - 1] {
        #expect(abs(try r2(target, from: first) - expected[0]) < 0.02)
        narrow += 1
      }
      if values[values.count - rank] > 0.01 * values[values.count - 1] {
        #expect(abs(try r2(target, from: all) - expected[1]) < 0.02)
        wide += 1
      }
      #expect(abs(try r2(target, from: visible) - expected[2]) < 0.02)
    }
    return (narrow, wide)
  }

  @Test("Over several masks the content's R² is the mean over those that have content, each with its own c")
  func severalMasks() throws {
    let graph = try GraphFixtures.smallTree(regime: .noisy)
    let model = GaussianLimitTests.rhoTree(graph, 0.8)
    let names = graph.observables.map { graph.nodes[$0].name }
    let masks = try [Array(names.prefix(1)), Array(names.suffix(1)), [], names].map { try Mask(masking: $0, in: graph) }
    let single = try masks[..<2].map { try #require(try model.limits(over: [$0], widths: [1])[0].recovery.content) }
    let together = try #require(try model.limits(over: Array(masks), widths: [1])[0].recovery.content)
    #expect(abs(together.value - (single[0].value + single[1].value) / 2) < 1e-12)
    // For one masked leaf c is its parent: the same number as the node's own.
    let location = content(of: masks[0], in: graph)
    #expect(location.content.count == 1)
    let node = try model.limits(over: [masks[0]], widths: [1])[0].recovery.node[location.content[0]]
    #expect(abs(single[0].value - node.value) < 1e-12)
  }
}
