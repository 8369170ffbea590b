import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// The registry of metrics, and the scorer that serves it.
@Suite struct RecoveryMetricTests {
  /// 200 rows: three latents, and a noisy linear map of two of them.
  static let split: HeldOutSplit = {
    let z = gaussianMatrix(200, 3, seed: 1)
    var x = gaussianMatrix(200, 2, seed: 2)
    x.withUnsafeMutableElements { x in
      for i in 0..<200 { for j in 0..<2 { x[2 * i + j] = 0.5 * x[2 * i + j] + z[i, j] } }
    }
    return try! HeldOutSplit(features: x, targets: z, trainRows: 120)
  }()
  static let limits = RecoveryScorer.Limits(kernelFitRows: 60, kernelScoreRows: 50, pairRows: 40)
  static let scorer = RecoveryScorer(limits: limits, key: RandomKey(seed: 3))

  @Test("Every metric has one name in two spellings, and no two share one", arguments: RecoveryMetric.allCases)
  func names(metric: RecoveryMetric) {
    #expect(RecoveryMetric(named: metric.name) == metric && RecoveryMetric(named: metric.rawValue) == metric)
    #expect(!metric.name.contains("_") && !metric.rawValue.contains("-") && !metric.title.isEmpty)
    #expect(RecoveryMetric.allCases.count { $0.name == metric.name || $0.title == metric.title } == 1)
    #expect(!(metric.isPairwise && metric.isHeldOut))
  }

  @Test(
    "Every score lies in the range that its metric states, for related and unrelated views", arguments: [true, false])
  func ranges(isRelated: Bool) throws {
    var stream = RandomStream(RandomKey(seed: 5))
    let split = isRelated ? Self.split : Self.split.shufflingTargets(using: &stream)
    for metric in RecoveryMetric.allCases where metric.isSingle {
      let scores = try Self.scorer.scores(
        metric, split, groups: [0..<2, 2..<3],
        blocks: [.init(columns: 0..<2, family: 0..<3), .init(columns: 2..<3, family: 0..<3)])
      #expect(scores.count == 2)
      for score in scores { #expect(metric.range.contains(try #require(score)), "\(metric): \(score ?? .nan)") }
    }
  }

  @Test("Scores are those of the probes and similarities themselves, on the rows that the limits leave")
  func definitions() throws {
    let (split, blocks) = (Self.split, [TargetBlock(columns: 0..<2, family: 0..<3)])
    func score(_ metric: RecoveryMetric) throws -> Double {
      try #require(try Self.scorer.scores(metric, split, groups: [0..<2, 2..<3], blocks: blocks)[0])
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let ridge = try RidgeProbe().heldOutR2(split, groups: [0..<2, 2..<3])
    #expect(try score(.r2Linear) == mean(Array(ridge[0..<2])))
    let few = try HeldOutSplit(
      trainFeatures: split.trainFeatures.rows(0..<60), trainTargets: split.trainTargets.rows(0..<60),
      testFeatures: split.testFeatures.rows(0..<50), testTargets: split.testTargets.rows(0..<50))
    #expect(try score(.r2Kernel) == mean(Array(KernelRidgeProbe().heldOutR2(few, groups: [0..<2, 2..<3])[0..<2])))
    #expect(try score(.r2LinearPartial) == mean(PartialR2.perColumn(split, group: 0..<2, probe: RidgeProbe())))
    let own = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets.columns(0..<2),
      testFeatures: split.testFeatures, testTargets: split.testTargets.columns(0..<2))
    #expect(try score(.r2LinearReverse) == mean(RidgeProbe().heldOutR2(own.reversed)))
    #expect(try score(.r2KernelPartial) == mean(PartialR2.perColumn(few, group: 0..<2, probe: KernelRidgeProbe())))
    let partialNetwork = MLPProbe(key: Self.scorer.key.child("mlp-partial"))
    #expect(try score(.r2MLPPartial) == mean(PartialR2.perColumn(split, group: 0..<2, probe: partialNetwork)))
    let partialNystroem = SearchedNystroemProbe(
      search: KernelRidgeProbe(maximumRows: 60), landmarks: Self.limits.landmarks,
      key: Self.scorer.key.child("nystroem"))
    #expect(try score(.r2NystroemPartial) == mean(PartialR2.perColumn(split, group: 0..<2, probe: partialNystroem)))
    let network = MLPProbe(key: Self.scorer.key.child("mlp-reverse"))
    #expect(try score(.r2MLPReverse) == mean(network.heldOutR2(own.reversed)))
    let scored = try #require(
      try Self.scorer.blockScores(.r2NystroemReverse, split, groups: [0..<3], blocks: [blocks[0]])[0])
    #expect(try score(.r2NystroemReverse) == scored.value && #require(scored.traceError) < 1e-6)
    let each = try Self.scorer.components(.ccaEach, split, blocks[0])
    #expect(try each == heldOutCanonicalCorrelations(own) && each.count == 2)
    #expect(try abs(score(.ccaMean) - mean(each)) < 1e-12)
    #expect(try score(.mccPearson) == MeanCorrelationCoefficient(own, correlation: .pearson).value)
    let (x, y) = (split.trainFeatures.rows(0..<40), split.trainTargets.rows(0..<40).columns(0..<2))
    #expect(try score(.distanceCorrelation) == distanceCorrelation(x, y))
    #expect(try score(.hsic) == IndependenceTest.statistic(x, y))
    let all = Matrix.concatenatingRows([split.trainFeatures, split.testFeatures])
    let truth = Matrix.concatenatingRows([split.trainTargets, split.testTargets]).columns(0..<2)
    #expect(try score(.svcca) == SubspaceSimilarity.svcca(all, truth))
  }

