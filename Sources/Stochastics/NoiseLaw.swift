/// A law of noise of your own: one type that gives a quantile function.
///
/// ```swift
/// struct Triangular: NoiseLaw {
///   func quantile(_ p: Double) -> Double {
///     let side = p < 0.5 ? (2 * p).squareRoot() - 1 : 1 - (2 - 2 * p).squareRoot()
///     return side * 6.0.squareRoot()
///   }
/// }
/// let law = Distribution.custom(CustomNoise("triangular", law: Triangular()))
/// ```
///
/// Standardise it (mean 0, variance 1) unless the violation is the point: mechanisms are calibrated for that.
public protocol NoiseLaw: Sendable {
  /// The quantile function at p in (0, 1): non-decreasing.
  func quantile(_ p: Double) -> Double

  /// Fills a buffer with elements `offset ..< offset + count` of the key's sequence.
  ///
  /// Element t must be a function of (key, t) and nothing else. The default maps one uniform of 32 random bits for each
  /// element through ``quantile(_:)``; replace it for speed, or for a law whose quantile has no closed form.
  func fill(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64)
}

extension NoiseLaw {
  /// One uniform of 32 random bits for each element, mapped through ``quantile(_:)``.
  public func fill(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
    fillThroughQuantile(target, key: key, offset: offset, quantile)
  }
}

/// A ``NoiseLaw`` as a value that can be compared: by its name and parameters.
public struct CustomNoise: Hashable, Sendable, CustomStringConvertible {
  /// One parameter.
  public struct Parameter: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: Double
  }

  /// The name that stands in plans and tables.
  public let name: String
  /// All that the law depends on, in the order of the names. Two laws of one name and the same parameters are taken for the
  /// same, and finished cells of a sweep are found again by them.
  public let parameters: [Parameter]
  /// The law.
  public let law: any NoiseLaw

  /// A law of your own under a name.
  public init(_ name: String, parameters: [String: Double] = [:], law: any NoiseLaw) {
    self.name = name
    self.parameters = parameters.sorted { $0.key < $1.key }.map { Parameter(name: $0.key, value: $0.value) }
    self.law = law
  }

  /// Whether names and parameters are the same.
  public static func == (left: CustomNoise, right: CustomNoise) -> Bool {
    left.name == right.name && left.parameters == right.parameters
  }

  /// Hashes name and parameters.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(parameters)
  }

  /// The name and the parameters.
  public var description: String {
    name + "(" + parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ") + ")"
  }
}

/// Element i ← quantile(uniform number `offset + i` of the key).
@inline(__always)
func fillThroughQuantile(
  _ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64, _ quantile: (Double) -> Double
) {
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
