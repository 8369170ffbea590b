internal import CGSL

/// A number of successes in independent trials, with the exact interval of its probability (Clopper & Pearson 1934).
public struct Proportion: Sendable, Equatable {
  /// Successes, at most ``trials``.
  public let successes: Int
  /// Trials, at least 1.
  public let trials: Int

  /// A proportion.
  ///
  /// - Precondition: `0 <= successes && successes <= trials && trials >= 1`.
  public init(successes: Int, trials: Int) {
    precondition(trials >= 1 && (0...trials).contains(successes), "\(successes) successes in \(trials) trials")
    (self.successes, self.trials) = (successes, trials)
  }

  /// Successes over trials.
  public var estimate: Double { Double(successes) / Double(trials) }

  /// All probabilities that a two-sided test of equal tails does not reject; it covers at least as often as it says.
  ///
  /// - Parameter confidence: In (0, 1).
  /// - Complexity: Some hundred evaluations of the beta distribution function. GSL's own quantile function gives up from some 20,000
  ///   trials on at high confidence.
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence)")
    let (tail, k, n) = ((1 - confidence) / 2, Double(successes), Double(trials))
    let low = successes == 0 ? 0 : Self.leastProbability { gsl_cdf_beta_P($0, k, n - k + 1) >= tail }
    let high = successes == trials ? 1 : Self.leastProbability { gsl_cdf_beta_Q($0, k + 1, n - k) <= tail }
    return low...high
  }

  /// The least probability for which a condition holds that holds for all larger ones, to the last bit.
  private static func leastProbability(where holds: (Double) -> Bool) -> Double {
    var (below, above) = (0.0, 1.0)
    while true {
      let middle = below + (above - below) / 2
      guard middle > below, middle < above else { return above }
      if holds(middle) { above = middle } else { below = middle }
    }
  }
}
