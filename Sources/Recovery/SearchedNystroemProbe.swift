public import LinearAlgebra
public import Stochastics

/// ``NystroemProbe`` on all training rows, with the kernel width and the penalty that exact kernel ridge finds best on the first
/// of them: the kernel probe for more rows than ``KernelRidgeProbe`` can take, with the error of the approximation.
public struct SearchedNystroemProbe: Probe {
  /// The exact probe whose cross-validation chooses gamma and penalty, for each group of targets.
  public let search: KernelRidgeProbe
  /// The number of landmark rows, at most all.
  public let landmarks: Int
  /// The source of the landmark rows, the same for every group.
  public let key: RandomKey
  /// `nystroem`.
  public var name: String { "nystroem" }

  /// Predictions with the error of the approximation.
  public struct Fit: Sendable {
    /// Shape (m, q), for the test rows.
    public let predictions: Matrix<Double>
    /// ``NystroemProbe/Fit/traceError`` of each group's kernel; 0 for an empty group.
    public let traceErrors: [Double]
  }

  /// A probe of at least one landmark.
  public init(search: KernelRidgeProbe = KernelRidgeProbe(), landmarks: Int = 1000, key: RandomKey) {
    precondition(landmarks >= 1, "\(landmarks) landmarks")
    (self.search, self.landmarks, self.key) = (search, landmarks, key)
  }

  /// See ``Probe/predictions(_:groups:)``.
  public func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    try fit(split, groups: groups).predictions
  }

  /// Searches on the first training rows, fits on all, and predicts the test rows.
  ///
  /// - Throws: ``RecoveryError/numerical(operation:reason:)``.
  /// - Complexity: That of the search, and O(n·m² + m³) for each group, m landmarks.
  public func fit(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Fit {
    let points = try search.gridPoints(split, groups: groups)
    var predictions = Matrix<Double>(rows: split.testFeatures.rows, columns: split.testTargets.columns)
    var errors = [Double](repeating: 0, count: groups.count)
    for (index, group) in groups.enumerated() where !group.isEmpty {
      let probe = NystroemProbe(
        gamma: points[index].gamma, penalty: points[index].penalty, landmarks: landmarks, key: key)
      let fit = try probe.fit(split.targetColumns(group))
      predictions.setColumns(Array(group), fit.predictions)
      errors[index] = fit.traceError
    }
    return Fit(predictions: predictions, traceErrors: errors)
  }
}
