import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

@Suite struct SharedEncoderTests {
  static let key = RandomKey(seed: 8).child("shared encoder")

  @Test("With a single mask the shared encoder reaches the limit", arguments: [1, 2])
  func singleMask(width: Int) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 4)
    let model = GaussianLimitTests.rhoTree(graph, 0.8)
    let masks = try MaskDistribution(
      .fixed(Mask((0..<16).map { $0 % 5 == 0 || $0 > 12 })), grid: graph.grid, patchSize: 1)
    let limit = try model.limits(masks: masks, widths: [width], key: Self.key)[0]
    let shared = try model.sharedEncoderLimit(masks: masks, width: width, iterations: 2000, key: Self.key)
    #expect(shared.limit.recovery.loss.value >= limit.recovery.loss.value - 1e-10)
    #expect(shared.limit.recovery.loss.value < limit.recovery.loss.value + 1e-4)
    #expect(abs(shared.limit.recovery.node[0].value - limit.recovery.node[0].value) < 0.01)
  }

  @Test("Over many masks it costs loss but no less than the limit, and beats random encoders", arguments: [1, 3])
  func manyMasks(width: Int) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 5)
    let model = GaussianLimitTests.rhoTree(graph, 0.85)
    let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1)
    let options = GaussianLimitOptions(draws: 60)
    let limit = try model.limits(masks: masks, widths: [width], options: options, key: Self.key)[0]
    let shared = try model.sharedEncoderLimit(masks: masks, width: width, options: options, key: Self.key)
    #expect(shared.hasConverged)
    #expect(shared.limit.recovery.loss.value > limit.recovery.loss.value)
    #expect(shared.limit.recovery.loss.value < 1)
    #expect(shared.limit.method == limit.method)
    // A step of perturbation in any random direction is no better: a local optimum.
    let base = try Self.loss(model, masks, shared.encoder, draws: 60)
    #expect(abs(base - shared.limit.recovery.loss.value) < 1e-8)
    var stream = RandomStream(RandomKey(seed: 4))
    for _ in 0..<20 {
      let noise = Matrix<Double>(
        rows: shared.encoder.rows, columns: shared.encoder.columns,
        storage: (0..<shared.encoder.rows * shared.encoder.columns).map { _ in 0.02 * stream.gaussian() })
      #expect(try Self.loss(model, masks, shared.encoder + noise, draws: 60) > base)
    }
  }

  /// The loss of an encoder by explicit regressions, on the same masks.
  private static func loss(
    _ model: LinearGaussianModel, _ masks: MaskDistribution, _ encoder: Matrix<Double>, draws: Int
  ) throws -> Double {
    let rows = model.graph.observables.map { model.valueRanges[$0].lowerBound }
    let covariance = model.covariance.rows(at: rows).columns(at: rows)
    var (stream, total) = (RandomStream(key), 0.0)
    for _ in 0..<draws {
      let flags = masks.draw(using: &stream).isMasked
      var code = encoder
      for i in 0..<code.rows { for j in flags.indices where flags[j] { code[i, j] = 0 } }
      let cross = code * covariance
      let solved = try cross.multiplied(by: code, transposeOther: true).solve(cross)
      var error = 0.0
      for j in flags.indices where flags[j] {
        error += covariance[j, j] - (0..<code.rows).reduce(0.0) { $0 + cross[$1, j] * solved[$1, j] }
      }
      total += error / Double(flags.filter { $0 }.count)
    }
    return total / Double(draws)
  }
}
