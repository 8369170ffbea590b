public import LinearAlgebra

/// Distance correlation (Székely, Rizzo & Bakirov 2007): zero in the population exactly for independent views.
///
/// - Parameters:
///   - x: Shape (n, p), n ≥ 2; rows are samples. Euclidean distances between rows, columns as they come (not scaled).
///   - y: Shape (n, q), the same samples.
/// - Returns: The V-statistic in [0, 1]: √(dCov² / √(dVar²(x) dVar²(y))). It is biased upwards (in high dimension towards
///   1); 0 if a view is constant.
/// - Throws: ``RecoveryError``: shapes, rows, non-finite elements.
/// - Complexity: O(n²(p + q)) time, O(n²) memory.
public func distanceCorrelation(_ x: Matrix<Double>, _ y: Matrix<Double>) throws(RecoveryError) -> Double {
  try requireViews(x, y, rows: 2)
  return PairwiseStatistic.distanceCorrelation.value(x, y)
}

/// The bias-corrected *squared* distance correlation (Székely & Rizzo 2013): 0 on average for independent views.
///
/// - Parameters:
///   - x: Shape (n, p), n ≥ 4.
///   - y: Shape (n, q), the same samples.
/// - Returns: At most 1, negative values possible; 0 if a view is constant.
/// - Throws: ``RecoveryError``.
/// - Complexity: As ``distanceCorrelation(_:_:)``.
public func unbiasedSquaredDistanceCorrelation(
  _ x: Matrix<Double>, _ y: Matrix<Double>
) throws(RecoveryError) -> Double {
  try requireViews(x, y, rows: 4)
  return PairwiseStatistic.unbiasedSquaredDistanceCorrelation.value(x, y)
}
