/// A number with the standard error of its computation.
public struct Estimate: Sendable, Equatable {
  /// The number.
  public let value: Double
  /// The standard error of a Monte Carlo mean; 0 where the value is exact up to rounding, NaN where a single draw leaves
  /// it undefined.
  public let standardError: Double

  /// A value and its standard error.
  public init(_ value: Double, standardError: Double = 0) {
    self.value = value
    self.standardError = standardError
  }

  /// The mean of draws from their count, sum and sum of squares.
  init(count: Double, sum: Double, squares: Double) {
    let mean = sum / count
    let variance = max(0, squares - sum * mean) / (count - 1)
    self.init(mean, standardError: count > 1 ? (variance / count).squareRoot() : .nan)
  }
}
