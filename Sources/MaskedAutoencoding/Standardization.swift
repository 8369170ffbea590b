public import LinearAlgebra

/// The centre and scale of every observed column, estimated once and stored with the model.
public struct Standardization: Sendable, Hashable {
  /// The subtracted value of each column.
  public let mean: [Float]
  /// The divisor of each column; 1 for a column without variance, so that it becomes 0 rather than NaN.
  public let deviation: [Float]

  /// A standardisation of given means and deviations, one a column.
  ///
  /// - Precondition: equal lengths.
  public init(mean: [Float], deviation: [Float]) {
    precondition(mean.count == deviation.count, "\(mean.count) means, \(deviation.count) deviations")
    self.mean = mean
    self.deviation = deviation
  }

  /// No change: mean 0, deviation 1.
  public static func identity(columns: Int) -> Standardization {
    Standardization(mean: [Float](repeating: 0, count: columns), deviation: [Float](repeating: 1, count: columns))
  }

  /// Means and deviations (with n in the denominator) of the columns of a sample, computed in Double in two passes.
  ///
  /// A deviation below 10⁻⁶ of the mean's magnitude is rounding in single precision and counts as none. NaN or infinity
  /// in a column leaves its mean not finite, and a training on it stops before its first step.
  ///
  /// - Parameter sample: Shape (n, D), n ≥ 1.
  public init(estimatedFrom sample: Matrix<Float>) {
    precondition(sample.rows > 0, "standardisation from no samples")
    let (n, d) = (Double(sample.rows), sample.columns)
    var mean = [Double](repeating: 0, count: d)
    var variance = [Double](repeating: 0, count: d)
    sample.withUnsafeElements { values in
      for row in 0..<sample.rows { for j in 0..<d { mean[j] += Double(values[row * d + j]) } }
      for j in 0..<d { mean[j] /= n }
      for row in 0..<sample.rows {
        for j in 0..<d {
          let difference = Double(values[row * d + j]) - mean[j]
          variance[j] += difference * difference
        }
      }
    }
    self.mean = mean.map { Float($0) }
    deviation = zip(mean, variance).map { mean, sum in
      let deviation = (sum / n).squareRoot()
      return deviation > 1e-6 * abs(mean) && Float(deviation).isNormal ? Float(deviation) : 1
    }
  }

  /// 1/deviation, as the passes use it.
  var inverseDeviation: [Float] { deviation.map { 1 / $0 } }
}
