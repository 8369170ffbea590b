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
      var stream = RandomStream(key.child(index))
      // Weights of variance 1/fan-in (LeCun et al. 1998).
      let start = HiddenLayerNetwork(
        inputs: x.columns, hidden: hiddenUnits, outputs: group.count, activation: .tanh, drawsOffsets: false,
        using: &stream
      ) { inputs, _ in (3 / Double(max(inputs, 1))).squareRoot() }
      let fit = fit(x, y.columns(group), from: start) { _, rows in stream.permutation(rows) }
      result.setColumns(Array(group), fit.network.outputs(test))
    }
    return targets.reverted(result)
  }

  /// A trained network with what it was chosen by.
  package struct Fit: Sendable {
    /// The network with the least validation error; the mean predictor (all weights zero) competes too.
    package let network: HiddenLayerNetwork
    /// The squared error on the validation rows after every epoch.
    package let errors: [Double]
  }

  /// Trains from given weights.
  ///
  /// - Parameters:
  ///   - x: Standardised, shape (n, k).
  ///   - y: Standardised, shape (n, q).
  ///   - network: Of k inputs, q outputs.
  ///   - order: The order of so many rows in an epoch.
  package func fit(
    _ x: Matrix<Double>, _ y: Matrix<Double>, from network: HiddenLayerNetwork,
    order makeOrder: (_ epoch: Int, _ rows: Int) -> [Int]
  ) -> Fit {
    let fitted = max(1, x.rows - max(1, x.rows / 5))
    let (checkX, checkY) = (x.rows(fitted..<x.rows), y.rows(fitted..<y.rows))
    var best = network.cleared
    var (bestError, waited, errors): (Double, Int, [Double]) = (best.squaredError(checkX, checkY), 0, [])
    var training = HiddenLayerTraining(network, learningRate: learningRate)
    for epoch in 0..<epochs {
      let order = makeOrder(epoch, fitted)
      for start in stride(from: 0, to: fitted, by: batchSize) {
        _ = training.step(x, y, rows: order[start..<min(start + batchSize, fitted)])
      }
      let error = training.network.squaredError(checkX, checkY)
      errors.append(error)
      if error < bestError { (best, bestError, waited) = (training.network, error, 0) } else { waited += 1 }
      if waited >= patience || !error.isFinite { break }
    }
    return Fit(network: best, errors: errors)
  }
}
