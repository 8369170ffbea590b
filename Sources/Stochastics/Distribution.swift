internal import CGSL
internal import Glibc

/// A law of exogenous noise, standardised: mean 0 and variance 1 (but for ``degenerate`` and laws of your own).
///
/// Every number is a function of a fixed number of counter-based uniforms, so that element t never depends on another:
/// Laplace, uniform, logistic, exponential and Gumbel numbers are GSL's quantile functions of one, Gaussian numbers the vectorised Box–Muller transform
/// of `GaussianFill.swift`, Student-t numbers Bailey's transform of two (`StudentFill.swift`; GSL's samplers draw a
/// varying number of uniforms, and its t quantile takes 0.7 µs). GSL's distribution functions are the reference that the
/// tests hold all of them to.
public enum Distribution: Hashable, Sendable {
  /// N(0, 1).
  case gaussian
  /// Laplace with scale 1/√2.
  case laplace
  /// Uniform on (−√3, √3).
  case uniform
  /// Student's t with ν > 2 degrees of freedom, divided by √(ν/(ν−2)).
  case studentT(degreesOfFreedom: Double)
  /// Logistic with scale √3/π.
  case logistic
  /// Exponential with rate 1, centred: skewness 2, no number below −1.
  case exponential
  /// Gumbel (type I, largest value) with scale √6/π, centred: skewness 1.14.
  case gumbel
  /// A mixture of Gaussians.
  case gaussianMixture(GaussianMixture)
  /// N(0, 1) that shares a factor with the noises around it: √r · factor + √(1 − r) · own, so that any two noises of one
  /// factor have correlation r. A violation of the assumption that exogenous noises are independent, on purpose. Who
  /// shares a factor is the caller's: see ``fill(_:key:factor:offset:)``.
  case correlated(correlation: Double)
  /// Always 0: a violation of the assumption that no noise is degenerate, on purpose. Variance 0.
  case degenerate
  /// A law of your own.
  case custom(CustomNoise)

  /// Fills a buffer with elements `offset ..< offset + count` of the key's sequence under this law.
  ///
  /// - Parameters:
  ///   - target: Any length; element i receives number `offset + i`.
  ///   - key: The stream. Different laws on one key share their uniforms: derive a key for each use.
  ///   - offset: The number of the first element; below 2⁶².
  /// - Precondition: Student-t has ν > 2, without which there is no variance to standardise.
  /// - Complexity: O(count).
  public func fill(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
    switch self {
    case .gaussian, .correlated: fillGaussian(target, key: key, offset: offset)
    case .studentT(let nu): fillStudentT(target, degreesOfFreedom: nu, scale: scale, key: key, offset: offset)
    case .gaussianMixture(let mixture): mixture.fill(target, key: key, offset: offset)
    case .degenerate: target.update(repeating: 0)
    case .custom(let custom): custom.law.fill(target, key: key, offset: offset)
    case .laplace, .uniform, .logistic, .exponential, .gumbel:
      fillThroughQuantile(target, key: key, offset: offset, quantile)
    }
  }

