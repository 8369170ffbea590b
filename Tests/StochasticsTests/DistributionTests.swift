import Foundation
import Stochastics
import TestSupport
import Testing

@Suite struct DistributionTests {
  static let laws: [Distribution] = [
    .gaussian, .laplace, .uniform, .studentT(degreesOfFreedom: 2.5), .studentT(degreesOfFreedom: 5),
    .studentT(degreesOfFreedom: 20), .studentT(degreesOfFreedom: 200),
  ]

  /// E[x^(2k)] in closed form; infinite where it does not exist.
  static func moment(_ law: Distribution, _ k: Int) -> Double {
    switch law {
    case .gaussian: return (1...k).reduce(1.0) { $0 * Double(2 * $1 - 1) }
    case .laplace: return (1...2 * k).reduce(1.0) { $0 * Double($1) } / pow(2, Double(k))
    case .uniform: return pow(3, Double(k)) / Double(2 * k + 1)
    case .studentT(let nu):
      guard nu > Double(2 * k) else { return .infinity }
      var product = 1.0
      for i in 1...k {
        let order = Double(2 * i)
        product *= (order - 1) * (nu - 2) / (nu - order)
      }
      return product
    }
  }

  @Test("Mean, variance, skewness and kurtosis lie within five standard errors of theirs at n = 10⁶", arguments: laws)
  func moments(law: Distribution) {
    let n = 1_000_000
    let values = law.samples(n, key: RandomKey(seed: 100).child("moments")).map(Double.init)
    for power in 1...4 {
      // The mean of x^p has variance (E x^2p − (E x^p)²)/n, where that exists.
      let expected = power % 2 == 0 ? Self.moment(law, power / 2) : 0
      let standardError = ((Self.moment(law, power) - expected * expected) / Double(n)).squareRoot()
      guard standardError.isFinite else { continue }
      let mean = values.reduce(0) { $0 + pow($1, Double(power)) } / Double(n)
      #expect(abs(mean - expected) < 5 * standardError, "moment \(power)")
    }
    #expect(law.kurtosis.isInfinite || abs(law.kurtosis - Self.moment(law, 2)) < 1e-12)
  }

  @Test("A Kolmogorov–Smirnov test against GSL's distribution function is passed", arguments: laws, 0..<3)
  func kolmogorov(law: Distribution, seed: UInt64) {
    let values = law.samples(200_000, key: RandomKey(seed: seed).child("ks")).map(Double.init)
    #expect(kolmogorovSmirnov(values, cumulative: law.cumulative).pValue > 1e-3)
  }

  @Test("The Kolmogorov–Smirnov test has teeth: each law fails the next one's")
  func power() {
    for (law, other) in zip(Self.laws, Self.laws.dropFirst()) {
      let values = law.samples(200_000, key: RandomKey(seed: 1).child("ks")).map(Double.init)
      if other == .studentT(degreesOfFreedom: 200) { continue }
      #expect(kolmogorovSmirnov(values, cumulative: other.cumulative).pValue < 1e-3, "\(law) as \(other)")
    }
  }

  @Test("Both tails hold as many values as they should, out to one in 10⁵", arguments: laws)
  func tails(law: Distribution) {
    let n = 1_000_000
    let values = law.samples(n, key: RandomKey(seed: 200).child("tails"))
    for p in [1e-2, 1e-3, 1e-4, 1e-5] {
      let bound = Float(law.quantile(1 - p))
      let (upper, lower) = (values.count { $0 > bound }, values.count { $0 < -bound })
      let deviation = (Double(n) * p).squareRoot()
      #expect(abs(Double(upper) - Double(n) * p) < 4.5 * deviation, "upper tail at \(p)")
      #expect(abs(Double(lower) - Double(n) * p) < 4.5 * deviation, "lower tail at \(p)")
    }
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test("Successive values are uncorrelated, and so are their squares", arguments: laws)
  func serialCorrelation(law: Distribution) {
    let n = 200_000
    // Ranks rather than values: heavy tails have no fourth moment.
    let ranks = law.samples(n, key: RandomKey(seed: 300)).map { law.cumulative(Double($0)) - 0.5 }
    // Lags within a Box–Muller pair (8), a block, a superblock (32).
    for lag in [1, 2, 7, 8, 16, 24, 31, 32, 64] {
      var (plain, squares) = (0.0, 0.0)
      for i in 0..<n - lag {
        plain += ranks[i] * ranks[i + lag]
        squares += (ranks[i] * ranks[i] - 1.0 / 12) * (ranks[i + lag] * ranks[i + lag] - 1.0 / 12)
      }
      // Var r = 1/12, Var r² = 1/180.
      #expect(abs(plain * 12 / Double(n).squareRoot()) < 4.5, "lag \(lag)")
      #expect(abs(squares * 180 / Double(n).squareRoot()) < 4.5, "squares at lag \(lag)")
    }
  }

  @Test(
    "Any window of a sequence equals that part of the whole", arguments: laws,
    [0, 1, 31, 32, 33, 1023, 1024, 1 << 40 - 5, 1 << 40 + 7] as [UInt64])
  func windows(law: Distribution, start: UInt64) {
    let key = RandomKey(seed: 9)
    let whole = law.samples(2200, key: key, offset: start)
    for (offset, length) in [
      (0, 0), (0, 1), (1, 1), (5, 26), (5, 27), (5, 28), (31, 33), (32, 64), (7, 1030), (3, 2100),
    ] {
      let part = law.samples(length, key: key, offset: start + UInt64(offset))
      #expect(part == Array(whole[offset..<offset + length]))
    }
    #expect(law.samples(32, key: RandomKey(seed: 10), offset: start) != Array(whole[..<32]))
  }

  @Test("Quantile and distribution function are inverse, and agree with closed forms", arguments: laws)
  func quantiles(law: Distribution) {
    for p in [0x1p-33, 1e-6, 1e-3, 0.1, 0.5, 0.77, 0.999] {
      #expect(abs(law.cumulative(law.quantile(p)) - p) < 1e-9 * p + 1e-15)
    }
    for x in [-6.0, -1.5, -0.3, 0, 0.3, 1.5, 6] {
      switch law {
      case .gaussian: #expect(abs(law.cumulative(x) - 0.5 * erfc(-x / 2.0.squareRoot())) < 1e-15)
      case .laplace:
        let tail = 0.5 * exp(-2.0.squareRoot() * abs(x))
        #expect(abs(law.cumulative(x) - (x < 0 ? tail : 1 - tail)) < 1e-15)
      case .uniform:
        #expect(abs(law.cumulative(x) - min(max(0.5 + x / 12.0.squareRoot(), 0), 1)) < 1e-15)
      case .studentT: #expect(abs(law.cumulative(x) + law.cumulative(-x) - 1) < 1e-14)
      }
    }
  }

  @Test("Student-t without a variance is refused")
  func noVariance() async {
    await #expect(processExitsWith: .failure) {
      _ = Distribution.studentT(degreesOfFreedom: 2).samples(1, key: RandomKey(seed: 1))
    }
  }
}
