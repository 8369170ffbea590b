internal import Glibc

/// How the learning rate changes over a training of known length: a linear warm-up, then no, cosine or linear decay.
public struct LearningRateSchedule: Hashable, Codable, Sendable {
  /// The length of the warm-up.
  public enum WarmUp: Hashable, Codable, Sendable {
    /// A number of steps; 0 for none.
    case steps(Int)
    /// A fraction of all steps, rounded to the nearest integer.
    case fraction(Double)
  }

  /// What follows the warm-up.
  public enum Decay: Hashable, Codable, Sendable {
    /// The peak rate to the end.
    case constant
    /// Half a cosine from the peak rate down to `finalFraction` of it (Loshchilov & Hutter 2017).
    case cosine(finalFraction: Double)
    /// A straight line from the peak rate down to `finalFraction` of it.
    case linear(finalFraction: Double)
  }

  /// The length of the warm-up.
  public let warmUp: WarmUp
  /// What follows the warm-up.
  public let decay: Decay

  /// A schedule; the defaults are 5 % warm-up and cosine decay to 0.
  ///
  /// - Precondition: warm-up steps ≥ 0, fractions in [0, 1].
  public init(warmUp: WarmUp = .fraction(0.05), decay: Decay = .cosine(finalFraction: 0)) {
    self.warmUp = warmUp
    self.decay = decay
    if let problem { preconditionFailure(problem) }
  }

  /// What is wrong with the values, or nil.
  var problem: String? {
    if case .steps(let steps) = warmUp, steps < 0 { return "warm-up of \(steps) steps" }
    if case .fraction(let fraction) = warmUp, !(fraction >= 0 && fraction <= 1) {
      return "warm-up fraction \(fraction)"
    }
    switch decay {
    case .constant: break
    case .cosine(let fraction), .linear(let fraction):
      if !(fraction >= 0 && fraction <= 1) { return "final fraction \(fraction)" }
    }
    return nil
  }

  /// The factor on the peak learning rate at a step (the first is 0) of a training of `totalSteps`.
  ///
  /// Warm-up over w steps gives (step + 1)/w, so step w − 1 runs at the peak. Cosine decay gives
  /// f + (1 − f)·½(1 + cos(πp)) with p = (step − w)/(totalSteps − w), linear decay f + (1 − f)(1 − p): f is approached but
  /// reached only after the last step, and from there on it stays f.
  public func factor(step: Int, totalSteps: Int) -> Double {
    let warmUpSteps =
      switch warmUp {
      case .steps(let steps): steps
      case .fraction(let fraction): Int((fraction * Double(totalSteps)).rounded())
      }
    if step < warmUpSteps { return Double(step + 1) / Double(warmUpSteps) }
    let progress = min(1, Double(step - warmUpSteps) / Double(max(1, totalSteps - warmUpSteps)))
    return switch decay {
    case .constant: 1
    case .cosine(let final): final + (1 - final) * 0.5 * (1 + cos(.pi * progress))
    case .linear(let final): final + (1 - final) * (1 - progress)
    }
  }
}
