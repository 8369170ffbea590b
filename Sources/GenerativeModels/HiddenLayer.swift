internal import Glibc
internal import LinearAlgebra
internal import Stochastics

/// A network with one hidden layer and the activation x / √(1 + x²): `output · φ(hidden · parents + biases) + offsets`.
/// The smooth function of the parents inside several mechanisms; bounded, so that no tail of a parent can blow it up.
struct HiddenLayer: Sendable {
  /// Shape (hidden units, inputs).
  let hidden: Matrix<Double>
  /// Length hidden units.
  let biases: [Double]
  /// Shape (outputs, hidden units).
  let output: Matrix<Double>
  /// Length outputs.
  let offsets: [Double]
  private let first: PanelLayer
  private let second: PanelLayer

  init(hidden: Matrix<Double>, biases: [Double], output: Matrix<Double>, offsets: [Double]) {
    precondition(hidden.rows == biases.count && output.columns == hidden.rows && output.rows == offsets.count)
    self.hidden = hidden
    self.biases = biases
    self.output = output
    self.offsets = offsets
    first = PanelLayer(weights: hidden, biases: biases, activation: .algebraicSigmoid)
    second = PanelLayer(weights: output, biases: offsets)
  }

  var inputs: Int { hidden.columns }
  var outputs: Int { output.rows }

  /// A random one. For inputs of unit variance the hidden arguments have variance 4: well into the bend, so that the
  /// function is far from linear.
  static func random(
    inputs: Int, outputs: Int, width: Int, using stream: inout RandomStream
  ) -> HiddenLayer {
    let hidden = (2 / Double(max(inputs, 1)).squareRoot()) * RandomWeights.gaussian(width, inputs, using: &stream)
    let biases = (0..<width).map { _ in stream.gaussian() }
    let output = RandomWeights.gaussian(outputs, width, using: &stream)
    return HiddenLayer(hidden: hidden, biases: biases, output: output, offsets: Array(repeating: 0, count: outputs))
  }

  /// The layer with output i times `factors[i]`, then plus `shifts[i]`.
  func rescaled(by factors: [Double], shifts: [Double]) -> HiddenLayer {
    var scaled = output
    for i in 0..<output.rows { for j in 0..<output.columns { scaled[i, j] *= factors[i] } }
    let moved = offsets.indices.map { offsets[$0] * factors[$0] + shifts[$0] }
    return HiddenLayer(hidden: hidden, biases: biases, output: scaled, offsets: moved)
  }

  /// Evaluates a feature-major batch: shape (inputs, count) to (outputs, count), plus `factor · addend` of that shape.
  func evaluate<Scalar: LinearAlgebraScalar>(
    _ source: UnsafeBufferPointer<Scalar>, into target: UnsafeMutableBufferPointer<Scalar>, count: Int,
    adding addend: UnsafeBufferPointer<Scalar>? = nil, factor: Scalar = 1
  ) {
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: hidden.rows * count) { units in
      first.apply(source, into: units, count: count)
      second.apply(UnsafeBufferPointer(units), into: target, count: count, adding: addend, factor: factor)
    }
  }

  /// Row-major evaluation in double precision: shape (n, inputs) to (n, outputs).
  func callAsFunction(_ rows: Matrix<Double>) -> Matrix<Double> {
    var result = Matrix<Double>(rows: outputs, columns: rows.rows)
    rows.transposed().withUnsafeElements { source in
      result.withUnsafeMutableElements { evaluate(source, into: $0, count: rows.rows) }
    }
    return result.transposed()
  }
}
