/// A statement that an experiment decides: what is predicted, what is measured, and when the one is the other.
public struct Claim: Sendable {
  /// A name that is unique in the experiment.
  public let id: String
  /// The statement, in one sentence.
  public let statement: String
  /// Where it comes from: a theorem, a section, or a derivation.
  public let source: String
  /// What theory predicts of the measurement, in words or numbers.
  public let prediction: String
  /// What is measured.
  public internal(set) var measure: Measure
  /// Which values of the measurement agree with the claim.
  public let expectation: Expectation
  /// How far the measurement of the quick form may lie from the committed one on another machine.
  public let tolerance: Double
  /// Whether it is one of the few that stand on the README's first screen.
  public let isHeadline: Bool

  /// What a claim is measured by.
  public enum Measure: Sendable {
    /// The share of random models of which a statement of the theory is true.
    case check(TheoryCheck, models: Int, quickModels: Int, seed: UInt64)
    /// A statistic of results of sweeps.
    case results(ResultMeasure)
  }
}

/// The values of a measurement that agree with a claim.
public enum Expectation: Sendable, Equatable {
  /// A range, either end of which may be infinite.
  case within(ClosedRange<Double>)
  /// Every trial of a proportion: one exception refutes the claim.
  case every
}

/// What a claim's measurement says of it.
public enum Verdict: String, Sendable, CaseIterable {
  /// The whole interval agrees.
  case holds
  /// No value of the interval agrees.
  case fails
  /// Neither, or there is no interval (a single seed, or nothing finite).
  case undecided
}

/// What was measured, with its 95 % interval.
public struct Measurement: Sendable, Equatable {
  /// The estimate; NaN where nothing could be measured.
  public let value: Double
  /// The interval; nil for a single seed.
  public let interval: ClosedRange<Double>?
  /// The number of ``unit`` behind it.
  public let count: Int
  /// What is counted: `cells`, `random DAGs`.
  public let unit: String
  /// Cells without a score (diverged trainings), which are left out.
  public var lost = 0
  /// Whether every trial of a proportion was a success; nil for other measurements.
  public var isEvery: Bool?

  /// A measurement.
  public init(
    value: Double, interval: ClosedRange<Double>?, count: Int, unit: String, lost: Int = 0, isEvery: Bool? = nil
  ) {
    (self.value, self.interval, self.count, self.unit) = (value, interval, count, unit)
    (self.lost, self.isEvery) = (lost, isEvery)
  }
}

extension Expectation {
  /// The verdict on a measurement: its *interval* is judged, so that neither luck nor a wide spread passes for a confirmation.
  public func verdict(on measurement: Measurement) -> Verdict {
    switch self {
    case .every:
      guard let isEvery = measurement.isEvery else { return .undecided }
      return isEvery ? .holds : .fails
    case .within(let allowed):
      guard measurement.value.isFinite, let interval = measurement.interval else { return .undecided }
      if allowed.contains(interval.lowerBound), allowed.contains(interval.upperBound) { return .holds }
      return interval.overlaps(allowed) ? .undecided : .fails
    }
  }

  /// The range in words: `≥ 0.97`, `≤ 0.01`, `0.9 to 1`, `every`.
  public var text: String {
    switch self {
    case .every: "every"
    case .within(let range) where range.upperBound == .infinity: "≥ \(range.lowerBound)"
    case .within(let range) where range.lowerBound == -.infinity: "≤ \(range.upperBound)"
    case .within(let range): "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}
