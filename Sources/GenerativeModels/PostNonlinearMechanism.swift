internal import Glibc
public import LinearAlgebra

/// `value = (asinh(β · (f(parents) + σ · ε)) − shift) · scale`: a post-nonlinear model (Zhang and Hyvärinen 2009), the
/// additive-noise model seen through a sensor that compresses large magnitudes.
///
/// asinh is strictly increasing with a range of all reals and its inverse, sinh, is elementary; unlike a power it makes
/// tails lighter, so deep graphs stay tame. One noise component for each component of the value.
public struct PostNonlinearMechanism: Mechanism {
  let inner: HiddenLayer
  /// σ, the weight of ε before the distortion.
  public let noiseScale: Double
  /// β: 0 would be no distortion; at 1 the bend is at one standard deviation.
  public let sharpness: Double
  /// Subtracted after the distortion, length dimension.
  public let shift: [Double]
  /// Multiplied last, length dimension; positive.
  public let scale: [Double]

  init(inner: HiddenLayer, noiseScale: Double, sharpness: Double, shift: [Double], scale: [Double]) {
    precondition(sharpness > 0 && noiseScale > 0 && scale.allSatisfy { $0 > 0 }, "sharpness \(sharpness)")
    precondition(shift.count == inner.outputs && scale.count == inner.outputs)
    self.inner = inner
    self.noiseScale = noiseScale
    self.sharpness = sharpness
    self.shift = shift
    self.scale = scale
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { inner.inputs + inner.outputs }
  /// dim(node).
  public var dimension: Int { inner.outputs }

  /// The distortion is undone by sinh; then ε is what f(parents) leaves.
  public var invertibility: Invertibility {
    .conditional(
      why:
        "the distortion asinh is strictly increasing, so given the parents ε is known; the value alone does not tell its parents"
    )
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    run(inputs, outputs, count: count) { asinhf($0) }
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    run(inputs, outputs, count: count) { asinh($0) }
  }

  @inline(__always)
  private func run<Scalar: LinearAlgebraScalar>(
    _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, count: Int,
    distortion: (Scalar) -> Scalar
  ) {
    let parentRows = inner.inputs * count
    inner.evaluate(UnsafeBufferPointer(rebasing: inputs[0..<parentRows]), into: outputs, count: count)
    let (noise, beta) = (Scalar(noiseScale), Scalar(sharpness))
    for row in 0..<dimension {
      let (shift, scale) = (Scalar(shift[row]), Scalar(scale[row]))
      for i in row * count..<(row + 1) * count {
        let argument = beta * (outputs[i] + noise * inputs[parentRows + i])
        outputs[i] = (distortion(argument) - shift) * scale
      }
    }
  }
}

extension PostNonlinearMechanism: NoiseInvertibleMechanism {
  /// (sinh(value / scale + shift) / β − f(parents)) / σ.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    let f = inner(parents)
    return mapped(values) { index, value in
      let column = index % dimension
      return (sinh(value / scale[column] + shift[column]) / sharpness - f.storage[index]) / noiseScale
    }
  }
}
