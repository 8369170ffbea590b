internal import CGSL
internal import Glibc

/// A law of exogenous noise, standardised: mean 0 and variance 1.
///
/// Every number is a function of a fixed number of counter-based uniforms, so that element t never depends on another:
/// Laplace and uniform numbers are GSL's quantile functions of one, Gaussian numbers the vectorised Box–Muller transform
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
    case .gaussian: return fillGaussian(target, key: key, offset: offset)
    case .studentT(let nu): return fillStudentT(target, degreesOfFreedom: nu, scale: scale, key: key, offset: offset)
    case .laplace, .uniform: break
    }
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
    case .studentT(let nu): Self.studentScale(nu)
    }
  }

  private static func studentScale(_ nu: Double) -> Double {
    precondition(nu > 2 && nu.isFinite, "Student-t with \(nu) degrees of freedom has no finite variance")
    return ((nu - 2) / nu).squareRoot()
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
