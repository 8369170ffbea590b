internal import Glibc

/// The upper tail P(X ≥ statistic) of the chi-square law, by the incomplete gamma function's series or continued fraction
/// (Abramowitz & Stegun 6.5.29 and 6.5.31).
public func chiSquareSurvival(_ statistic: Double, degreesOfFreedom: Int) -> Double {
  let (a, x) = (Double(degreesOfFreedom) / 2, statistic / 2)
  guard x > 0 else { return 1 }
  let front = exp(a * log(x) - x - lgamma(a))
  if x < a + 1 {
    var (term, sum, n) = (1 / a, 1 / a, a)
    while term > sum * 1e-15 {
      n += 1
      term *= x / n
      sum += term
    }
    return 1 - front * sum
  }
  // Lentz's evaluation of the continued fraction.
  var b = x + 1 - a
  var (c, d) = (1e300, 1 / b)
  var fraction = d
  for i in 1..<10_000 {
    let coefficient = Double(i) * (a - Double(i))
    b += 2
    d = 1 / (coefficient * d + b)
    c = b + coefficient / c
    fraction *= c * d
    if abs(c * d - 1) < 1e-15 { break }
  }
  return front * fraction
}

/// The chi-square test of counts against a uniform law over their cells: its p-value.
public func uniformityPValue(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  return chiSquareSurvival(statistic, degreesOfFreedom: counts.count - 1)
}
