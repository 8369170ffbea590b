import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// How the scores of published evaluations went wrong: one test for each trap, named as in docs/metrics.md.
@Suite struct TrapTests {
  @Test("Scored on the rows that it was fitted on: features of nothing score near 1 in-sample, and not here")
  func inSample() throws {
    let (x, z) = (gaussianMatrix(160, 60, seed: 21), gaussianMatrix(160, 2, seed: 22))
    let split = try HeldOutSplit(features: x, targets: z, trainRows: 80)
    let fitted = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets, testFeatures: split.trainFeatures,
      testTargets: split.trainTargets)
    let leastSquares = RidgeProbe(penalties: [0])
    #expect(try leastSquares.heldOutR2(fitted).allSatisfy { $0 > 0.6 })
    #expect(try RidgeProbe().heldOutR2(split).allSatisfy { $0 < 0.1 })
  }

  @Test("Six things called R²: only the held-out one, averaged over dimensions, has that name")
  func sixR2() throws {
    // A target that is predicted well, one that is not, and means far apart: each of the six differs.
    let (noise, base) = (gaussianMatrix(60, 2, seed: 23), gaussianMatrix(60, 2, seed: 24))
    var z = base
    z.withUnsafeMutableElements { z in
      for i in 0..<60 {
        z[2 * i] += 0.2 * noise[i, 0]
        z[2 * i + 1] = 100 + 0.5 * base[i, 1] + noise[i, 1]
      }
    }
    let evaluation = try MatrixEvaluation(
      representation: base, targets: z, groups: [.init(name: "z", columns: [0, 1])], trainRows: 30,
      key: RandomKey(seed: 0))
    let ours = try evaluation.scores(.strata, metrics: [.r2Linear])
    #expect(ours.map(\.metric) == ["r2-linear"])
    let split = try HeldOutSplit(features: base, targets: z, trainRows: 30)
    let predictions = try RidgeProbe().predictions(split, groups: [0..<2])
    // 1: held out, per dimension, then the mean.
    func r2(_ y: [Double], _ p: [Double]) -> Double {
      let mean = y.reduce(0, +) / Double(y.count)
      let (error, total) = zip(y, p).reduce((0.0, 0.0)) { sums, pair in
        (sums.0 + pow(pair.0 - pair.1, 2), sums.1 + pow(pair.0 - mean, 2))
      }
      return 1 - error / total
    }
    let each = (0..<2).map { r2(split.testTargets.column($0), predictions.column($0)) }
    #expect(abs(ours[0].value - (each[0] + each[1]) / 2) < 1e-12)
    // 2: targets flattened before scoring. 3: the mean of √R².
    let flattened = r2(split.testTargets.storage, predictions.storage)
    let roots = (each[0].squareRoot() + each[1].squareRoot()) / 2
    // 4 and 5: fitted and scored on the same rows, under the names of the protocols that do so.
    let peer = try evaluation.scores(.clICA, metrics: [])
    let fitted = try #require(peer.first { $0.metric == "r2-linear" })
    #expect(fitted.fitRows == fitted.scoreRows && peer.allSatisfy { $0.estimator == "representation" })
    // 6: a random split within the batch.
    let batch = try #require(evaluation.scores(.multiviewCRL, metrics: []).first { $0.metric == "r2-linear" })
    for other in [flattened, roots, fitted.value, batch.value] { #expect(abs(other - ours[0].value) > 1e-3) }
    #expect(flattened > 0.999 && roots > ours[0].value)
    #expect(!RecoveryMetric.allCases.contains { $0.name.contains("flat") || $0.name.contains("root") })
  }

  @Test("MCC padded with noise dimensions: noise beside the representation earns nothing")
  func paddedMCC() throws {
    let z = gaussianMatrix(2000, 4, seed: 25)
    let half = z.columns(0..<2)
    let padded = Matrix.concatenatingColumns([half, gaussianMatrix(2000, 60, seed: 26)])
    func mcc(_ x: Matrix<Double>) throws -> Double {
      MeanCorrelationCoefficient(
        try HeldOutSplit(features: x, targets: z, trainRows: 1000), correlation: .pearson
      ).value
    }
    // Two of four latents, the missing ones count 0.
    #expect(try abs(mcc(half) - 0.5) < 1e-12)
    // |correlations| of 1000 rows with noise: mean √(2/1000π) = 0.025 for each of the two unmatched, 5 of their deviations.
    #expect(try mcc(padded) < 0.5 + 2 * (0.025 + 5 * 0.019) / 4)
    // In-sample the best of 60 noises are chosen and scored on the same rows; with few rows that is much.
    let few = 0..<40
    let inSample = try MeanCorrelationCoefficient(
      features: padded.rows(few), targets: z.rows(few), correlation: .pearson
    ).value
    #expect(inSample > 0.65)
  }

  /// Whose weights start at random.
  private let networks: [RecoveryMetric] = [.r2MLP, .r2MLPReverse, .r2MLPPartial]

  @Test("Score lists that are not reset: a second representation scores what it scores alone")
  func reset() throws {
    // Bits are compared, which another suite's switch to one BLAS thread between two scores would change.
    BLASRuntime.useOneThread()
    let other = gaussianMatrix(300, 3, seed: 27)
    let metrics = RecoveryMetric.allCases
    let alone = try MatrixEvaluationTests.evaluation(other).scores(.strata, metrics: metrics)
    _ = try MatrixEvaluationTests.evaluation().scores(.strata, metrics: metrics)
    #expect(try MatrixEvaluationTests.evaluation(other).scores(.strata, metrics: metrics) == alone)
    // Nor does a group know which others are scored beside it, but for the seeds of random metrics.
    let fixed = metrics.filter { $0 != .hsic && !$0.isNystroem && !networks.contains($0) }
    let both = try MatrixEvaluationTests.evaluation(other).scores(.strata, metrics: fixed)
    let single = try MatrixEvaluationTests.evaluation(other, groups: [MatrixEvaluationTests.groups[1]])
      .scores(.strata, metrics: fixed)
    #expect(both.filter { $0.group == "one" } == single)
  }

  @Test("The order of variables: relabelled features and targets carry their scores with them")
  func relabelling() throws {
    let z = MatrixEvaluationTests.z
    let x = MatrixEvaluationTests.noisy.columns(at: [2, 0, 1])
    let moved = try MatrixEvaluationTests.evaluation(
      x, z.columns(at: [1, 2, 0]),
      groups: [.init(name: "pair", columns: [1, 2]), .init(name: "one", columns: [0])])
    // The MLP starts from random weights that belong to columns, so its scores differ by the noise of its training.
    let metrics = RecoveryMetric.allCases.filter { !networks.contains($0) }
    let scores = try moved.scores(.strata, metrics: metrics)
    for (a, b) in zip(scores, try MatrixEvaluationTests.evaluation().scores(.strata, metrics: metrics)) {
      #expect(a.group == b.group && a.metric == b.metric)
      #expect(abs(a.value - b.value) < 1e-9, "\(a.metric): \(a.value) and \(b.value)")
    }
  }

  @Test("A root of a negative eigenvalue, columns as many as rows, values outside [0, 1], distances for similarities")
  func numerics() throws {
    // Exactly collinear views, n ≈ p, and single-precision copies.
    let base = gaussianMatrix(40, 19, seed: 28)
    let collinear = Matrix.concatenatingColumns([base, base])
    for (x, y) in [(collinear, base), (base, collinear), (collinear, gaussianMatrix(40, 38, seed: 29))] {
      let split = try HeldOutSplit(features: x, targets: y, trainRows: 20)
      let block = [TargetBlock(columns: 0..<y.columns, family: 0..<y.columns)]
      for metric in RecoveryMetric.allCases where metric.isSingle && !metric.isPartial {
        let score = try RecoveryMetricTests.scorer.scores(metric, split, groups: [0..<y.columns], blocks: block)[0]!
        #expect(score.isFinite && metric.range.contains(score), "\(metric): \(score)")
      }
    }
    let same = try HeldOutSplit(features: base, targets: base, trainRows: 20)
    let similarities: [RecoveryMetric] = [
      .svcca, .pwcca, .ckaLinearBiased, .ckaLinearUnbiased, .ckaRBFBiased, .ckaRBFUnbiased, .distanceCorrelation,
      .distanceCorrelationUnbiased,
    ]
    for metric in similarities {
      let score = try RecoveryMetricTests.scorer.scores(
        metric, same, groups: [0..<19], blocks: [.init(columns: 0..<19)])[0]!
      #expect(abs(score - 1) < 1e-9, "\(metric) of a view with itself is \(score)")
    }
  }

  @Test("Dead dimensions are no targets: a collapsed encoder scores 0 from the truth, and padding changes nothing")
  func deadDimensions() throws {
    let (z, noise) = (gaussianMatrix(300, 3, seed: 70), gaussianMatrix(300, 2, seed: 71))
    func reverse(_ x: Matrix<Double>, _ metric: RecoveryMetric) throws -> Double {
      let split = try HeldOutSplit(features: x, targets: z, trainRows: 150)
      let scorer = RecoveryScorer(limits: .init(), key: RandomKey(seed: 0))
      return try #require(try scorer.scores(metric, split, groups: [0..<3], blocks: [.init(columns: 0..<3)])[0])
    }
    let dead = Matrix<Double>(rows: 300, columns: 6, repeating: 0.1)
    for metric in [RecoveryMetric.r2LinearReverse, .r2KernelReverse] {
      #expect(try reverse(dead, metric) == 0)
      let padded = try reverse(.concatenatingColumns([dead, noise]), metric)
      #expect(try padded == reverse(noise, metric) && abs(padded) < 0.1)
      // A unit that wakes up on the test rows alone was dead where the probe was fitted.
      var late = dead
      late[299, 0] = 5
      #expect(try reverse(late, metric) == 0)
    }
  }
}
