internal import Glibc
internal import LinearAlgebra

/// A network with one hidden layer and the state of its training by Adam (Kingma & Ba 2015, in the order of computation at the
/// end of their section 2): β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
struct HiddenLayerTraining {
  /// The network as it is now.
  private(set) var network: HiddenLayerNetwork
  /// The gradients of the last batch, in the order of the network's values.
  private(set) var gradients: [Double]
  private let passes: HiddenLayerPasses
  private let learningRate: Double
  private var first: [Double]
  private var second: [Double]
  private var scratch: [Double]
  private var steps = 0

  /// No steps made.
  init(_ network: HiddenLayerNetwork, learningRate: Double) {
    self.network = network
    self.learningRate = learningRate
    gradients = [Double](repeating: 0, count: network.values.count)
    (first, second) = (gradients, gradients)
    passes = network.passes
    scratch = passes.scratch
  }

  /// One step on a batch of rows.
  ///
  /// - Parameters:
  ///   - x: Shape (n, k).
  ///   - y: Shape (n, q).
  ///   - rows: The rows of the batch.
  ///   - weight: See ``HiddenLayerNetwork/gradients(_:_:weight:decay:)``.
  /// - Returns: Σ (output − y)² over the batch, before the step.
  /// - Complexity: O(rows · hidden · (k + q)).
  mutating func step(
    _ x: Matrix<Double>, _ y: Matrix<Double>, rows: ArraySlice<Int>, weight: Double = 2, decay: Double = 0
  ) -> Double {
    let error = differentiate(x, y, rows: rows, weight: weight, decay: decay)
    steps += 1
    let rate = learningRate * (1 - pow(0.999, Double(steps))).squareRoot() / (1 - pow(0.9, Double(steps)))
    passes.stepAdam(&network.values, against: gradients, first: &first, second: &second, rate: rate)
    return error
  }

  /// Gradients of a batch without a step.
  mutating func differentiate(
    _ x: Matrix<Double>, _ y: Matrix<Double>, rows: ArraySlice<Int>, weight: Double, decay: Double
  ) -> Double {
    let scale = weight / Double(rows.count)
    return passes.gradients(
      network.values, x, y, rows: rows, scale: scale, decay: scale * decay, into: &gradients, scratch: &scratch)
  }
}
