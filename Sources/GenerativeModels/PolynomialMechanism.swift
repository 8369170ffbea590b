internal import Glibc
public import LinearAlgebra

/// `value = (p(W · (parents, ε)) − shift) · scale` with the odd polynomial p(u) = u + a·uᵈ, a ≥ 0, d odd, in every
/// component.
///
/// p′ = 1 + a·d·uᵈ⁻¹ ≥ 1: strictly increasing onto the reals. Powers multiply along a path, so tails grow fast with depth:
/// with d = 3 the value of a node below k others holds a term of degree 3ᵏ⁺¹. Keep a small, or use the family at one level.
public struct PolynomialMechanism: Mechanism {
  /// W, shape (dimension, Σ dim(parents) + dim(ε)).
  public let weights: Matrix<Double>
  /// a ≥ 0.
  public let coefficient: Double
  /// d: odd, at least 3.
  public let degree: Int
  /// Subtracted after the polynomial, length dimension.
  public let shift: [Double]
  /// Multiplied last, length dimension; positive.
  public let scale: [Double]
  private let linear: LinearMechanism

  /// The mechanism of given weights.
  ///
  /// - Precondition: d odd and at least 3, a ≥ 0, positive scales, as many shifts and scales as components.
  public init(weights: Matrix<Double>, coefficient: Double, degree: Int, shift: [Double], scale: [Double]) {
    precondition(degree >= 3 && degree % 2 == 1 && coefficient >= 0, "u + \(coefficient) u^\(degree)")
    precondition(shift.count == weights.rows && scale.count == weights.rows && scale.allSatisfy { $0 > 0 })
    self.weights = weights
    self.coefficient = coefficient
    self.degree = degree
    self.shift = shift
    self.scale = scale
    linear = LinearMechanism(weights: weights)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { weights.columns }
  /// dim(node).
  public var dimension: Int { weights.rows }

  /// p is strictly increasing; the rest is the linear map's.
  public var invertibility: Invertibility {
    let monotone = "u + a u^d with a >= 0 and odd d is strictly increasing"
    return weights.rows >= weights.columns
      ? .exact(why: "\(monotone), and W has full column rank")
      : .conditional(why: "\(monotone), but W maps \(weights.columns) inputs to \(weights.rows)")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    linear.evaluate(inputs, into: outputs, count: count)
    distort(outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    linear.evaluate(inputs, into: outputs, count: count)
    distort(outputs, count: count)
  }

  private func distort<Scalar: LinearAlgebraScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, count: Int) {
    let a = Scalar(coefficient)
    for row in 0..<dimension {
      let (shift, scale) = (Scalar(shift[row]), Scalar(scale[row]))
      for i in row * count..<(row + 1) * count {
        let u = values[i]
        let square = u * u
        var power = u
        for _ in 0..<degree / 2 { power = power * square }
        values[i] = (u + a * power - shift) * scale
      }
    }
  }
}

extension PolynomialMechanism: InvertibleMechanism, NoiseInvertibleMechanism {
  /// p⁻¹ by Newton's method, then the pseudo-inverse of W.
  public func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    try linear.inverse(arguments(values))
  }

  /// p⁻¹, less the parents' share, then the pseudo-inverse of ε's columns of W.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    try linear.noise(values: arguments(values), parents: parents)
  }

  /// W · (parents, ε) for given values.
  private func arguments(_ values: Matrix<Double>) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    return mapped(values) { index, value in
      root(value / scale[index % dimension] + shift[index % dimension])
    }
  }

  /// The u with u + a·uᵈ = y. On u ≥ 0 the polynomial is convex, so that Newton's method from above never crosses the root
  /// and descends monotonically; the start min(y, (y/a)^(1/d)) is above it, as each term alone is at most y.
  private func root(_ y: Double) -> Double {
    guard y != 0, coefficient > 0, y.isFinite else { return y }
    let target = abs(y)
    var u = min(target, pow(target / coefficient, 1 / Double(degree)))
    for _ in 0..<100 {
      let power = pow(u, Double(degree - 1))
      let next = u - (u + coefficient * u * power - target) / (1 + coefficient * Double(degree) * power)
      if !(next < u) { break }
      u = next
    }
    return y < 0 ? -u : u
  }
}

extension LinearMechanism: NoiseInvertibleMechanism {
  /// By the shape of W; the draws of full-rank families are never singular.
  public var invertibility: Invertibility {
    weights.rows >= weights.columns
      ? .exact(why: "linear; W is injective if it has full column rank (\(weights.rows) x \(weights.columns))")
      : .conditional(
        why:
          "linear, but W maps \(weights.columns) inputs to \(weights.rows); given the parents, ε is known if its columns of W have full rank"
      )
  }

  /// The pseudo-inverse of ε's columns of W, applied to value − W_pa · parents.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension && values.rows == parents.rows && parents.columns <= inputDimension)
    let own = LinearMechanism(weights: weights.columns(parents.columns..<inputDimension))
    guard own.dimension >= own.inputDimension else { throw .singular(order: own.dimension + 1) }
    let share = parents.multiplied(by: weights.columns(0..<parents.columns), transposeOther: true)
    return try own.inverse(values - share)
  }
}
