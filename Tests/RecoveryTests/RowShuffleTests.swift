import LinearAlgebra
import Recovery
import Stochastics
import Testing

@Suite struct RowShuffleTests {
  @Test("A shuffle keeps every row whole and every row once, and repeats with its key")
  func permutes() {
    let matrix = gaussianMatrix(200, 3, seed: 1)
    var (stream, same) = (RandomStream(RandomKey(seed: 1)), RandomStream(RandomKey(seed: 1)))
    let shuffled = shuffledRows(matrix, using: &stream)
    #expect(shuffled != matrix)
    #expect(shuffled == shuffledRows(matrix, using: &same))
    #expect(shuffled != shuffledRows(matrix, using: &stream))
    let rows = { (m: Matrix<Double>) in (0..<m.rows).map(m.row).sorted { $0.lexicographicallyPrecedes($1) } }
    #expect(rows(shuffled) == rows(matrix))
    var other = RandomStream(RandomKey(seed: 2))
    #expect(shuffledRows(Matrix(rows: 0, columns: 3), using: &other).rows == 0)
  }

  @Test("Shuffled targets are unpredictable from features that predict them perfectly")
  func floor() throws {
    let split = try linearGaussianSplit(rows: 1000, trainRows: 500, k: 4, q: 4, r2: 1, seed: 3)
    var stream = RandomStream(RandomKey(seed: 4))
    let shuffled = split.shufflingTargets(using: &stream)
    #expect(try RidgeProbe().heldOutR2(split).allSatisfy { $0 > 0.999 })
    for probe in [RidgeProbe(), KernelRidgeProbe()] as [any Probe] {
      // 500 test rows: the mean costs 1/500 and a chance slope some 1/500 more, four columns.
      #expect(abs(mean(try probe.heldOutR2(shuffled))) < 0.03)
    }
    #expect(abs(try meanCanonicalCorrelation(shuffled)) < 4 / 2000.0.squareRoot())
    #expect(shuffled.testFeatures == split.testFeatures && shuffled.trainFeatures == split.trainFeatures)
    // Training rows stay training rows.
    let column = { (m: Matrix<Double>) in m.column(0).sorted() }
    #expect(column(shuffled.trainTargets) == column(split.trainTargets))
    #expect(column(shuffled.testTargets) == column(split.testTargets))
  }
}
