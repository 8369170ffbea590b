import Identifiability
import LinearAlgebra
import Stochastics
import Testing

@Suite struct RankTestTests {
  /// Gaussian matrices of one expectation; the first column is noisier than the others by a factor of ten.
  private func draws(_ mean: Matrix<Double>, _ count: Int, seed: UInt64) -> [Matrix<Double>] {
    var stream = RandomStream(RandomKey(seed: seed))
    return (0..<count).map { _ in
      var draw = mean
      for i in 0..<mean.rows { for j in 0..<mean.columns { draw[i, j] += (j == 0 ? 10 : 1) * stream.gaussian() } }
      return draw
    }
  }

  static let deficient = Matrix<Double>([[9, 4.5], [3, 1.5], [0, 0], [6, 3]])
  static let full = Matrix<Double>([[9, 4.5], [3, -1.5], [0, 1], [6, 3]])

  @Test("a deficient expectation is never taken for full rank; the level of the test is below e⁻¹²")
  func deficient() throws {
    var largest = 0.0
    for seed in 0..<300 {
      let test = try RankTest(draws(Self.deficient, 128, seed: UInt64(seed)))
      #expect(!test.isRegular)
      largest = max(largest, test.statistic)
    }
    // The statistic is about χ² with 3 degrees of freedom: its largest of 300 lies near the 1 − 1/300 quantile, 13.7.
    #expect(largest > 8 && largest < 30)
  }

  @Test("full rank is found under noise that hides it from the size of the errors")
  func full() throws {
    for seed in 0..<50 {
      let test = try RankTest(draws(Self.full, 256, seed: UInt64(seed)))
      #expect(test.isRegular)
    }
  }

  @Test("draws that do not vary are decided by their rank alone")
  func constant() throws {
    #expect(try RankTest(Array(repeating: Self.full, count: 16)).isRegular)
    #expect(try !RankTest(Array(repeating: Self.deficient, count: 16)).isRegular)
  }
}
