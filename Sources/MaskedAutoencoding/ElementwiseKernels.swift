internal import LinearAlgebra

// The element-wise passes between products. Rows lie `stride` apart, strides are multiples of 8, and kernels run over the
// padding as well: it holds finite numbers that no product reads. Each pass touches every element once.

/// A nonlinearity on eight numbers, with its derivative.
protocol ActivationKernel<Scalar> {
  associatedtype Scalar: NetworkScalar
  func value(_ x: SIMD8<Scalar>) -> SIMD8<Scalar>
  func valueAndDerivative(_ x: SIMD8<Scalar>) -> (SIMD8<Scalar>, SIMD8<Scalar>)
}

struct GELUKernel<Scalar: NetworkScalar>: ActivationKernel {
  @inline(__always)
  func value(_ x: SIMD8<Scalar>) -> SIMD8<Scalar> {
    let z = x * x
    let u = (z * Scalar(0.035677408136300125) + Scalar(0.7978845608028654)) * x
    return (Scalar.hyperbolicTangent(u) * 0.5 + 0.5) * x
  }

  /// With s = ½(1 + tanh u): value x·s, derivative s + x · 2s(1 − s) · u′, since ½(1 − tanh² u) = 2s(1 − s).
  @inline(__always)
  func valueAndDerivative(_ x: SIMD8<Scalar>) -> (SIMD8<Scalar>, SIMD8<Scalar>) {
    let z = x * x
    let u = (z * Scalar(0.035677408136300125) + Scalar(0.7978845608028654)) * x
    let s = Scalar.hyperbolicTangent(u) * 0.5 + 0.5
    let slope = z * Scalar(0.21406444881780074) + Scalar(1.5957691216057308)
    let value = x * s
    return (value, value * (1 - s) * slope + s)
  }
}

struct LeakyReLUKernel<Scalar: NetworkScalar>: ActivationKernel {
  let slope: Scalar

  @inline(__always)
  func value(_ x: SIMD8<Scalar>) -> SIMD8<Scalar> { Scalar.select(x, positive: x, other: x * slope) }

  @inline(__always)
  func valueAndDerivative(_ x: SIMD8<Scalar>) -> (SIMD8<Scalar>, SIMD8<Scalar>) {
    let derivative = Scalar.select(x, positive: SIMD8(repeating: 1), other: SIMD8(repeating: slope))
    return (x * derivative, derivative)
  }
}

struct TanhKernel<Scalar: NetworkScalar>: ActivationKernel {
  @inline(__always)
  func value(_ x: SIMD8<Scalar>) -> SIMD8<Scalar> { Scalar.hyperbolicTangent(x) }

  @inline(__always)
  func valueAndDerivative(_ x: SIMD8<Scalar>) -> (SIMD8<Scalar>, SIMD8<Scalar>) {
    let t = Scalar.hyperbolicTangent(x)
    return (t, 1 - t * t)
  }
}

/// No nonlinearity: adding a bias alone.
struct IdentityKernel<Scalar: NetworkScalar>: ActivationKernel {
  @inline(__always)
  func value(_ x: SIMD8<Scalar>) -> SIMD8<Scalar> { x }

  @inline(__always)
  func valueAndDerivative(_ x: SIMD8<Scalar>) -> (SIMD8<Scalar>, SIMD8<Scalar>) { (x, SIMD8(repeating: 1)) }
}

extension UnsafeMutablePointer where Pointee: SIMDScalar {
  /// Eight numbers from an index on.
  @inline(__always)
  func vector(_ index: Int) -> SIMD8<Pointee> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD8<Pointee>.self)
  }

  /// Writes eight numbers from an index on.
  @inline(__always)
  func store(_ value: SIMD8<Pointee>, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: SIMD8<Pointee>.self)
  }
}

/// `preactivation` (rows, stride) holds input · weight: adds the bias, writes the activation to `output` and the derivative
/// over the preactivation.
@inline(__always)
func activateForTraining<Kernel: ActivationKernel>(
  _ kernel: Kernel, preactivation: UnsafeMutablePointer<Kernel.Scalar>, bias: UnsafeMutablePointer<Kernel.Scalar>,
  output: UnsafeMutablePointer<Kernel.Scalar>, rows: Int, stride: Int
) {
  for row in 0..<rows {
    let start = row * stride
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      let x = preactivation.vector(start + column) + bias.vector(column)
      let (value, derivative) = kernel.valueAndDerivative(x)
      output.store(value, at: start + column)
      preactivation.store(derivative, at: start + column)
    }
  }
}

