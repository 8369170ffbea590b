internal import Glibc
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

  /// W₁ (k, h), b₁ (1, h), W₂ (h, q), b₂ (1, q).
  package var parameters: [Matrix<Double>]
  package let activation: Activation

  /// A network with given parameters.
  package init(parameters: [Matrix<Double>], activation: Activation) {
    precondition(parameters.count == 4, "\(parameters.count) parameter matrices")
    self.parameters = parameters
    self.activation = activation
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
    .init(parameters: parameters.map { Matrix(rows: $0.rows, columns: $0.columns) }, activation: activation)
  }

  private func hiddenValues(_ x: Matrix<Double>) -> Matrix<Double> {
    var hidden = x * parameters[0]
    hidden.addRow(parameters[1])
    hidden.withUnsafeMutableElements { h in
      switch activation {
      case .tanh: for i in h.indices { h[i] = Glibc.tanh(h[i]) }
      case .relu: for i in h.indices { h[i] = max(h[i], 0) }
      }
    }
    return hidden
  }

  /// Outputs for inputs of shape (n, k); shape (n, q).
  package func outputs(_ x: Matrix<Double>) -> Matrix<Double> {
    var result = hiddenValues(x) * parameters[2]
    result.addRow(parameters[3])
    return result
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
    let hidden = hiddenValues(x)
    var output = hidden * parameters[2]
    output.addRow(parameters[3])
    let residual = output - y
    let scale = weight / Double(x.rows)
    let delta = scale * residual
    var back = delta.multiplied(by: parameters[2], transposeOther: true)
    hidden.withUnsafeElements { h in
      back.withUnsafeMutableElements { b in
        switch activation {
        case .tanh: for i in b.indices { b[i] *= 1 - h[i] * h[i] }
        case .relu: for i in b.indices where h[i] == 0 { b[i] = 0 }
        }
      }
    }
    var gradients = [
      x.multiplied(by: back, transposeSelf: true), back.columnSumRow(),
      hidden.multiplied(by: delta, transposeSelf: true), delta.columnSumRow(),
    ]
    if decay > 0 { for layer in [0, 2] { gradients[layer].add(parameters[layer], times: scale * decay) } }
    return (residual.storage.reduce(0) { $0 + $1 * $1 }, gradients)
  }
}

/// Adam (Kingma & Ba 2015, in the order of computation at the end of their section 2): the moving first and second moments
/// of every parameter.
package struct AdamSteps: Sendable {
  private let learningRate: Double
  private var first: [[Double]]
  private var second: [[Double]]
  private var steps = 0

  /// β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, no steps made.
  package init(_ parameters: [Matrix<Double>], learningRate: Double) {
    self.learningRate = learningRate
    first = parameters.map { [Double](repeating: 0, count: $0.storage.count) }
    second = first
  }

  /// One step against the gradients, in place.
  package mutating func step(_ parameters: inout [Matrix<Double>], _ gradients: [Matrix<Double>]) {
    steps += 1
    let (beta1, beta2) = (0.9, 0.999)
    let rate = learningRate * (1 - pow(beta2, Double(steps))).squareRoot() / (1 - pow(beta1, Double(steps)))
    for p in parameters.indices {
      gradients[p].withUnsafeElements { g in
        parameters[p].withUnsafeMutableElements { w in
          first[p].withUnsafeMutableBufferPointer { m in
            second[p].withUnsafeMutableBufferPointer { v in
              for i in w.indices {
                m[i] = beta1 * m[i] + (1 - beta1) * g[i]
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
                w[i] -= rate * m[i] / (v[i].squareRoot() + 1e-8)
              }
            }
          }
        }
      }
    }
  }
}

extension Matrix where Scalar == Double {
  /// Adds a (1, columns) matrix to every row.
  fileprivate mutating func addRow(_ row: Matrix) { subtractRow(row.storage.map { -$0 }) }

  /// The column sums as a (1, columns) matrix.
  fileprivate func columnSumRow() -> Matrix {
    Matrix(rows: 1, columns: columns, storage: columnMeans().map { $0 * Double(rows) })
  }
}
