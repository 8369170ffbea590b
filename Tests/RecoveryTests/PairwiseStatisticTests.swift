import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// The permutations of pairwise metrics, which share their kernels.
@Suite struct PairwiseStatisticTests {
  static let metrics = RecoveryMetric.allCases.filter(\.isPairwise)
  /// Sums of n² products of either sign in another order: n² · 2⁻⁵³ at n = 50 is 3·10⁻¹³ of their scale.
  static let tolerance = 1e-12

  @Test("All metrics over pairs of rows are here: two CKA, two distance correlations, HSIC")
  func present() { #expect(Self.metrics.count == 5) }

  @Test(
    "A permuted index gives what permuted rows give", arguments: metrics,
    [(train: 50, test: 20), (train: 30, test: 40)])
  func permutations(metric: RecoveryMetric, rows: (train: Int, test: Int)) throws {
    let n = rows.train + rows.test
    let (z, noise) = (gaussianMatrix(n, 3, seed: 21), gaussianMatrix(n, 2, seed: 22))
    var x = noise
    for i in 0..<n { for j in 0..<2 { x[i, j] = z[i, j] + 0.5 * noise[i, j] } }
    // Ties, and a constant target column.
    var y = z
    for i in 0..<n { (y[i, 1], y[i, 2]) = (y[i, 1].rounded(), 4) }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: rows.train)
    let scorer = RecoveryScorer(limits: .init(pairRows: 50), key: RandomKey(seed: 1))
    let blocks = [TargetBlock(columns: 0..<1), .init(columns: 0..<3), .init(columns: 2..<3)]
    var stream = RandomStream(RandomKey(seed: 2))
    let nulls = try scorer.permutedPairs(metric, split, blocks: blocks, permutations: 7, using: &stream)
    let observed = try scorer.scores(metric, split, groups: [0..<3], blocks: blocks)
    #expect(nulls.map(\.score) == observed.map { $0 ?? .nan } && nulls[2].score == 0)
    #expect(nulls[0].score > nulls[0].floor && nulls[2].shuffled == [Double](repeating: 0, count: 7))
    // The first 50 rows are what a metric of 50 pair rows sees; the same draws give the same orders.
    let (first, truth) = (x.rows(0..<50), y.rows(0..<50))
    var again = RandomStream(RandomKey(seed: 2))
    for index in 0..<7 {
      let moved = try HeldOutSplit(
        features: first, targets: truth.rows(at: again.permutation(50)), trainRows: 25)
      let expected = try scorer.scores(metric, moved, groups: [0..<3], blocks: blocks)
      for (null, value) in zip(nulls, expected) {
        #expect(abs(null.shuffled[index] - (try #require(value))) <= Self.tolerance)
      }
    }
  }

  @Test("The independence test is the same as HSIC's permutations")
  func independence() throws {
    let (x, y) = (gaussianMatrix(40, 2, seed: 31), gaussianMatrix(40, 2, seed: 32))
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 20)
    let scorer = RecoveryScorer(limits: .init(), key: RandomKey(seed: 1))
    var (first, second) = (RandomStream(RandomKey(seed: 3)), RandomStream(RandomKey(seed: 3)))
    let test = try scorer.independence(split, blocks: [.init(columns: 0..<2)], permutations: 19, using: &first)[0]
    let null = try scorer.permutedPairs(
      .hsic, split, blocks: [.init(columns: 0..<2)], permutations: 19, using: &second)[0]
    #expect(test.statistic == null.score && test.permuted == null.shuffled && test.pValue == null.pValue)
    // Several blocks are tested one after another; the one that is constant draws nothing.
    let beside = Matrix<Double>(rows: 40, columns: 1, repeating: 2)
    let wider = try HeldOutSplit(features: x, targets: .concatenatingColumns([y, beside]), trainRows: 20)
    let blocks = [0..<2, 2..<3, 1..<2].map { TargetBlock(columns: $0) }
    var (all, each) = (RandomStream(RandomKey(seed: 4)), RandomStream(RandomKey(seed: 4)))
    let tests = try scorer.independence(wider, blocks: blocks, permutations: 5, using: &all)
    #expect(
      try tests == [
        IndependenceTest(x, y, permutations: 5, using: &each),
        IndependenceTest(x, beside, permutations: 5, using: &each),
        IndependenceTest(x, y.columns(1..<2), permutations: 5, using: &each),
      ])
  }
}
