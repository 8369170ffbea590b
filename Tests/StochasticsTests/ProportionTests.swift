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

  @Test("At the ends the interval is one-sided, with a closed form")
  func ends() {
    let none = Proportion(successes: 0, trials: 50).interval()
    let all = Proportion(successes: 50, trials: 50).interval()
    // 1 − 0.025^(1/50).
    #expect(none.lowerBound == 0 && abs(none.upperBound - 0.0711217) < 1e-6)
    #expect(all.upperBound == 1 && abs(all.lowerBound - (1 - none.upperBound)) < 1e-12)
  }
}
