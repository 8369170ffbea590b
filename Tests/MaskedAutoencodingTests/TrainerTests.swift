import Datasets
import FoundationEssentials
import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct TrainerTests {
  static func fixedSource() throws -> FixedDataSource {
    FixedDataSource(
      samples: Matrix(rows: 50, columns: 6, storage: Distribution.laplace.samples(300, key: RandomKey(seed: 3))),
      masks: MaskSampler(
        try MaskDistribution(.exactCount(ratio: 0.5), grid: .line(6), patchSize: 1),
        dimensions: [Int](repeating: 1, count: 6)), key: RandomKey(seed: 4))
  }

  @Test(
    "A training resumed from a file equals the uninterrupted one bit for bit",
    arguments: [Optimizer.adam, .adamW(weightDecay: 0.02)],
    [Activation.gelu, .leakyReLU(slope: 0.01), .tanh])
  func resume(_ optimizer: Optimizer, _ activation: Activation) throws {
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 3, hiddenWidth: 10, hiddenLayers: 2, activation: activation)
    var configuration = TrainingConfiguration()
    configuration.steps = 40
    configuration.batchSize = 16
    configuration.optimizer = optimizer
    configuration.gradientNormLimit = 0.5
    configuration.lossInterval = 7
    let key = RandomKey(seed: 11)
    let whole = Trainer(architecture: architecture, configuration: configuration, key: key)
    whole.run(source: try Self.fixedSource())
    #expect(whole.result.outcome == .finished)

    let first = Trainer(architecture: architecture, configuration: configuration, key: key)
    first.run(source: try Self.fixedSource(), untilStep: 20)
    #expect(first.result.outcome == .unfinished)
    #expect(first.step == 20)
    let path = "\(FileManager.default.temporaryDirectory.path)/strata-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let taken = first.checkpoint()
    try Safetensors(tensors: taken.tensors, metadata: taken.metadata).write(to: path)
    let file = try Safetensors(contentsOf: path)
    let second = try Trainer(resuming: Checkpoint(tensors: file.tensors, metadata: file.metadata))
    second.run(source: try Self.fixedSource())

    // Everything that steers a training, by bit patterns: == would not tell −0 from 0.
    let (expected, found) = (whole.checkpoint(), second.checkpoint())
    #expect(expected.metadata == found.metadata)
    #expect(expected.tensors.map(\.name) == found.tensors.map(\.name))
    for (a, b) in zip(expected.tensors, found.tensors) {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(a.name)")
    }
    #expect(whole.result == second.result)
    #expect(first.checkpoint() == taken)
    #expect(taken.tensors != expected.tensors)
  }

  @Test("Two trainings with one key are equal; another key gives another one")
  func seeds() throws {
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 2, hiddenWidth: 9, hiddenLayers: 1)
    func trained(_ seed: UInt64) throws -> Checkpoint {
      let trainer = Trainer(
        architecture: architecture, configuration: smallConfiguration(steps: 12, batchSize: 8),
        key: RandomKey(seed: seed))
      trainer.run(source: try Self.fixedSource())
      return trainer.checkpoint()
    }
    #expect(try trained(1) == trained(1))
    #expect(try trained(1).tensors != trained(2).tensors)
  }

  @Test("The loss history has the mean of every interval, and progress is told as it happens")
  func history() throws {
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 2, hiddenWidth: 8, hiddenLayers: 1)
    func losses(interval: Int) throws -> [LossRecord] {
      var configuration = smallConfiguration(steps: 25, batchSize: 8)
      configuration.lossInterval = interval
      let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 1))
      var told: [LossRecord] = []
      trainer.run(source: try Self.fixedSource()) { told.append($0) }
      #expect(trainer.result.losses == told)
      return told
    }
    let (single, tens) = (try losses(interval: 1), try losses(interval: 10))
    #expect(single.map(\.step) == Array(1...25))
    #expect(tens.map(\.step) == [10, 20])
    for (index, record) in tens.enumerated() {
      let mean = single[index * 10..<index * 10 + 10].reduce(0) { $0 + Double($1.loss) } / 10
      #expect(abs(mean - Double(record.loss)) < 1e-6 * mean)
    }
  }

  @Test("The first loss is that of the initial model on the first batch, in standardised units")
  func firstLoss() {
    let source = OneFactorSource(
      loadings: [0.9, 0.8, 0.7, 0.6], mask: nil, key: RandomKey(seed: 2), scale: 30, shift: -500)
    var configuration = smallConfiguration(steps: 1, batchSize: 64, lossInterval: 1)
    configuration.standardizesInput = true
    let trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: 4, representationWidth: 2, hiddenWidth: 16, hiddenLayers: 2),
      configuration: configuration, key: RandomKey(seed: 3))
    trainer.run(source: source)
    let model = MaskedAutoencoder.untrained(
      architecture: trainer.architecture, key: RandomKey(seed: 3), standardization: trainer.standardization)
    let (observed, mask) = source.batch(step: 0, rows: 64)
    #expect(abs(Double(trainer.losses[0].loss) - model.maskedLoss(observed: observed, masked: mask)) < 1e-4)
    #expect(trainer.standardization!.mean.allSatisfy { abs($0 + 500) < 3 })
    #expect(trainer.standardization!.deviation.allSatisfy { abs($0 - 30) < 2 })
  }

  @Test("Batches without masked entries change nothing but the step")
  func nothingMasked() {
    let source = OneFactorSource(loadings: [0.9, 0.5], mask: [0, 0], key: RandomKey(seed: 1))
    let trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: 2, representationWidth: 1, hiddenWidth: 4, hiddenLayers: 1),
      configuration: smallConfiguration(steps: 10, batchSize: 8), key: RandomKey(seed: 2))
    let before = trainer.model.parameters
    trainer.run(source: source)
    #expect(trainer.model.parameters == before)
    #expect(trainer.losses == [LossRecord(step: 10, loss: 0)])
    #expect(trainer.result.outcome == .finished)
  }
}
