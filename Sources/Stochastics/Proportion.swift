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
  public func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence)")
    let (tail, k, n) = ((1 - confidence) / 2, Double(successes), Double(trials))
    let low = successes == 0 ? 0 : gsl_cdf_beta_Pinv(tail, k, n - k + 1)
    let high = successes == trials ? 1 : gsl_cdf_beta_Pinv(1 - tail, k + 1, n - k)
    return low...high
  }
}
