package import LinearAlgebra
internal import Stochastics

/// y = f(x W₁ + b₁) W₂ + b₂ with one hidden layer: the network of ``MLPProbe`` and of ``MLPRegressorReadout``, forward and
/// backward by hand. Tests hold it against PyTorch's automatic derivatives and scikit-learn's network.
package struct HiddenLayerNetwork: Sendable {
  /// The hidden layer's non-linearity f.
  package enum Activation: Sendable {
    /// The hyperbolic tangent.
    case tanh
    /// max(0, x), of derivative 0 at 0.
    case relu
  }

  /// The number of features k.
  package let inputs: Int
  /// The number of hidden units h.
  package let hidden: Int
  /// The number of targets q.
  package let outputs: Int
  package let activation: Activation
  /// Whether to use no instructions beyond the oldest processor's: for comparison.
  package var isPortable = false
  /// All parameters in the order of ``passes``.
  var values: [Double]

  /// A network of zeros.
  init(inputs: Int, hidden: Int, outputs: Int, activation: Activation) {
    (self.inputs, self.hidden, self.outputs, self.activation) = (inputs, hidden, outputs, activation)
    values = []
    values = [Double](repeating: 0, count: passes.count)
  }

  /// A network with given parameters.
  ///
  /// - Parameter parameters: W₁ (k, h), b₁ (1, h), W₂ (h, q), b₂ (1, q).
  package init(parameters: [Matrix<Double>], activation: Activation) {
    precondition(parameters.count == 4, "\(parameters.count) parameter matrices")
    self.init(
      inputs: parameters[0].rows, hidden: parameters[0].columns, outputs: parameters[2].columns, activation: activation)
    precondition(
      parameters[1].columns == hidden && parameters[2].rows == hidden && parameters[3].columns == outputs,
      "parameters of different layers")
    let width = passes.width
    for h in 0..<hidden {
      for k in 0..<inputs { values[k * width + h] = parameters[0][k, h] }
      values[inputs * width + h] = parameters[1][0, h]
      for q in 0..<outputs { values[(inputs + 1 + q) * width + h] = parameters[2][h, q] }
    }
    for q in 0..<outputs { values[(inputs + 1 + outputs) * width + q] = parameters[3][0, q] }
  }

  /// A network whose entries are uniform in ±bound(inputs, outputs) of their layer.
  ///
  /// - Parameters:
  ///   - drawsOffsets: Whether offsets are drawn too, after the weights of their layer; otherwise they are 0.
  ///   - stream: The source; advanced.
  init(
    inputs: Int, hidden: Int, outputs: Int, activation: Activation, drawsOffsets: Bool,
    using stream: inout RandomStream, bound: (_ inputs: Int, _ outputs: Int) -> Double
  ) {
    func layer(_ rows: Int, _ columns: Int) -> [Matrix<Double>] {
      let bound = bound(rows, columns)
      func drawn(_ rows: Int) -> Matrix<Double> {
        let values = (0..<rows * columns).map { _ in bound * (2 * stream.uniform() - 1) }
        return Matrix(rows: rows, columns: columns, storage: values)
      }
      let weights = drawn(rows)
      return [weights, drawsOffsets ? drawn(1) : Matrix(rows: 1, columns: columns)]
    }
    let first = layer(inputs, hidden)
    self.init(parameters: first + layer(hidden, outputs), activation: activation)
  }

  /// The same network with all parameters zero.
  var cleared: HiddenLayerNetwork {
    .init(inputs: inputs, hidden: hidden, outputs: outputs, activation: activation)
  }

  /// W₁ (k, h), b₁ (1, h), W₂ (h, q), b₂ (1, q).
  package var parameters: [Matrix<Double>] { matrices(values) }

  /// ‖W₁‖² + ‖W₂‖².
  var squaredWeights: Double {
    let width = passes.width
    let (first, second) = (inputs * width, (inputs + 1) * width)
    return [0..<first, second..<second + outputs * width].reduce(0) { sum, range in
      values[range].reduce(sum) { $0 + $1 * $1 }
    }
  }

  /// Outputs for inputs of shape (n, k); shape (n, q).
  package func outputs(_ x: Matrix<Double>) -> Matrix<Double> {
    passes.outputs(values, x)
  }

  /// Σ (output − y)² over all entries.
  package func squaredError(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Double {
    (outputs(x) - y).storage.reduce(0) { $0 + $1 * $1 }
  }

  /// The squared error of a batch and the gradients of weight / (2n) · (Σ (output − y)² + decay (‖W₁‖² + ‖W₂‖²)), n rows.
  ///
  /// - Parameters:
  ///   - x: Shape (n, k).
  ///   - y: Shape (n, q).
  ///   - weight: 2 for the mean squared error (sum over targets, mean over rows), 1 for half of it.
  ///   - decay: The L2 penalty of the weights; offsets have none.
  /// - Returns: Σ (output − y)² and gradients in the order of ``parameters``.
  package func gradients(
    _ x: Matrix<Double>, _ y: Matrix<Double>, weight: Double = 2, decay: Double = 0
  ) -> (squaredError: Double, gradients: [Matrix<Double>]) {
    var training = HiddenLayerTraining(self, learningRate: 1)
    let error = training.differentiate(x, y, rows: Array(0..<x.rows)[...], weight: weight, decay: decay)
    return (error, matrices(training.gradients))
  }

  /// What works on the values.
  var passes: HiddenLayerPasses {
    HiddenLayerPasses(
      inputs: inputs, hidden: hidden, outputs: outputs, isRectified: activation == .relu, isPortable: isPortable)
  }

  /// Parameters or gradients as matrices, from the order of ``passes``.
  private func matrices(_ flat: [Double]) -> [Matrix<Double>] {
    let width = passes.width
    let (offsets, second, last) = (inputs * width, (inputs + 1) * width, (inputs + 1 + outputs) * width)
    func matrix(_ rows: Int, _ columns: Int, _ place: (Int, Int) -> Int) -> Matrix<Double> {
      Matrix(
        rows: rows, columns: columns,
        storage: (0..<rows).flatMap { i in (0..<columns).map { j in flat[place(i, j)] } })
    }
    return [
      matrix(inputs, hidden) { $0 * width + $1 }, matrix(1, hidden) { offsets + $1 },
      matrix(hidden, outputs) { second + $1 * width + $0 }, matrix(1, outputs) { last + $1 },
    ]
  }
}
