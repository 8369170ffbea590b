import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct ConvergenceTests {
  static let loadings: [Float] = [0.9, 0.8, 0.7, 0.6]

  /// E[x_j | x_0, x_1] = b · (x_0, x_1) for the one-factor model: b = (a_0, a_1)ᵀ a_j · Σ⁻¹, Σ the covariance of x_0, x_1.
  static func coefficients(_ j: Int) -> (Double, Double) {
    let a = loadings.map(Double.init)
    let (c, determinant) = (a[0] * a[1], 1 - a[0] * a[0] * a[1] * a[1])
    return (a[j] * (a[0] - c * a[1]) / determinant, a[j] * (a[1] - c * a[0]) / determinant)
  }

  @Test(
    "On a linear-Gaussian model with a fixed mask the loss reaches that of the conditional expectation",
    arguments: [Activation.gelu, .leakyReLU(slope: 0.1), .tanh])
  func optimum(_ activation: Activation) {
    let source = OneFactorSource(loadings: Self.loadings, mask: [0, 0, 1, 1], key: RandomKey(seed: 21))
    var configuration = TrainingConfiguration()
    configuration.steps = 1200
    configuration.batchSize = 256
    configuration.learningRate = 4e-3
    let trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: 4, representationWidth: 1, hiddenWidth: 32, hiddenLayers: 1, activation: activation),
      configuration: configuration, key: RandomKey(seed: 22))
    trainer.run(source: source)
    #expect(trainer.result.outcome == .finished)

    // Var(x_j | x_0, x_1) = 1 − b · cov; both x have unit variance, so standardised units are the units.
    let a = Self.loadings.map(Double.init)
    let closedForm = (2...3).reduce(0.0) { sum, j in
      let b = Self.coefficients(j)
      return sum + (1 - b.0 * a[0] * a[j] - b.1 * a[1] * a[j]) / 2
    }
    let (observed, mask) = source.batch(step: 1_000_000, rows: 20_000)
    var optimal = 0.0
    for row in 0..<observed.rows {
      let x = observed.row(row).map(Double.init)
      for j in 2...3 {
        let b = Self.coefficients(j)
        let error = x[j] - b.0 * x[0] - b.1 * x[1]
        optimal += error * error / Double(2 * observed.rows)
      }
    }
    // 40 000 squared errors of relative deviation √2: four standard errors.
    #expect(abs(optimal - closedForm) < 4 * 1.5 * closedForm / 20_000.0.squareRoot())
    let reached = trainer.model.maskedLoss(observed: observed, masked: mask)
    // On the same samples: what training leaves above the optimum, and the noise of standardisation from 4096 samples.
    #expect(abs(reached / optimal - 1) < 0.02, "reached \(reached), optimal \(optimal)")
  }

  @Test("A fixed data set smaller than the network's capacity is learnt far below the noise")
  func overfit() throws {
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 6, hiddenWidth: 64, hiddenLayers: 1)
    var configuration = smallConfiguration(steps: 600, batchSize: 50)
    configuration.learningRate = 5e-3
    configuration.lossInterval = 50
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 9))
    trainer.run(source: OneSampleSource(samples: 12))
    #expect(trainer.losses.first!.loss > 0.5)
    #expect(trainer.losses.last!.loss < 0.02)
  }
}

/// The same few independent Gaussian samples in every batch, the first three of six columns masked.
private struct OneSampleSource: BatchSource {
  let samples: Int
  var observedDimension: Int { 6 }

  func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let values = Distribution.gaussian.samples(samples * 6, key: RandomKey(seed: 31))
    for index in 0..<batchSize * 6 {
      observed[index] = values[index % values.count]
      mask[index] = index % 6 < 3 ? 1 : 0
    }
  }
}