  /// As ``fill(_:key:offset:)``, with the stream of the common factor of a ``correlated(correlation:)`` law; other laws
  /// take no notice of it.
  ///
  /// - Parameters:
  ///   - target: The numbers, overwritten.
  ///   - key: The stream of their own.
  ///   - factor: The stream that all noises have in common which are to correlate; its numbers are standard
  ///     Gaussian.
  ///   - offset: The number of the first element in both streams.
  public func fill(
    _ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, factor: RandomKey, offset: UInt64
  ) {
    fill(target, key: key, offset: offset)
    guard case .correlated(let correlation) = self else { return }
    precondition(correlation >= 0 && correlation <= 1, "a common factor gives no correlation of \(correlation)")
    let (own, common) = (Float((1 - correlation).squareRoot()), Float(correlation.squareRoot()))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: target.count) { shared in
      shared.initialize(repeating: 0)
      fillGaussian(shared, key: factor, offset: offset)
      for i in target.indices { target[i] = own * target[i] + common * shared[i] }
    }
  }

  /// `count` numbers of the key's sequence from `offset` on, as an array.
  public func samples(_ count: Int, key: RandomKey, offset: UInt64 = 0) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]), key: key, offset: offset)
      initialized = count
    }
  }

  /// The factor from GSL's parametrisation to unit variance.
  private var scale: Double {
    switch self {
    case .laplace: 0.5.squareRoot()
    case .uniform: 3.0.squareRoot()
    case .studentT(let nu): Self.studentScale(nu)
    case .logistic: 3.0.squareRoot() / .pi
    case .gumbel: 6.0.squareRoot() / .pi
    case .gaussian, .exponential, .gaussianMixture, .correlated, .degenerate, .custom: 1
    }
  }

  /// The Euler–Mascheroni constant: the mean of the standard Gumbel law.
  private static let gumbelMean = 0.577_215_664_901_532_860_6

  private static func studentScale(_ nu: Double) -> Double {
    precondition(nu > 2 && nu.isFinite, "Student-t with \(nu) degrees of freedom has no finite variance")
    return ((nu - 2) / nu).squareRoot()
  }

  /// The quantile function at p in (0, 1).
  public func quantile(_ p: Double) -> Double {
    switch self {
    case .gaussian, .correlated: gsl_cdf_ugaussian_Pinv(p)
    case .laplace: gsl_cdf_laplace_Pinv(p, scale)
    case .uniform: gsl_cdf_flat_Pinv(p, -scale, scale)
    case .studentT(let nu): scale * gsl_cdf_tdist_Pinv(p, nu)
    case .logistic: gsl_cdf_logistic_Pinv(p, scale)
    case .exponential: gsl_cdf_exponential_Pinv(p, 1) - 1
    case .gumbel: scale * (gsl_cdf_gumbel1_Pinv(p, 1, 1) - Self.gumbelMean)
    case .gaussianMixture(let mixture): mixture.quantile(p)
    case .degenerate: 0
    case .custom(let custom): custom.law.quantile(p)
    }
  }

  /// The distribution function P(X ≤ x); for a law of your own by bisection of its quantile function.
  public func cumulative(_ x: Double) -> Double {
    switch self {
    case .gaussian, .correlated: gsl_cdf_ugaussian_P(x)
    case .laplace: gsl_cdf_laplace_P(x, scale)
    case .uniform: gsl_cdf_flat_P(x, -scale, scale)
    case .studentT(let nu): gsl_cdf_tdist_P(x / scale, nu)
    case .logistic: gsl_cdf_logistic_P(x, scale)
    case .exponential: gsl_cdf_exponential_P(x + 1, 1)
    case .gumbel: gsl_cdf_gumbel1_P(x / scale + Self.gumbelMean, 1, 1)
    case .gaussianMixture(let mixture): mixture.cumulative(x)
    case .degenerate: x >= 0 ? 1 : 0
    case .custom(let custom): Self.cumulative(of: custom.law, x)
    }
  }

  /// The fourth standardised moment E[x⁴]; infinite for Student-t with ν ≤ 4, NaN where it is not defined (degenerate)
  /// or not known (a law of your own).
  public var kurtosis: Double {
    switch self {
    case .gaussian, .correlated: 3
    case .laplace: 6
    case .uniform: 1.8
    case .studentT(let nu): nu > 4 ? 3 + 6 / (nu - 4) : .infinity
    case .logistic: 4.2
    case .exponential: 9
    case .gumbel: 5.4
    case .gaussianMixture(let mixture): mixture.kurtosis
    case .degenerate, .custom: .nan
    }
  }

  /// The largest p, to 2⁻⁵², whose quantile is at most x.
  private static func cumulative(of law: any NoiseLaw, _ x: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<52 {
      let middle = low + (high - low) / 2
      if law.quantile(middle) <= x { low = middle } else { high = middle }
    }
    return low
  }
}
