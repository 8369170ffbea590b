package import LinearAlgebra
package import Stochastics

/// scikit-learn's `MLPRegressor` with its defaults, the non-linear readout of `multiview-crl`: one layer of 100 rectified
/// units, L2 penalty 10⁻⁴, Adam at 10⁻³ in batches of 200 rows, training stopped when the loss of an epoch has not fallen by
/// 10⁻⁴ for more than ten epochs in a row. Not ``MLPProbe``: nothing is standardised, nothing held back, the last weights
/// are used.
///
/// From the same initial weights and the same order of rows it goes through the same weights as scikit-learn's (1.9), to
/// rounding. Both are drawn from the same laws here, but not from NumPy's generator.
package struct MLPRegressorReadout: Sendable {
  /// The hidden units.
  package var hiddenUnits = 100
  /// The L2 penalty of the weights.
  package var decay = 1e-4
  /// Adam's step size.
  package var learningRate = 1e-3
  /// The most rows in a batch; the last batch of an epoch has what is left.
  package var batchSize = 200
  /// The most epochs; `multiview-crl` gives 5000.
  package var epochs = 5000
  /// What the loss of an epoch has to fall by to count.
  package var improvement = 1e-4
  /// Epochs without that after which one more ends training.
  package var patience = 10

  /// The defaults of scikit-learn, but for `epochs`.
  package init() {}

  /// A trained network with the loss of every epoch.
  package struct Fit: Sendable {
    package let network: HiddenLayerNetwork
    /// The mean over batches of half the mean squared error and the penalty, each before its step.
    package let losses: [Double]
  }

  /// Trains from given weights.
  ///
  /// - Parameters:
  ///   - x: Shape (n, k).
  ///   - y: Shape (n, 1): the convention for several outputs, whose loss and gradient differ by a factor, is not reproduced.
  ///   - network: Of k inputs, one output.
  ///   - order: The order of the n rows in an epoch.
  /// - Complexity: O(epochs · n · hiddenUnits · k).
  package func fit(
    _ x: Matrix<Double>, _ y: Matrix<Double>, from network: HiddenLayerNetwork, order: (_ epoch: Int) -> [Int]
  ) -> Fit {
    precondition(y.columns == 1 && y.rows == x.rows, "targets (\(y.rows), \(y.columns)) of \(x.rows) rows")
    let size = min(batchSize, x.rows)
    var training = HiddenLayerTraining(network, learningRate: learningRate)
    var (losses, best, waited): ([Double], Double, Int) = ([], .infinity, 0)
    for epoch in 0..<epochs {
      let order = order(epoch)
      var sum = 0.0
      for start in stride(from: 0, to: x.rows, by: size) {
        let penalty = decay * training.network.squaredWeights
        let rows = order[start..<min(start + size, x.rows)]
        let error = training.step(x, y, rows: rows, weight: 1, decay: decay)
        sum += (error + penalty) / 2
      }
      let loss = sum / Double(x.rows)
      losses.append(loss)
      waited = loss > best - improvement ? waited + 1 : 0
      best = min(best, loss)
      if waited > patience || !loss.isFinite { break }
    }
    return Fit(network: training.network, losses: losses)
  }

  /// Trains on the training rows and predicts the test rows, shape (m, 1). Weights and offsets start uniform in
  /// ±√(6/(inputs + outputs)) of their layer (Glorot & Bengio 2010), every epoch has a new order.
  package func predictions(_ split: HeldOutSplit, key: RandomKey) -> Matrix<Double> {
    var stream = RandomStream(key)
    let start = HiddenLayerNetwork(
      inputs: split.trainFeatures.columns, hidden: hiddenUnits, outputs: 1, activation: .relu, drawsOffsets: true,
      using: &stream
    ) { inputs, outputs in (6 / Double(inputs + outputs)).squareRoot() }
    let rows = split.trainFeatures.rows
    let fit = fit(split.trainFeatures, split.trainTargets, from: start) { _ in stream.permutation(rows) }
    return fit.network.outputs(split.testFeatures)
  }
}
