import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

/// Data that make numerics slow or undefined: numbers below the normal range, and columns that never vary.
@Suite struct DifficultInputTests {
  private func train(_ samples: Matrix<Float>, standardizes: Bool) throws -> Trainer {
    let architecture = AutoencoderArchitecture(
      observedDimension: samples.columns, representationWidth: 2, hiddenWidth: 12, hiddenLayers: 2)
    var configuration = TrainingConfiguration.fast(maskRatio: 0.5)
    configuration.steps = 60
    configuration.batchSize = 20
    configuration.lossInterval = 20
    configuration.standardizesInput = standardizes
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 5))
    trainer.run(
      source: FixedDataSource(
        samples: samples,
        masks: MaskSampler(
          try MaskDistribution(.exactCount(ratio: 0.5), grid: .line(samples.columns), patchSize: 1),
          dimensions: [Int](repeating: 1, count: samples.columns)), key: RandomKey(seed: 6)))
    return trainer
  }

  private var samples: Matrix<Float> {
    Matrix(rows: 40, columns: 6, storage: Distribution.gaussian.samples(240, key: RandomKey(seed: 7)))
  }

  @Test("Denormal numbers count as zeros, to the bit")
  func denormals() throws {
    let tiny = Matrix<Float>(rows: 40, columns: 6, storage: (0..<240).map { Float(bitPattern: UInt32(70_000 + $0)) })
    #expect(tiny.storage[0].isSubnormal)
    let (trained, zeros) = (
      try train(tiny, standardizes: false), try train(Matrix(rows: 40, columns: 6), standardizes: false)
    )
    #expect(trained.result.outcome == .finished)
    #expect(trained.checkpoint().tensors == zeros.checkpoint().tensors)
    // To this thread they are numbers still.
    #expect(2 * tiny.storage[0] > tiny.storage[0])
    _ = trained.model.encode(observed: tiny, maskedColumns: [Bool](repeating: false, count: 6))
    #expect(2 * tiny.storage[0] > tiny.storage[0])
  }

  @Test("A column that never varies is trained on as zeros and moves no other column's scale")
  func constantColumn() throws {
    var constant = samples
    for i in 0..<40 { constant[i, 2] = 1e6 }
    let trainer = try train(constant, standardizes: true)
    #expect(trainer.result.outcome == .finished)
    #expect(trainer.losses.allSatisfy { $0.loss.isFinite })
    let standardization = try #require(trainer.standardization)
    #expect(standardization.mean[2] == 1e6 && standardization.deviation[2] == 1)
    let plain = try #require(try train(samples, standardizes: true).standardization)
    for j in [0, 1, 3, 4, 5] {
      #expect(standardization.mean[j] == plain.mean[j] && standardization.deviation[j] == plain.deviation[j])
    }
    // What it reconstructs is the constant, to the last bit or two: an untrained network is off by several times that.
    let masked = Matrix<Float>(rows: 40, columns: 6, storage: (0..<240).map { [2, 4].contains($0 % 6) ? 1 : 0 })
    let encoded = trainer.model.encode(observed: constant, masked: masked)
    let reconstructed = trainer.model.reconstruct(representation: encoded, masked: masked)
    let largest = (0..<40).map { abs(reconstructed[$0, 2] - 1e6) }.max()!
    #expect(largest <= Float(1e6).ulp)
  }

  @Test("A source that is constant throughout trains without a gradient to follow")
  func allConstant() throws {
    let trainer = try train(Matrix(rows: 40, columns: 6, repeating: 3), standardizes: true)
    #expect(trainer.result.outcome == .finished)
    #expect(trainer.losses.allSatisfy { $0.loss.isFinite && $0.loss >= 0 })
    #expect(trainer.losses.last!.loss < trainer.losses[0].loss)
  }
}
