internal import CGSL
internal import Glibc

/// A law of exogenous noise, standardised: mean 0 and variance 1.
///
/// Laplace, uniform and Student-t numbers are GSL's quantile functions of counter-based uniforms, one uniform a number,
/// so that element t never depends on another. The Gaussian law uses the vectorised transform of `GaussianFill.swift`
/// for the same reason and for speed (GSL's Gaussian samplers draw a varying number of uniforms); GSL's distribution
/// function is the reference that the tests hold it to.
public enum Distribution: Hashable, Sendable {
  /// N(0, 1).
  case gaussian
  /// Laplace with scale 1/√2.
  case laplace
  /// Uniform on (−√3, √3).
  case uniform
  /// Student's t with ν > 2 degrees of freedom, divided by √(ν/(ν−2)).
  case studentT(degreesOfFreedom: Double)

  /// Fills a buffer with elements `offset ..< offset + count` of the key's sequence under this law.
  ///
  /// - Parameters:
  ///   - target: Any length; element i receives number `offset + i`.
  ///   - key: The stream. Different laws on one key share their uniforms: derive a key for each use.
  /// - Complexity: O(count).
  public func fill(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
    if self == .gaussian { return fillGaussian(target, key: key, offset: offset) }
    var uniforms = [Double](repeating: 0, count: min(target.count, 1024))
    var done = 0
    while done < target.count {
      let length = min(uniforms.count, target.count - done)
      uniforms.withUnsafeMutableBufferPointer {
        fillUniform(.init(rebasing: $0[0..<length]), key: key, offset: offset &+ UInt64(done))
      }
      for i in 0..<length { target[done + i] = Float(quantile(uniforms[i])) }
      done += length
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
    case .gaussian: 1
    case .laplace: 0.5.squareRoot()
    case .uniform: 3.0.squareRoot()
    case .studentT(let nu): ((nu - 2) / nu).squareRoot()
    }
  }

  /// The quantile function at p in (0, 1).
  public func quantile(_ p: Double) -> Double {
    switch self {
    case .gaussian: gsl_cdf_ugaussian_Pinv(p)
    case .laplace: gsl_cdf_laplace_Pinv(p, scale)
    case .uniform: gsl_cdf_flat_Pinv(p, -scale, scale)
    case .studentT(let nu): scale * gsl_cdf_tdist_Pinv(p, nu)
    }
  }

  /// The distribution function P(X ≤ x).
  public func cumulative(_ x: Double) -> Double {
    switch self {
    case .gaussian: gsl_cdf_ugaussian_P(x)
    case .laplace: gsl_cdf_laplace_P(x, scale)
    case .uniform: gsl_cdf_flat_P(x, -scale, scale)
    case .studentT(let nu): gsl_cdf_tdist_P(x / scale, nu)
    }
  }

  /// The fourth standardised moment E[x⁴]; infinite for Student-t with ν ≤ 4.
  public var kurtosis: Double {
    switch self {
    case .gaussian: 3
    case .laplace: 6
    case .uniform: 1.8
    case .studentT(let nu): nu > 4 ? 3 + 6 / (nu - 4) : .infinity
    }
  }
}
