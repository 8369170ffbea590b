import Stochastics
import Testing

@Suite struct StatisticsTests {
  @Test("Intervals use Student's t: table values for 2, 5 and 30 values")
  func intervals() {
    // t(.975; 4) = 2.7764451052, s = √2.5.
    let five = Statistics.meanInterval([1, 2, 3, 4, 5])
    #expect(five.mean == 3 && five.count == 5)
    #expect(abs(five.halfWidth! - 2.7764451051977987 * (2.5 / 5).squareRoot()) < 1e-9)
    // t(.975; 1) = 12.7062047362, s/√2 = ½.
    #expect(abs(Statistics.meanInterval([0, 1]).halfWidth! - 12.706204736174698 / 2) < 1e-7)
    // t(.95; 29) = 1.6991270265.
    let thirty = Statistics.meanInterval((0..<30).map { Double($0 % 2) }, confidence: 0.9)
    #expect(abs(thirty.halfWidth! - 1.6991270265334972 * (0.25 / 29).squareRoot()) < 1e-9)
  }

  @Test("One value has no interval, equal values one of width 0, NaN stays NaN")
  func edges() {
    let single = Statistics.meanInterval([3])
    #expect(single.mean == 3 && single.halfWidth == nil && single.count == 1)
    #expect(Statistics.meanInterval([2, 2, 2]).halfWidth == 0)
    #expect(Statistics.meanInterval([1, .nan]).mean.isNaN)
    #expect(Statistics.standardError([1]).isNaN)
    #expect(abs(Statistics.standardError([1, 2, 3, 4, 5]) - (2.5 / 5).squareRoot()) < 1e-15)
  }

  @Test("95 % intervals cover the mean of Gaussian samples of 4 in about 95 % of cases")
  func coverage() {
    let numbers = Distribution.gaussian.samples(40_000, key: RandomKey(seed: 1)).map(Double.init)
    var covered = 0
    for i in 0..<10_000 {
      let interval = Statistics.meanInterval(Array(numbers[4 * i..<4 * i + 4]))
      if abs(interval.mean) <= interval.halfWidth! { covered += 1 }
    }
    // Binomial standard deviation 21.8.
    #expect(abs(covered - 9500) < 88)
  }

  @Test(
    "Quantiles are those of numpy.quantile, also of unsorted values",
    arguments: [(0, 1), (0.1, 1.4), (0.25, 2), (0.5, 4), (0.75, 8), (0.9, 12.8), (1, 16)] as [(Double, Double)])
  func quantiles(p: Double, expected: Double) {
    #expect(abs(Statistics.quantile([16, 1, 8, 2, 4], p) - expected) < 1e-14)
    #expect(Statistics.quantile([7], p) == 7)
  }

  @Test("An order statistic is what sorting gives, with ties too, and nothing before it is larger")
  func orderStatistics() {
    var stream = RandomStream(RandomKey(seed: 9))
    for count in [1, 2, 3, 10, 101] {
      for levels in [2, 1000] {
        let values = (0..<count).map { _ in Double(stream.uniform(below: levels)) }
        for rank in [0, count / 3, count / 2, count - 1] {
          var moved = values
          let value = Statistics.orderStatistic(rank, of: &moved)
          #expect(value == values.sorted()[rank] && moved[rank] == value)
          #expect(moved[..<rank].allSatisfy { $0 <= value } && moved.sorted() == values.sorted())
        }
      }
    }
  }
}
