import Foundation
import Stochastics
import TestSupport
import Testing

@Suite struct DistributionTests {
  static let laws: [Distribution] = [
    .gaussian, .laplace, .uniform, .studentT(degreesOfFreedom: 2.5), .studentT(degreesOfFreedom: 5),
    .studentT(degreesOfFreedom: 20), .studentT(degreesOfFreedom: 200), .logistic, .exponential, .gumbel,
    .gaussianMixture(bimodal), .correlated(correlation: 0.4), .custom(CustomNoise("triangular", law: Triangular())),
  ]

  /// Two components of different weight, mean and width.
  static let bimodal = GaussianMixture([
    .init(weight: 1, mean: -1, deviation: 0.5), .init(weight: 2, mean: 2, deviation: 1),
  ])!

  /// A law of one's own: triangular on (−√6, √6).
  struct Triangular: NoiseLaw {
    func quantile(_ p: Double) -> Double {
      (p < 0.5 ? (2 * p).squareRoot() - 1 : 1 - (2 - 2 * p).squareRoot()) * 6.0.squareRoot()
    }
  }

  /// E[x^power]: in closed form, or by Gauss–Legendre-free brute force over the quantile function; infinite where it does
  /// not exist.
  static func moment(_ law: Distribution, _ power: Int) -> Double {
    switch law {
    case .gaussian, .laplace, .uniform, .studentT, .correlated: power % 2 == 0 ? evenMoment(law, power / 2) : 0
    case .logistic, .exponential, .gumbel, .gaussianMixture, .custom:
      // x as a function of t, p = 1 / (1 + exp(−t)): the trapezoidal rule converges exponentially for these integrands.
      stride(from: -36.0, through: 36.0, by: 0.01).reduce(0) { sum, t in
        let p = 1 / (1 + exp(-t))
        guard p > 0, p < 1 else { return sum }
        return sum + 0.01 * pow(law.quantile(p), Double(power)) * p * (1 - p)
      }
    case .degenerate: 0
    }
  }

  /// E[x^(2k)] of the symmetric laws in closed form; infinite where it does not exist.
  static func evenMoment(_ law: Distribution, _ k: Int) -> Double {
    switch law {
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
    default: return (1...k).reduce(1.0) { $0 * Double(2 * $1 - 1) }
    }
  }

