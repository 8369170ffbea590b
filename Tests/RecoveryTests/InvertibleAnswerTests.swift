import Glibc
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// ĉ = an invertible function of c: what block identifiability promises scores 1 in both directions.
@Suite struct InvertibleAnswerTests {
  private static let rows = 3000
  private static let c = gaussianMatrix(rows, 2, seed: 81)
  private static let mixing = Matrix<Double>([[1, 0.4], [-0.3, 0.8]])

  /// Every point is turned about the origin by its own radius, then mixed: smooth, invertible (turn back by the radius, which the
  /// turn keeps), and no function of single coordinates.
  private static let twisted: Matrix<Double> = {
    var x = c
    for i in 0..<rows {
      let angle = hypot(c[i, 0], c[i, 1])
      x[i, 0] = cos(angle) * c[i, 0] - sin(angle) * c[i, 1]
      x[i, 1] = sin(angle) * c[i, 0] + cos(angle) * c[i, 1]
    }
    return x * mixing
  }()

  private func score(_ metric: RecoveryMetric, _ x: Matrix<Double>, _ z: Matrix<Double> = c) throws -> Double {
    let split = try HeldOutSplit(features: x, targets: z, trainRows: 2000)
    let scorer = RecoveryScorer(limits: .init(kernelFitRows: 1500), key: RandomKey(seed: 0))
    return try #require(try scorer.scores(metric, split, groups: [0..<2], blocks: [.init(columns: 0..<2)])[0])
  }

  @Test("An invertible linear map scores 1 in both directions, with every probe")
  func linear() throws {
    let x = Self.c * Self.mixing
    // The ridge costs its least penalty, 10⁻⁶ of a variance; kernels and networks a little of the tails.
    for metric in [RecoveryMetric.r2Linear, .r2LinearReverse] { #expect(try score(metric, x) > 1 - 1e-5) }
    for metric in [
      RecoveryMetric.r2Kernel, .r2KernelReverse, .r2Nystroem, .r2NystroemReverse, .r2MLP, .r2MLPReverse,
    ] { #expect(try score(metric, x) > 0.999, "\(metric)") }
  }

  @Test("A non-linear invertible map of several dimensions scores 1 in both directions, a linear probe .63")
  func nonlinear() throws {
    // What is missing to 1 is the tail beyond 3 deviations, where 1500 rows have a handful of points; a network of 64 units misses .014 to
    // .018 by its initial weights, of six keys in both directions.
    for (metric, least) in [
      (RecoveryMetric.r2Kernel, 0.998), (.r2KernelReverse, 0.998), (.r2Nystroem, 0.998), (.r2NystroemReverse, 0.998),
      (.r2MLP, 0.98), (.r2MLPReverse, 0.98),
    ] {
      let value = try score(metric, Self.twisted)
      #expect(value > least && value <= 1, "\(metric): \(value)")
    }
    // |E r² exp(ir)|² / 4 = .6284 with r Rayleigh, for any linear map of either side; ± 4 standard errors of 1000 test rows.
    for metric in [RecoveryMetric.r2Linear, .r2LinearReverse] {
      #expect(abs(try score(metric, Self.twisted) - 0.6284) < 0.08)
    }
  }

  @Test("A representation that keeps one of two dimensions scores 1 of it, and not in both directions")
  func lossy() throws {
    var x = Self.twisted
    for i in 0..<Self.rows { x[i, 1] = x[i, 0] }
    for metric in [RecoveryMetric.r2KernelReverse, .r2MLPReverse] { #expect(try score(metric, x) > 0.98) }
    for metric in [RecoveryMetric.r2Kernel, .r2MLP] { #expect(try score(metric, x) < 0.8) }
  }
}
