public import LinearAlgebra

/// `value = s · f(parents) + √(1 − s²) · ε`: a standardised random nonlinear function of the parents plus independent
/// noise, one noise component for each component of the value (the additive-noise model of Hoyer et al. 2009).
///
/// f is a network with one hidden layer and the activation x / √(1 + x²); its outputs are shifted and scaled to mean 0 and
/// variance 1. (parents, ε) is not a function of the value, so this mechanism belongs to the noisy regime.
public struct AdditiveNoiseMechanism: Mechanism {
  /// Hidden weights, shape (hidden, Σ dim(parents)).
  public let hidden: Matrix<Double>
  /// Hidden biases, length hidden.
  public let biases: [Double]
  /// Output weights with the standardisation and the signal s folded in, shape (dimension, hidden).
  public let output: Matrix<Double>
  /// Output offsets, length dimension.
  public let offsets: [Double]
  /// √(1 − s²).
  public let noiseScale: Double
  private let network: HiddenLayer

  /// The mechanism of given weights; shapes must chain.
  public init(hidden: Matrix<Double>, biases: [Double], output: Matrix<Double>, offsets: [Double], noiseScale: Double) {
    self.hidden = hidden
    self.biases = biases
    self.output = output
    self.offsets = offsets
    self.noiseScale = noiseScale
    network = HiddenLayer(hidden: hidden, biases: biases, output: output, offsets: offsets)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { hidden.columns + output.rows }
  /// dim(node).
  public var dimension: Int { output.rows }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    run(inputs, outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    run(inputs, outputs, count: count)
  }

  private func run<Scalar: LinearAlgebraScalar>(
    _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, count: Int
  ) {
    let parentRows = hidden.columns * count
    network.evaluate(
      UnsafeBufferPointer(rebasing: inputs[..<parentRows]), into: outputs, count: count,
      adding: UnsafeBufferPointer(rebasing: inputs[parentRows...]), factor: Scalar(noiseScale))
  }
}
