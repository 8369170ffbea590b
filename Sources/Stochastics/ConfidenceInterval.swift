/// The confidence interval of a mean over crossed generators and training seeds, and how it was made.
public enum ConfidenceInterval: Sendable, Hashable {
  /// Student's t for crossed effects: symmetric about the mean.
  case student(halfWidth: Double)
  /// The hierarchical bootstrap over generators and training seeds.
  case bootstrap(ClosedRange<Double>)

  /// How an interval is made.
  public enum Kind: String, Sendable, CaseIterable {
    /// ``ConfidenceInterval/student(halfWidth:)``.
    case student = "student-t"
    /// ``ConfidenceInterval/bootstrap(_:)``.
    case bootstrap
  }

  /// How it was made.
  public var kind: Kind {
    switch self {
    case .student: .student
    case .bootstrap: .bootstrap
    }
  }

  /// The bounds, for the mean that the interval is of.
  public func bounds(mean: Double) -> ClosedRange<Double> {
    switch self {
    case .student(let halfWidth): mean - halfWidth...mean + halfWidth
    case .bootstrap(let bounds): bounds
    }
  }
}

extension CrossedValues {
  /// Generators from which on the bootstrap is used.
  public static let bootstrapGenerators = 10
  /// Training seeds from which on it is, if there are several.
  public static let bootstrapTrainings = 5

  /// The kind of interval that is stated for these numbers of seeds; nil for one of each, which have none.
  ///
  /// The bootstrap needs units to resample: its percentiles, even ``BootstrapInterval``'s expanded ones, cannot leave the range
  /// of the data. With ten generators and five training seeds they cover as Student's t does; with three training seeds that
  /// matter as much as generators they cover 91 to 93 % (`bench/coverage.py`). A single training seed is not resampled: the
  /// interval is conditional on it, as Student's is.
  public static func intervalKind(generators: Int, trainings: Int) -> ConfidenceInterval.Kind? {
    guard max(generators, trainings) > 1 else { return nil }
    let hasTrainings = trainings == 1 || trainings >= bootstrapTrainings
    return generators >= bootstrapGenerators && hasTrainings ? .bootstrap : .student
  }

  /// The confidence interval of the mean, of the kind that ``intervalKind(generators:trainings:)`` says.
  ///
  /// - Parameters:
  ///   - confidence: Coverage in (0, 1).
  ///   - resamples: Of the bootstrap, at least 1.
  ///   - stream: The source of the resamples; advanced if they are drawn.
  /// - Returns: Nil if there is a single generator and a single training seed.
  /// - Precondition: for the bootstrap, values are finite.
  /// - Complexity: O(resamples · runs) for the bootstrap, else O(runs).
  public func confidenceInterval(
    confidence: Double = 0.95, resamples: Int = BootstrapInterval.defaultResamples, using stream: inout RandomStream
  ) -> ConfidenceInterval? {
    switch Self.intervalKind(generators: generatorMeans.count, trainings: trainingMeans.count) {
    case nil: return nil
    case .student: return interval(confidence: confidence).halfWidth.map(ConfidenceInterval.student)
    case .bootstrap:
      let bootstrap = BootstrapInterval(
        self, confidence: confidence, resamples: resamples, isExpanded: true, using: &stream)
      return bootstrap.interval.map(ConfidenceInterval.bootstrap)
    }
  }
}