/// Adds the bias and applies the nonlinearity, in place.
@inline(__always)
func activateInPlace<Kernel: ActivationKernel>(
  _ kernel: Kernel, _ buffer: UnsafeMutablePointer<Kernel.Scalar>, bias: UnsafeMutablePointer<Kernel.Scalar>,
  rows: Int, stride: Int
) {
  for row in 0..<rows {
    let start = row * stride
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      buffer.store(kernel.value(buffer.vector(start + column) + bias.vector(column)), at: start + column)
    }
  }
}

/// `derivative ← derivative ⊙ upstream` on (rows, stride), and the column sums of the result into `biasGradient`.
@inline(__always)
func scaleByDerivative<Scalar: NetworkScalar>(
  derivative: UnsafeMutablePointer<Scalar>, upstream: UnsafeMutablePointer<Scalar>,
  biasGradient: UnsafeMutablePointer<Scalar>, rows: Int, stride: Int
) {
  biasGradient.update(repeating: 0, count: stride)
  var row = 0
  // Four rows at a time: one update of the running sums for four of the products.
  while row + 4 <= rows {
    let start = row * stride
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      let (i0, i1) = (start + column, start + stride + column)
      let (i2, i3) = (i1 + stride, i1 + 2 * stride)
      let d0 = derivative.vector(i0) * upstream.vector(i0)
      let d1 = derivative.vector(i1) * upstream.vector(i1)
      let d2 = derivative.vector(i2) * upstream.vector(i2)
      let d3 = derivative.vector(i3) * upstream.vector(i3)
      derivative.store(d0, at: i0)
      derivative.store(d1, at: i1)
      derivative.store(d2, at: i2)
      derivative.store(d3, at: i3)
      biasGradient.store(biasGradient.vector(column) + ((d0 + d1) + (d2 + d3)), at: column)
    }
    row += 4
  }
  while row < rows {
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      let index = row * stride + column
      let d = derivative.vector(index) * upstream.vector(index)
      derivative.store(d, at: index)
      biasGradient.store(biasGradient.vector(column) + d, at: column)
    }
    row += 1
  }
}

/// Column sums of (rows, stride) into `sums`.
@inline(__always)
func columnSums<Scalar: NetworkScalar>(
  _ values: UnsafeMutablePointer<Scalar>, into sums: UnsafeMutablePointer<Scalar>, rows: Int, stride: Int
) {
  sums.update(repeating: 0, count: stride)
  for row in 0..<rows {
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      sums.store(sums.vector(column) + values.vector(row * stride + column), at: column)
    }
  }
}

/// The masked squared error Σ m(ŷ + b − x)² of (rows, stride), and its gradient.
///
/// `output` holds ŷ without bias and receives `gradientScale` · m(ŷ + b − x); its column sums go to `biasGradient`.
@inline(__always)
func maskedSquaredError<Scalar: NetworkScalar>(
  output: UnsafeMutablePointer<Scalar>, bias: UnsafeMutablePointer<Scalar>, target: UnsafeMutablePointer<Scalar>,
  mask: UnsafeMutablePointer<Scalar>, gradientScale: Scalar, biasGradient: UnsafeMutablePointer<Scalar>,
  rows: Int, stride: Int
) -> Double {
  biasGradient.update(repeating: 0, count: stride)
  var total = 0.0
  for row in 0..<rows {
    var sum = SIMD8<Scalar>(repeating: 0)
    for column in Swift.stride(from: 0, to: stride, by: 8) {
      let index = row * stride + column
      let masked = mask.vector(index) * ((output.vector(index) + bias.vector(column)) - target.vector(index))
      sum += masked * masked
      let gradient = masked * gradientScale
      output.store(gradient, at: index)
      biasGradient.store(biasGradient.vector(column) + gradient, at: column)
    }
    // Across rows in Double: a batch holds many thousand terms.
    total += Double(sum.sum())
  }
  return total
}
