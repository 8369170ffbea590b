import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// The networks of the MLP probe and of multiview-crl's readout against PyTorch and scikit-learn; Fixtures/make_network.py wrote
/// the numbers. ``MLPProbeFixtureTests`` has the probe's training.
@Suite struct NetworkFixtureTests {
  struct Fixture: Decodable {
    struct Derivatives: Decodable {
      let n, k, h, q: Int
      let activation: String
      let weight, decay, squaredError: Double
      let seed: UInt64
      let outputs: [Double]
      let gradients: [[Double]]
    }
    struct Regressor: Decodable {
      let n, k, epochs: Int
      let seed: UInt64
      let losses, predictions: [Double]
    }
    let derivatives: [Derivatives]
    let regressor: [Regressor]
  }

  static func fixture() throws -> Fixture {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/network", withExtension: "json"))
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
  }

  /// Rounding of sums of a dozen products of numbers around 1.
  static let derivativeTolerance = 1e-13
  /// Rounding that hundreds of steps of training have carried along.
  static let trajectoryTolerance = 1e-9

  /// Keep in step with `weights` of the script.
  static func network(
    _ k: Int, _ h: Int, _ q: Int, _ activation: HiddenLayerNetwork.Activation, seed: UInt64
  ) -> HiddenLayerNetwork {
    .init(
      parameters: [
        0.5 * congruentialMatrix(k, h, seed: seed), 0.1 * congruentialMatrix(1, h, seed: seed + 1),
        0.3 * congruentialMatrix(h, q, seed: seed + 2), 0.1 * congruentialMatrix(1, q, seed: seed + 3),
      ], activation: activation)
  }

  @Test("Outputs, squared error and gradients are those of automatic differentiation")
  func derivatives() throws {
    let fixtures = try Self.fixture().derivatives
    #expect(fixtures.count == 4)
    for f in fixtures {
      let network = Self.network(f.k, f.h, f.q, f.activation == "tanh" ? .tanh : .relu, seed: f.seed)
      let (x, y) = (congruentialMatrix(f.n, f.k, seed: f.seed + 4), congruentialMatrix(f.n, f.q, seed: f.seed + 5))
      let (error, gradients) = network.gradients(x, y, weight: f.weight, decay: f.decay)
      #expect(largestDifference(network.outputs(x).storage, f.outputs) <= Self.derivativeTolerance)
      #expect(largestDifference([error, network.squaredError(x, y)], [f.squaredError, f.squaredError]) <= 1e-12)
      #expect(gradients.count == f.gradients.count)
      for (gradient, expected) in zip(gradients, f.gradients) {
        #expect(largestDifference(gradient.storage, expected) <= Self.derivativeTolerance)
        #expect(expected.contains { abs($0) > 1e-4 })
      }
    }
  }

  @Test(
    "From the same weights, training goes through the losses of MLPRegressor, stops where it stops and predicts what it does"
  )
  func regressor() throws {
    let fixtures = try Self.fixture().regressor
    #expect(fixtures.count == 3 && fixtures.contains { $0.losses.count < $0.epochs })
    for f in fixtures {
      let x = congruentialMatrix(f.n, f.k, seed: f.seed + 4)
      let targets = (0..<f.n).map { i in sin(2 * x[i, 0]) + x[i, f.k - 1] * x[i, f.k - 1] }
      var readout = MLPRegressorReadout()
      readout.epochs = f.epochs
      let fit = readout.fit(
        x, Matrix(rows: f.n, columns: 1, storage: targets), from: Self.network(f.k, 100, 1, .relu, seed: f.seed)
      ) { _ in Array(0..<f.n) }
      #expect(fit.losses.count == f.losses.count)
      #expect(largestDifference(fit.losses, f.losses) <= Self.trajectoryTolerance)
      let predictions = fit.network.outputs(congruentialMatrix(20, f.k, seed: f.seed + 6)).storage
      #expect(largestDifference(predictions, f.predictions) <= Self.trajectoryTolerance)
      #expect(f.losses.last! < f.losses[0] / 2)
    }
  }

  @Test("The readout learns a smooth function from weights that a key draws, and repeats itself")
  func readout() throws {
    let x = congruentialMatrix(800, 2, seed: 71)
    let y = Matrix(rows: 800, columns: 1, storage: (0..<800).map { sin(2 * x[$0, 0]) + x[$0, 1] * x[$0, 1] })
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 600)
    let predictions = MLPRegressorReadout().predictions(split, key: RandomKey(seed: 1))
    #expect(R2.perColumn(predictions: predictions, targets: split.testTargets)[0] > 0.95)
    #expect(predictions.storage == MLPRegressorReadout().predictions(split, key: RandomKey(seed: 1)).storage)
    #expect(predictions.storage != MLPRegressorReadout().predictions(split, key: RandomKey(seed: 2)).storage)
  }
}
