import Recovery
import Stochastics
import Testing

/// The quick form of the table in docs/metrics.md.
@Suite struct LeakageStudyTests {
  private static let study = LeakageStudy(rows: 100, permutations: 19, replications: 200)
  private static let key = RandomKey(seed: 7)

  @Test("Without leakage each test rejects as often as its level says", arguments: LeakageStudy.Test.allCases)
  func size(test: LeakageStudy.Test) throws {
    let rate = try Self.study.rejections(of: test, leakage: 0, key: Self.key)
    // The exact 95 % interval of 200 replications: it holds the level, and is far from holding 0.2.
    #expect(rate.interval().contains(0.05) && rate.interval().upperBound < 0.15)
  }

  @Test(
    "Power grows with the leakage, and a leakage of 0.4 is seen in most data sets",
    arguments: LeakageStudy.Test.allCases)
  func power(test: LeakageStudy.Test) throws {
    let rates = try [0, 0.2, 0.4].map { try Self.study.rejections(of: test, leakage: $0, key: Self.key) }
    #expect(rates[0].estimate < rates[1].estimate && rates[0].interval().upperBound < rates[2].interval().lowerBound)
    #expect(rates[1].interval().upperBound < rates[2].interval().lowerBound && rates[2].interval().lowerBound > 0.5)
  }

  @Test("The same key gives the same rejections, another key others")
  func repeatable() throws {
    let study = LeakageStudy(rows: 40, permutations: 19, replications: 40)
    let rates = try [1, 1, 2].map { try study.rejections(of: .hsic, leakage: 0.3, key: RandomKey(seed: $0)) }
    #expect(rates[0] == rates[1] && rates[0] != rates[2])
  }
}
