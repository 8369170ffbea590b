internal import CGSL
internal import Glibc

/// A finite mixture of Gaussians, standardised to mean 0 and variance 1 as a whole.
///
/// A component of deviation 0 is a point mass: weights ¼ and ¾ with deviations 0 and 1 leave a quarter of all numbers
/// exactly where they were, which is how partial changes between views are written.
public struct GaussianMixture: Hashable, Sendable, CustomStringConvertible {
  /// One Gaussian of the mixture, before standardisation.
  public struct Component: Hashable, Sendable {
    /// The share of the mixture, relative to the other weights; positive.
    public var weight: Double
    /// The mean.
    public var mean: Double
    /// The standard deviation; 0 for a point mass.
    public var deviation: Double

    /// A component.
    public init(weight: Double, mean: Double, deviation: Double) {
      self.weight = weight
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// The components after standardisation; the weights sum to 1.
  public let components: [Component]

  /// Standardises a mixture.
  ///
  /// - Returns: nil without components, for a weight that is not positive, a negative deviation, a number that is not
  ///   finite, or if the mixture as a whole has no variance.
  public init?(_ components: [Component]) {
    let finite = components.allSatisfy {
      $0.weight > 0 && $0.weight.isFinite && $0.deviation >= 0 && $0.deviation.isFinite && $0.mean.isFinite
    }
    guard finite, !components.isEmpty else { return nil }
    let total = components.reduce(0) { $0 + $1.weight }
    let mean = components.reduce(0) { $0 + $1.weight * $1.mean } / total
    let variance =
      components.reduce(0) {
        $0 + $1.weight * ($1.deviation * $1.deviation + ($1.mean - mean) * ($1.mean - mean))
      } / total
    guard variance > 0 else { return nil }
    // What was standardised once and written to a file comes back as the same bits.
    let isStandardised = max(abs(total - 1), abs(mean), abs(variance - 1)) < 1e-12
    guard !isStandardised else {
      self.components = components
      return
    }
    let scale = 1 / variance.squareRoot()
    self.components = components.map {
      Component(weight: $0.weight / total, mean: ($0.mean - mean) * scale, deviation: $0.deviation * scale)
    }
  }

  /// The components as they stand after standardisation: weight, mean, deviation.
  public var description: String {
    "gaussian-mixture(" + components.map { "\($0.weight) \($0.mean) \($0.deviation)" }.joined(separator: " + ") + ")"
  }

  /// P(X ≤ x).
  func cumulative(_ x: Double) -> Double {
    components.reduce(0) { sum, part in
      let mass = part.deviation > 0 ? gsl_cdf_ugaussian_P((x - part.mean) / part.deviation) : x >= part.mean ? 1 : 0
      return sum + part.weight * mass
    }
  }

  /// The least x with P(X ≤ x) ≥ p, by bisection to the last bit of a double: there is no closed form.
  func quantile(_ p: Double) -> Double {
    let z = components.map { $0.deviation > 0 ? $0.mean + $0.deviation * gsl_cdf_ugaussian_Pinv(p) : $0.mean }
    // The mixture's quantile lies between the least and the greatest of its components'.
    var (low, high) = (z.min() ?? 0, z.max() ?? 0)
    if cumulative(low) >= p { return low }
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return high }
      if cumulative(middle) >= p { high = middle } else { low = middle }
    }
  }

  /// E[x⁴].
  var kurtosis: Double {
    components.reduce(0) { sum, part in
      let (m, s) = (part.mean * part.mean, part.deviation * part.deviation)
      return sum + part.weight * (m * m + 6 * m * s + 3 * s * s)
    }
  }

  /// Element t: component chosen by uniform t of a child of the key, Gaussian number t of the key itself.
  func fill(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
    fillGaussian(target, key: key, offset: offset)
    var uniforms = [Double](repeating: 0, count: min(target.count, 1024))
    let choice = key.child("mixture component")
    var done = 0
    while done < target.count {
      let length = min(uniforms.count, target.count - done)
      uniforms.withUnsafeMutableBufferPointer {
        fillUniform(.init(rebasing: $0[0..<length]), key: choice, offset: offset &+ UInt64(done))
      }
      for i in 0..<length {
        var (index, reached) = (0, components[0].weight)
        while uniforms[i] >= reached, index < components.count - 1 {
          index += 1
          reached += components[index].weight
        }
        let part = components[index]
        target[done + i] = Float(part.mean + part.deviation * Double(target[done + i]))
      }
      done += length
    }
  }
}
