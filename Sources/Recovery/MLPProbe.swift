internal import Glibc
public import LinearAlgebra
public import Stochastics

/// Regression by a multilayer perceptron with one hidden tanh layer, trained with Adam (Kingma & Ba 2015) and stopped early.
///
/// The non-linear probe for many rows: its cost grows linearly with them, that of kernel ridge with their cube. Features and
/// targets are standardised over the training rows, of which the last fifth is held back: the weights with the least
/// error there are kept. Deterministic for a key.
public struct MLPProbe: Probe {
  /// The number of hidden units.
  public let hiddenUnits: Int
  /// The most passes over the training rows.
  public let epochs: Int
  /// Rows in a step.
  public let batchSize: Int
  /// Adam's step size.
  public let learningRate: Double
  /// Passes without an improvement after which training stops.
  public let patience: Int
  /// The source of initial weights and of the order of rows.
  public let key: RandomKey
  /// `mlp`.
  public var name: String { "mlp" }

  /// A probe; every count is at least 1, the step size > 0.
  public init(
    hiddenUnits: Int = 64, epochs: Int = 200, batchSize: Int = 64, learningRate: Double = 3e-3, patience: Int = 15,
    key: RandomKey
  ) {
    precondition(hiddenUnits >= 1 && epochs >= 1 && batchSize >= 1 && patience >= 1, "an MLP probe without size")
    precondition(learningRate > 0 && learningRate.isFinite, "learning rate \(learningRate)")
    self.hiddenUnits = hiddenUnits
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.patience = patience
    self.key = key
  }

  /// See ``Probe/predictions(_:groups:)``. Every group has its own network.
  ///
  /// - Complexity: O(groups · epochs · n · hiddenUnits · (k + q)).
  public func predictions(_ split: HeldOutSplit, groups: [Range<Int>]) throws(RecoveryError) -> Matrix<Double> {
    requirePartition(groups, columns: split.testTargets.columns)
    let (features, targets) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let (x, y) = (features.applied(to: split.trainFeatures), targets.applied(to: split.trainTargets))
    let test = features.applied(to: split.testFeatures)
    var result = Matrix<Double>(rows: test.rows, columns: y.columns)
    for (index, group) in groups.enumerated() where !group.isEmpty {
      result.setColumns(Array(group), trained(x, y.columns(group), key: key.child(index)).outputs(test))
    }
    return targets.reverted(result)
  }

  /// The network with the least validation error; the mean predictor (all weights zero) competes too.
  private func trained(_ x: Matrix<Double>, _ y: Matrix<Double>, key: RandomKey) -> Network {
    let fitted = max(1, x.rows - max(1, x.rows / 5))
    let (fitX, fitY) = (x.rows(0..<fitted), y.rows(0..<fitted))
    let (checkX, checkY) = (x.rows(fitted..<x.rows), y.rows(fitted..<y.rows))
    var stream = RandomStream(key)
    var network = Network(inputs: x.columns, hidden: hiddenUnits, outputs: y.columns, using: &stream)
    var best = Network(inputs: x.columns, hidden: hiddenUnits, outputs: y.columns, using: &stream)
    best.clear()
    var (bestError, waited) = (best.squaredError(checkX, checkY), 0)
    var adam = Adam(sizes: network.parameters.map(\.storage.count), learningRate: learningRate)
    for _ in 0..<epochs {
      let order = stream.permutation(fitted)
      for start in stride(from: 0, to: fitted, by: batchSize) {
        let rows = Array(order[start..<min(start + batchSize, fitted)])
        let gradients = network.gradients(fitX.rows(at: rows), fitY.rows(at: rows))
        adam.step(&network.parameters, gradients)
      }
      let error = network.squaredError(checkX, checkY)
      if error < bestError { (best, bestError, waited) = (network, error, 0) } else { waited += 1 }
      if waited >= patience || !error.isFinite { break }
    }
    return best
  }
}

/// y = tanh(x W₁ + b₁) W₂ + b₂.
private struct Network {
  /// W₁ (k, h), b₁ (1, h), W₂ (h, q), b₂ (1, q).
  var parameters: [Matrix<Double>]

  /// Uniform weights of variance 1/fan-in, zero offsets (LeCun et al. 1998).
  init(inputs: Int, hidden: Int, outputs: Int, using stream: inout RandomStream) {
    func weights(_ rows: Int, _ columns: Int) -> Matrix<Double> {
      let bound = (3 / Double(max(rows, 1))).squareRoot()
      let values = (0..<rows * columns).map { _ in bound * (2 * stream.uniform() - 1) }
      return Matrix(rows: rows, columns: columns, storage: values)
    }
    let (first, second) = (weights(inputs, hidden), weights(hidden, outputs))
    parameters = [first, Matrix(rows: 1, columns: hidden), second, Matrix(rows: 1, columns: outputs)]
  }

  mutating func clear() { parameters = parameters.map { Matrix(rows: $0.rows, columns: $0.columns) } }

  private func hiddenValues(_ x: Matrix<Double>) -> Matrix<Double> {
    var hidden = x * parameters[0]
    hidden.addRow(parameters[1])
    hidden.withUnsafeMutableElements { h in for i in h.indices { h[i] = tanh(h[i]) } }
    return hidden
  }

  func outputs(_ x: Matrix<Double>) -> Matrix<Double> {
    var result = hiddenValues(x) * parameters[2]
    result.addRow(parameters[3])
    return result
  }

  func squaredError(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Double {
    (outputs(x) - y).storage.reduce(0) { $0 + $1 * $1 }
  }

  /// The gradients of the mean squared error (sum over targets, mean over rows).
  func gradients(_ x: Matrix<Double>, _ y: Matrix<Double>) -> [Matrix<Double>] {
    let hidden = hiddenValues(x)
    var output = hidden * parameters[2]
    output.addRow(parameters[3])
    let delta = (2 / Double(x.rows)) * (output - y)
    var back = delta.multiplied(by: parameters[2], transposeOther: true)
    hidden.withUnsafeElements { h in
      back.withUnsafeMutableElements { b in for i in b.indices { b[i] *= 1 - h[i] * h[i] } }
    }
    return [
      x.multiplied(by: back, transposeSelf: true), back.columnSumRow(),
      hidden.multiplied(by: delta, transposeSelf: true),
      delta.columnSumRow(),
    ]
  }
}

/// Adam's state: the moving first and second moments of every parameter.
private struct Adam {
  let learningRate: Double
  private var first: [[Double]]
  private var second: [[Double]]
  private var steps = 0

  init(sizes: [Int], learningRate: Double) {
    self.learningRate = learningRate
    first = sizes.map { [Double](repeating: 0, count: $0) }
    second = first
  }

  mutating func step(_ parameters: inout [Matrix<Double>], _ gradients: [Matrix<Double>]) {
    steps += 1
    let (beta1, beta2) = (0.9, 0.999)
    let rate = learningRate * (1 - pow(beta2, Double(steps))).squareRoot() / (1 - pow(beta1, Double(steps)))
    for p in parameters.indices {
      gradients[p].withUnsafeElements { g in
        parameters[p].withUnsafeMutableElements { w in
          for i in w.indices {
            first[p][i] = beta1 * first[p][i] + (1 - beta1) * g[i]
            second[p][i] = beta2 * second[p][i] + (1 - beta2) * g[i] * g[i]
            w[i] -= rate * first[p][i] / (second[p][i].squareRoot() + 1e-8)
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
