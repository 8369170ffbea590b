import Glibc
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct AdamTests {
  /// Adam and AdamW as their papers write them, one parameter at a time, in double precision.
  struct Reference {
    let configuration: TrainingConfiguration
    var m: [[Double]]
    var v: [[Double]]

    mutating func step(_ t: Int, _ parameters: [[Float]], _ gradients: [[Float]]) -> [[Double]] {
      let c = configuration
      let rate = c.learningRate * c.schedule.factor(step: t - 1, totalSteps: c.steps)
      let norm = gradients.joined().reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      let shortening = c.gradientNormLimit.map { min(1, $0 / norm) } ?? 1
      var result = parameters.map { $0.map(Double.init) }
      for i in result.indices {
        for j in result[i].indices {
          let g = Double(gradients[i][j]) * shortening
          m[i][j] = c.beta1 * m[i][j] + (1 - c.beta1) * g
          v[i][j] = c.beta2 * v[i][j] + (1 - c.beta2) * g * g
          let mean = m[i][j] / (1 - pow(c.beta1, Double(t)))
          let square = v[i][j] / (1 - pow(c.beta2, Double(t)))
          if case .adamW(let decay) = c.optimizer { result[i][j] -= rate * decay * result[i][j] }
          result[i][j] -= rate * mean / (square.squareRoot() + c.epsilon)
        }
      }
      return result
    }
  }

  @Test(
    "Parameters and moments follow the scalar reference, with weight decay, clipping, warm-up and decay",
    arguments: [Optimizer.adam, .adamW(weightDecay: 0.3)], [nil, 0.05, 1e6])
  func steps(_ optimizer: Optimizer, _ limit: Double?) {
    let architecture = AutoencoderArchitecture(
      observedDimension: 5, representationWidth: 2, hiddenWidth: 7, hiddenLayers: 2)
    let source = OneFactorSource(loadings: [0.9, 0.8, 0.7, 0.6, 0.5], mask: nil, key: RandomKey(seed: 5))
    var configuration = smallConfiguration(steps: 8, batchSize: 12)
    configuration.optimizer = optimizer
    configuration.learningRate = 0.01
    configuration.schedule = LearningRateSchedule(warmUp: .steps(3), decay: .cosine(finalFraction: 0.1))
    configuration.gradientNormLimit = limit
    configuration.beta1 = 0.8
    configuration.beta2 = 0.95
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
    let zeros = architecture.parameterShapes.map { [Double](repeating: 0, count: $0.shape.reduce(1, *)) }
    var reference = Reference(configuration: configuration, m: zeros, v: zeros)
    for t in 1...8 {
      let before = trainer.checkpoint().values(prefix: "", of: architecture)
      let (observed, mask) = source.batch(step: t - 1, rows: 12)
      let gradients = architecture.lossGradient(parameters: before, observed: observed, mask: mask).gradients
      let expected = reference.step(t, before, gradients)
      trainer.run(source: source, untilStep: t)
      let after = trainer.checkpoint()
      func distance(_ prefix: String, _ expected: [[Double]]) -> Double {
        zip(after.values(prefix: prefix, of: architecture).joined(), expected.joined())
          .reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
      }
      // Rounding of parameters below 1 is 6e-8; a step of 0.01 adds relative errors of 1e-6.
      #expect(distance("", expected) < 2e-7)
      #expect(distance("first_moment.", reference.m) < 1e-7)
      #expect(distance("second_moment.", reference.v) < 1e-7)
      #expect(reference.m.joined().contains { abs($0) > 1e-4 })
    }
  }
}
