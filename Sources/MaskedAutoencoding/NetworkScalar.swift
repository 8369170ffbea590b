internal import Glibc
internal import LinearAlgebra

/// A scalar that the network can be run in: `Float` for training, `Double` for checking its gradients. Everything but the
/// elementary functions is the same generic code.
protocol NetworkScalar: LinearAlgebraScalar & BitwiseCopyable {
  /// tanh of eight numbers; NaN stays NaN.
  static func hyperbolicTangent(_ x: SIMD8<Self>) -> SIMD8<Self>

  /// `positive` where x > 0, else `other`. A requirement, because comparisons of a generic vector are compiled lane by lane.
  static func select(_ x: SIMD8<Self>, positive: SIMD8<Self>, other: SIMD8<Self>) -> SIMD8<Self>
}

extension Float: NetworkScalar {
  @inline(__always)
  static func select(_ x: SIMD8<Float>, positive: SIMD8<Float>, other: SIMD8<Float>) -> SIMD8<Float> {
    other.replacing(with: positive, where: x .> 0)
  }

  /// A rational approximation, odd polynomial of degree 13 over even polynomial of degree 6 (the coefficients of Eigen's
  /// `ptanh_float`), absolute error below 5e-7. No table, no branch, no integer arithmetic, one division.
  ///
  /// Beyond the limit the result is exactly ±1, on which GELU's derivative relies at large arguments. That holds for this
  /// order of operations (Horner, no fused multiply-add), not for others.
  @inline(__always)
  static func hyperbolicTangent(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Beyond ±7.905 tanh rounds to ±1. Written as comparisons that are false for NaN, so that NaN passes.
    let limit = SIMD8<Float>(repeating: 7.90531110763549805)
    var a = x.replacing(with: limit, where: x .> limit)
    a = a.replacing(with: -limit, where: a .< -limit)
    let z = a * a
    var p = z * -2.76076847742355e-16 + 2.00018790482477e-13
    p = p * z + -8.60467152213735e-11
    p = p * z + 5.12229709037114e-08
    p = p * z + 1.48572235717979e-05
    p = p * z + 6.37261928875436e-04
    p = p * z + 4.89352455891786e-03
    var q = z * 1.19825839466702e-06 + 1.18534705686654e-04
    q = q * z + 2.26843463243900e-03
    q = q * z + 4.89352518554385e-03
    return a * p / q
  }
}

extension Double: NetworkScalar {
  @inline(__always)
  static func select(_ x: SIMD8<Double>, positive: SIMD8<Double>, other: SIMD8<Double>) -> SIMD8<Double> {
    other.replacing(with: positive, where: x .> 0)
  }

  /// Glibc's tanh, correctly rounded to within one unit in the last place.
  @inline(__always)
  static func hyperbolicTangent(_ x: SIMD8<Double>) -> SIMD8<Double> {
    var result = x
    for lane in 0..<8 { result[lane] = tanh(x[lane]) }
    return result
  }
}
