internal import CGSL
internal import Glibc

/// A mean with its confidence interval.
public struct MeanInterval: Sendable, Equatable {
  /// The arithmetic mean.
  public let mean: Double
  /// Half the width of the interval; `nil` when a single value leaves it undefined.
  public let halfWidth: Double?
  /// The number of values.
  public let count: Int
}

/// Small-sample statistics, through GSL.
public enum Statistics {
  /// The mean of values with Student's t interval.
  ///
  /// - Parameters:
  ///   - values: At least one; NaN makes the result NaN.
  ///   - confidence: Coverage in (0, 1).
  /// - Returns: mean ± t(n−1, (1+confidence)/2) · s/√n. One value has no interval.
  public static func meanInterval(_ values: [Double], confidence: Double = 0.95) -> MeanInterval {
    precondition(!values.isEmpty, "the mean of no values")
    precondition(confidence > 0 && confidence < 1, "confidence \(confidence)")
    let mean = gsl_stats_mean(values, 1, values.count)
    guard values.count > 1 else { return MeanInterval(mean: mean, halfWidth: nil, count: 1) }
    let deviation = gsl_stats_sd_m(values, 1, values.count, mean)
    let t = gsl_cdf_tdist_Pinv((1 + confidence) / 2, Double(values.count - 1))
    return MeanInterval(mean: mean, halfWidth: t * deviation / Double(values.count).squareRoot(), count: values.count)
  }

  /// The standard error of the mean; NaN for fewer than two values.
  public static func standardError(_ values: [Double]) -> Double {
    guard values.count > 1 else { return .nan }
    return gsl_stats_sd(values, 1, values.count) / Double(values.count).squareRoot()
  }

  /// The two-sided p-value of Student's t.
  ///
  /// - Parameters:
  ///   - t: The statistic; its sign does not matter.
  ///   - degreesOfFreedom: More than 0, whole or not.
  public static func studentPValue(_ t: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "\(degreesOfFreedom) degrees of freedom")
    return 2 * gsl_cdf_tdist_Q(abs(t), degreesOfFreedom)
  }

  /// The tail of a bootstrap's percentiles that gives an interval of Student's width: Φ(−√(n/(n − 1)) · t(n − 1, 1 − tail)).
  ///
  /// - Parameters:
  ///   - tail: In (0, 0.5).
  ///   - units: What is resampled, n ≥ 2.
  static func expandedTail(_ tail: Double, units: Int) -> Double {
    precondition(tail > 0 && tail < 0.5 && units > 1, "tail \(tail) of \(units) units")
    let n = Double(units)
    return gsl_cdf_ugaussian_P(-(n / (n - 1)).squareRoot() * gsl_cdf_tdist_Pinv(1 - tail, n - 1))
  }

  /// The value that has rank k, from 0, among values in ascending order: by selection, without sorting them.
  ///
  /// - Parameters:
  ///   - k: Below the number of values.
  ///   - values: Without NaN; their order changes, and none before the place k is larger than what stands there.
  /// - Complexity: O(n) on average.
  public static func orderStatistic(_ k: Int, of values: inout [Double]) -> Double {
    precondition(values.indices.contains(k), "rank \(k) of \(values.count) values")
    return gsl_stats_select(&values, 1, values.count, k)
  }

  /// The p-quantile with linear interpolation between order statistics (GSL's and NumPy's default definition).
  public static func quantile(_ values: [Double], _ p: Double) -> Double {
    precondition(!values.isEmpty && p >= 0 && p <= 1, "quantile \(p) of \(values.count) values")
    return gsl_stats_quantile_from_sorted_data(values.sorted(), 1, values.count, p)
  }

  /// The version of GSL that the program was built against.
  public static var gslVersion: String { String(cString: strata_gsl_version()) }

  /// Turns off GSL's default handler, which aborts the process on a domain error. Call once at start.
  public static func disableGSLAbort() { strata_gsl_disable_abort() }
}
