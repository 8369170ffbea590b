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
  private let single: (hidden: Matrix<Float>, output: Matrix<Float>)

  /// The mechanism of given weights; shapes must chain.
  public init(hidden: Matrix<Double>, biases: [Double], output: Matrix<Double>, offsets: [Double], noiseScale: Double) {
    precondition(hidden.rows == biases.count && output.columns == hidden.rows && output.rows == offsets.count)
    self.hidden = hidden
    self.biases = biases
    self.output = output
    self.offsets = offsets
    self.noiseScale = noiseScale
    single = (hidden.float, output.float)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { hidden.columns + output.rows }
  /// dim(node).
  public var dimension: Int { output.rows }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    run(single.hidden, single.output, inputs, outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    run(hidden, output, inputs, outputs, count: count)
  }

  private func run<Scalar: LinearAlgebraScalar>(
    _ hidden: Matrix<Scalar>, _ output: Matrix<Scalar>, _ inputs: UnsafeBufferPointer<Scalar>,
    _ outputs: UnsafeMutableBufferPointer<Scalar>, count: Int
  ) {
    let parentRows = hidden.columns * count
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: hidden.rows * count) { scratch in
      scratch.initialize(repeating: 0)
      applyWeights(hidden, .init(rebasing: inputs[0..<parentRows]), scratch, count: count)
      for row in 0..<hidden.rows {
        let bias = Scalar(biases[row])
        for i in row * count..<(row + 1) * count {
          let a = scratch[i] + bias
          scratch[i] = a / (1 + a * a).squareRoot()
        }
      }
      applyWeights(output, UnsafeBufferPointer(scratch), outputs, count: count)
    }
    let scale = Scalar(noiseScale)
    for row in 0..<output.rows {
      let offset = Scalar(offsets[row])
      let noise = parentRows + row * count
      for i in 0..<count { outputs[row * count + i] += offset + scale * inputs[noise + i] }
    }
  }
}
