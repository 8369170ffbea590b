import Foundation
import Stochastics
import Testing

@Suite struct ProportionTests {
  @Test("Clopper–Pearson bounds are those of R's binom.test")
  func published() {
    // R: binom.test(7, 20)$conf.int; binom.test(10, 200)$conf.int.
    for (k, n, low, high) in [(7, 20, 0.1539092, 0.5921885), (10, 200, 0.0242342, 0.0900278)] {
      let interval = Proportion(successes: k, trials: n).interval()
      #expect(abs(interval.lowerBound - low) < 5e-6 && abs(interval.upperBound - high) < 5e-6)
    }
  }

  /// P(X ≥ k) of n trials with probability p, summed from logarithms of the terms.
  private func upperTail(_ k: Int, _ n: Int, _ p: Double) -> Double {
    var logTerm = Double(n) * log1p(-p)
    var (sum, terms) = (k == 0 ? exp(logTerm) : 0, 0)
    for i in 1...n {
      logTerm += log(Double(n - i + 1) / Double(i)) + log(p) - log1p(-p)
      if i >= k { (sum, terms) = (sum + exp(logTerm), terms + 1) }
    }
    return terms > 0 ? sum : 0
  }

  @Test(
    "A bound is the probability at which so many successes have just the tail's probability",
    arguments: [(3, 20), (700, 1000), (19_990, 20_000), (10_000, 20_000), (1, 100_000)], [0.95, 0.9999])
  func tails(_ counts: (successes: Int, trials: Int), confidence: Double) {
    let (k, n) = counts
    let interval = Proportion(successes: k, trials: n).interval(confidence: confidence)
    let tail = (1 - confidence) / 2
    // 10⁵ terms, each from a sum of as many logarithms.
    #expect(abs(upperTail(k, n, interval.lowerBound) / tail - 1) < 1e-6)
    // At most k successes are at least n − k failures.
    #expect(abs(upperTail(n - k, n, 1 - interval.upperBound) / tail - 1) < 1e-6)
  }

  @Test("At the ends the interval is one-sided, with a closed form")
  func ends() {
    let none = Proportion(successes: 0, trials: 50).interval()
    let all = Proportion(successes: 50, trials: 50).interval()
    // 1 − 0.025^(1/50).
    #expect(none.lowerBound == 0 && abs(none.upperBound - 0.0711217) < 1e-6)
    #expect(all.upperBound == 1 && abs(all.lowerBound - (1 - none.upperBound)) < 1e-12)
  }
}
