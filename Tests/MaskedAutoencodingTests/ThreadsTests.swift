import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct ThreadsTests {
  /// A trainer after 20 steps.
  static func trained(threads: Int, batchSize: Int, flagOf: [Int]? = nil) -> Trainer {
    let architecture = AutoencoderArchitecture(
      observedDimension: 5, representationWidth: 2, hiddenWidth: 24, hiddenLayers: 2)
    let source = OneFactorSource(
      loadings: [0.9, 0.8, 0.7, 0.6, 0.5], mask: nil, key: RandomKey(seed: 5), flagOf: flagOf)
    let configuration = smallConfiguration(steps: 20, batchSize: batchSize, lossInterval: 1)
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
    trainer.threads = threads
    trainer.run(source: source)
    return trainer
  }

  @Test(
    "Threads change no bit, in batches that are halved evenly, unevenly, or not at all", arguments: [255, 256, 301],
    [nil, [0, 0, 2, 0, 2]])
  func sameBits(batchSize: Int, flagOf: [Int]?) {
    let (one, two) = (
      Self.trained(threads: 1, batchSize: batchSize, flagOf: flagOf),
      Self.trained(threads: 2, batchSize: batchSize, flagOf: flagOf)
    )
    #expect(one.model.parameters.map(\.values) == two.model.parameters.map(\.values))
    let losses = one.losses.map(\.loss)
    #expect(losses == two.losses.map(\.loss) && losses.count == 20)
    #expect(losses[19] < losses[0])
  }

  @Test(
    "A batch in halves has the loss and the gradient of the whole", arguments: [Activation.gelu, .tanh],
    [nil, [0, 1, 1, 0, 4, 1]])
  func halves(_ activation: Activation, flagOf: [Int]?) {
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 2, hiddenWidth: 16, hiddenLayers: 2, activation: activation)
    let configuration = smallConfiguration(steps: 1, batchSize: 512, lossInterval: 1)
    let source = OneFactorSource(
      loadings: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], mask: nil, key: RandomKey(seed: 5), flagOf: flagOf)
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
    let before = trainer.checkpoint().values(prefix: "", of: architecture)
    let (observed, mask) = source.batch(step: 0, rows: 512)
    // The unsplit reference in double precision.
    let reference = architecture.lossGradient(
      parameters: before.map { $0.map(Double.init) }, observed: observed.double, mask: mask.double)
    trainer.run(source: source)
    #expect(abs(Double(trainer.losses[0].loss) - reference.loss) < 1e-6 * reference.loss)
    // After one step of Adam the first moment is (1 − β₁) times the gradient.
    let moments = trainer.checkpoint().values(prefix: "first_moment.", of: architecture)
    let gain = 1 - configuration.beta1
    for (moment, gradient) in zip(moments.joined(), reference.gradients.joined()) {
      #expect(abs(Double(moment) / gain - gradient) < 2e-6)
    }
  }
}
