internal import Glibc
public import LinearAlgebra

/// `value = (p(W · (parents, ε)) − shift) · scale` with the odd polynomial p(u) = u + a·uᵈ, a ≥ 0, d odd, in every
/// component, which may go on as its tangent where its slope reaches a bound.
///
/// p′ ≥ 1: strictly increasing onto the reals. Powers multiply along a path: without a bound on the slope, and d = 3, the
/// value of a node below k others holds a term of degree 3ᵏ⁺¹, and already the 64-leaf tree overflows. With a bound L, p is
/// L-Lipschitz and tails grow geometrically at most, by L times the scale at each node.
public struct PolynomialMechanism: Mechanism {
  /// W, shape (dimension, Σ dim(parents) + dim(ε)).
  public let weights: Matrix<Double>
  /// a ≥ 0.
  public let coefficient: Double
  /// d: odd, at least 3.
  public let degree: Int
  /// L > 1: beyond the |u| at which p′ is L, p goes on as its tangent. Infinite for the polynomial alone.
  public let largestSlope: Double
  /// Subtracted after the polynomial, length dimension.
  public let shift: [Double]
  /// Multiplied last, length dimension; positive.
  public let scale: [Double]
  /// The |u| from which on p is its tangent: (L − 1) / (a·d) to the power 1 / (d − 1).
  private let bend: Double
  private let linear: LinearMechanism

  /// The mechanism of given weights.
  ///
  /// - Precondition: d odd and at least 3, a ≥ 0, L > 1, positive scales, as many shifts and scales as components.
  public init(
    weights: Matrix<Double>, coefficient: Double, degree: Int, largestSlope: Double = .infinity, shift: [Double],
    scale: [Double]
  ) {
    precondition(degree >= 3 && degree % 2 == 1 && coefficient >= 0, "u + \(coefficient) u^\(degree)")
    precondition(largestSlope > 1, "a largest slope of \(largestSlope)")
    precondition(shift.count == weights.rows && scale.count == weights.rows && scale.allSatisfy { $0 > 0 })
    self.weights = weights
    self.coefficient = coefficient
    self.degree = degree
    self.largestSlope = largestSlope
    bend =
      coefficient > 0 && largestSlope.isFinite
      ? pow((largestSlope - 1) / (coefficient * Double(degree)), 1 / Double(degree - 1)) : .infinity
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
    linear.invertibility.prefixed(by: "u + a u^d with a >= 0 and odd d is strictly increasing; inside, ")
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
    let (a, bend) = (Scalar(coefficient), Scalar(bend))
    // Never multiplied by more than 0 where there is no bend.
    let slope = Scalar(largestSlope.isFinite ? largestSlope : 0)
    for row in 0..<dimension {
      let (shift, scale) = (Scalar(shift[row]), Scalar(scale[row]))
      for i in row * count..<(row + 1) * count {
        let magnitude = abs(values[i])
        let u = min(magnitude, bend)
        let square = u * u
        var power = u
        for _ in 0..<degree / 2 { power = power * square }
        let value = u + a * power + slope * (magnitude - u)
        values[i] = ((values[i] < 0 ? -value : value) - shift) * scale
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
    let atBend = bend + coefficient * pow(bend, Double(degree))
    if target >= atBend { return (y < 0 ? -1 : 1) * (bend + (target - atBend) / largestSlope) }
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
  /// By the numerical rank of W.
  public var invertibility: Invertibility { .linear(weights) }

  /// The pseudo-inverse of ε's columns of W, applied to value − W_pa · parents.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension && values.rows == parents.rows && parents.columns <= inputDimension)
    let own = LinearMechanism(weights: weights.columns(parents.columns..<inputDimension))
    guard own.dimension >= own.inputDimension else { throw .singular(order: own.dimension + 1) }
    let share = parents.multiplied(by: weights.columns(0..<parents.columns), transposeOther: true)
    return try own.inverse(values - share)
  }
}