  @Test("The rows that captions state are those that metrics use")
  func rows() {
    let rows = { (metric: RecoveryMetric) in
      let pair = Self.limits.rows(metric, fit: 120, score: 80)
      return [pair.fit, pair.score]
    }
    #expect(rows(.r2Linear) == [120, 80] && rows(.r2MLP) == [120, 80] && rows(.r2MLPReverse) == [120, 80])
    #expect(rows(.r2KernelPartial) == [60, 50] && rows(.ccaEach) == [120, 80])
    #expect(rows(.r2Kernel) == [60, 50] && rows(.r2KernelReverse) == [60, 50])
    #expect(rows(.svcca) == [200, 200] && rows(.hsic) == [40, 40])
  }

  @Test("The ridge of canonical correlations and the number of landmarks are the scorer's")
  func settings() throws {
    var limits = Self.limits
    limits.landmarks = 2
    let scorer = RecoveryScorer(limits: limits, canonicalRidge: 0.5, key: RandomKey(seed: 3))
    let block = TargetBlock(columns: 0..<3)
    let each = try scorer.components(.ccaEach, Self.split, block)
    #expect(try each == heldOutCanonicalCorrelations(Self.split, ridge: 0.5))
    #expect(try scorer.components(.ccaMean, Self.split, block) == [meanCanonicalCorrelation(Self.split, ridge: 0.5)])
    #expect(try largestDifference(each, Self.scorer.components(.ccaEach, Self.split, block)) > 1e-4)
    // Two landmarks lose what the default, all training rows, keeps.
    for metric in [RecoveryMetric.r2Nystroem, .r2NystroemPartial] {
      let block = TargetBlock(columns: 0..<2, family: 0..<3)
      func lost(_ scorer: RecoveryScorer) throws -> Double {
        let scores = try scorer.blockScores(metric, Self.split, groups: [0..<2, 2..<3], blocks: [block])
        return try #require(scores[0]?.traceError)
      }
      #expect(try lost(scorer) > 1e-3 && lost(Self.scorer) < 1e-6)
    }
  }

  @Test("A representation without live dimensions scores 0 in every reverse direction")
  func deadReverse() throws {
    let split = try HeldOutSplit(
      features: Matrix(rows: 60, columns: 2), targets: gaussianMatrix(60, 2, seed: 9), trainRows: 40)
    for metric in RecoveryMetric.allCases where metric.direction == .representation {
      #expect(try Self.scorer.components(metric, split, .init(columns: 0..<2)) == [0], "\(metric)")
    }
  }

  @Test("Only the partial R² of a block that has no others is undefined")
  func undefined() throws {
    for metric in RecoveryMetric.allCases where metric.isSingle {
      let score = try Self.scorer.scores(metric, Self.split, groups: [0..<3], blocks: [.init(columns: 0..<3)])[0]
      #expect((score == nil) == metric.isPartial, "\(metric)")
    }
  }

  @Test("The permutations of the independence test are its floor and its p-value")
  func independence() throws {
    var stream = RandomStream(RandomKey(seed: 8))
    let test = try Self.scorer.independence(
      Self.split, blocks: [.init(columns: 0..<2)], permutations: 49, using: &stream)[0]
    #expect(test.permuted.count == 49 && test.permutations == 49 && test.pValue == 1.0 / 50)
    #expect(test.permuted.allSatisfy { $0 > 0 && $0 < test.statistic })
    #expect(try #require(PermutationNull.pValue(score: test.permuted[0], shuffled: test.permuted)) > test.pValue)
    // A value that equals all its permutations has no evidence, however it is rounded.
    #expect(PermutationNull.pValue(score: 1, shuffled: [1 - 1e-15, 1 - 1e-15]) == 1)
    // NaN exceeds nothing and nothing exceeds it: it must not pass for the best of all.
    #expect(PermutationNull.pValue(score: .nan, shuffled: [0.1, 0.2]) == nil)
    #expect(PermutationNull.pValue(score: 0.5, shuffled: [0.1, .nan]) == nil)
  }
}