  @Test("Mean, variance, skewness and kurtosis lie within five standard errors of theirs at n = 10⁶", arguments: laws)
  func moments(law: Distribution) {
    let n = 1_000_000
    let values = law.samples(n, key: RandomKey(seed: 100).child("moments")).map(Double.init)
    if case .studentT = law {
    } else {
      #expect(abs(Self.moment(law, 1)) < 1e-6 && abs(Self.moment(law, 2) - 1) < 1e-6, "standardised")
    }
    for power in 1...4 {
      // The mean of x^p has variance (E x^2p − (E x^p)²)/n, where that exists.
      let expected = Self.moment(law, power)
      let standardError = ((Self.moment(law, 2 * power) - expected * expected) / Double(n)).squareRoot()
      guard standardError.isFinite else { continue }
      let mean = values.reduce(0) { $0 + pow($1, Double(power)) } / Double(n)
      #expect(abs(mean - expected) < 5 * standardError, "moment \(power)")
    }
    #expect(!law.kurtosis.isFinite || abs(law.kurtosis - Self.moment(law, 4)) < 1e-5)
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
      if other == .studentT(degreesOfFreedom: 200) || law == .studentT(degreesOfFreedom: 200) { continue }
      #expect(kolmogorovSmirnov(values, cumulative: other.cumulative).pValue < 1e-3, "\(law) as \(other)")
    }
  }

  @Test("Both tails hold as many values as they should, out to one in 10⁵", arguments: laws)
  func tails(law: Distribution) {
    let n = 1_000_000
    let values = law.samples(n, key: RandomKey(seed: 200).child("tails"))
    for p in [1e-2, 1e-3, 1e-4, 1e-5] {
      let (high, low) = (Float(law.quantile(1 - p)), Float(law.quantile(p)))
      let (upper, lower) = (values.count { $0 > high }, values.count { $0 < low })
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
      case .logistic: #expect(abs(law.cumulative(x) - 1 / (1 + exp(-x * .pi / 3.0.squareRoot()))) < 1e-14)
      case .exponential: #expect(abs(law.cumulative(x) - (x < -1 ? 0 : 1 - exp(-x - 1))) < 1e-14)
      case .gumbel:
        #expect(abs(law.cumulative(x) - exp(-exp(-x * .pi / 6.0.squareRoot() - 0.577_215_664_901_532_9))) < 1e-14)
      case .custom:
        let side = max(0, 1 - abs(x) / 6.0.squareRoot())
        #expect(abs(law.cumulative(x) - (x < 0 ? side * side / 2 : 1 - side * side / 2)) < 1e-14)
      case .correlated, .gaussianMixture, .degenerate: continue
      }
    }
  }

  @Test("Student-t without a variance is refused")
  func noVariance() async {
    await #expect(processExitsWith: .failure) {
      _ = Distribution.studentT(degreesOfFreedom: 2).samples(1, key: RandomKey(seed: 1))
    }
  }

  @Test("Correlated laws share exactly the part of the variance that they say, and plain Gaussian ones none")
  func commonFactor() {
    let n = 400_000
    func draw(_ law: Distribution, _ name: String, factor: String) -> [Float] {
      let root = RandomKey(seed: 5)
      var values = [Float](repeating: .nan, count: n)
      values.withUnsafeMutableBufferPointer {
        law.fill($0, key: root.child(name), factor: root.child(factor), offset: 77)
      }
      return values
    }
    func correlation(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / Double(n)
    }
    for r in [0, 0.3, 0.9, 1] {
      let law = Distribution.correlated(correlation: r)
      let (a, b) = (draw(law, "a", factor: "f"), draw(law, "b", factor: "f"))
      // The product of two correlated Gaussians has variance 1 + r².
      let error = 5 * ((1 + r * r) / Double(n)).squareRoot()
      #expect(abs(correlation(a, b) - r) < error, "r = \(r)")
      #expect(abs(correlation(a, a) - 1) < 5 * (2 / Double(n)).squareRoot())
      #expect(abs(correlation(a, draw(law, "c", factor: "g"))) < 5 / Double(n).squareRoot())
    }
    #expect(draw(.gaussian, "a", factor: "f") == draw(.gaussian, "a", factor: "g"))
  }

  @Test("Degenerate noise is 0, and a mixture with a point mass has that mass")
  func pointMasses() {
    #expect(Distribution.degenerate.samples(1000, key: RandomKey(seed: 1)).allSatisfy { $0 == 0 })
    let spiked = GaussianMixture([
      .init(weight: 1, mean: 0, deviation: 0), .init(weight: 3, mean: 0, deviation: 1),
    ])!
    let n = 200_000
    let values = Distribution.gaussianMixture(spiked).samples(n, key: RandomKey(seed: 2))
    let zeros = values.count { $0 == 0 }
    #expect(abs(Double(zeros) - 0.25 * Double(n)) < 5 * (0.25 * 0.75 * Double(n)).squareRoot())
    #expect(abs(values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(n) - 1) < 0.02)
  }

  @Test("A mixture without variance, or with a weight or deviation below zero, is none")
  func notMixtures() {
    #expect(GaussianMixture([]) == nil)
    #expect(GaussianMixture([.init(weight: 1, mean: 3, deviation: 0)]) == nil)
    #expect(GaussianMixture([.init(weight: 0, mean: 3, deviation: 1)]) == nil)
    #expect(GaussianMixture([.init(weight: 1, mean: 3, deviation: -1)]) == nil)
  }
}
