internal import Glibc

/// The two-sided one-sample Kolmogorov–Smirnov test of values against a continuous distribution function.
///
/// - Parameters:
///   - values: A sample, any order.
///   - cumulative: The distribution function P(X ≤ x) under the null hypothesis.
/// - Returns: The statistic D = sup |Fₙ − F| and its asymptotic p-value with Stephens' (1970) correction for finite n.
/// - Complexity: O(n log n).
public func kolmogorovSmirnov(
  _ values: [Double], cumulative: (Double) -> Double
) -> (statistic: Double, pValue: Double) {
  precondition(!values.isEmpty, "a Kolmogorov–Smirnov test of no values")
  let n = Double(values.count)
  var statistic = 0.0
  for (index, value) in values.sorted().enumerated() {
    let probability = cumulative(value)
    statistic = max(statistic, probability - Double(index) / n, Double(index + 1) / n - probability)
  }
  let root = n.squareRoot()
  return (statistic, kolmogorovSurvival((root + 0.12 + 0.11 / root) * statistic))
}

/// P(K > t) of Kolmogorov's distribution: 2 Σ (−1)^(j−1) exp(−2 j² t²), or its theta-function dual for small t.
func kolmogorovSurvival(_ t: Double) -> Double {
  if t < 1.18 {
    guard t > 0.04 else { return 1 }
    let y = exp(-Double.pi * .pi / (8 * t * t))
    let sum = y + pow(y, 9) + pow(y, 25) + pow(y, 49)
    return 1 - (2 * Double.pi).squareRoot() / t * sum
  }
  let x = exp(-2 * t * t)
  return 2 * (x - pow(x, 4) + pow(x, 9))
}
