import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct DivergenceTests {
  static let architecture = AutoencoderArchitecture(
    observedDimension: 4, representationWidth: 2, hiddenWidth: 16, hiddenLayers: 2)
  static let source = OneFactorSource(loadings: [0.9, 0.8, 0.7, 0.6], mask: nil, key: RandomKey(seed: 41))

  @Test("A huge learning rate is reported as an explosion, and the trainer stays as it is", arguments: [10.0, 1e30])
  func explosion(_ learningRate: Double) throws {
    var configuration = smallConfiguration(steps: 100, batchSize: 16)
    configuration.learningRate = learningRate
    let trainer = Trainer(architecture: Self.architecture, configuration: configuration, key: RandomKey(seed: 1))
    trainer.run(source: Self.source)
    let divergence = try #require(trainer.divergence)
    #expect(trainer.result.outcome == .diverged(divergence))
    #expect(divergence.step == trainer.step && divergence.step > 0 && divergence.step < 100)
    if learningRate == 10 {
      guard case .exploded(let loss, let limit) = divergence.reason else {
        Issue.record("\(divergence)")
        return
      }
      #expect(loss > limit)
    }
    let checkpoint = trainer.checkpoint()
    trainer.run(source: Self.source)
    #expect(trainer.checkpoint() == checkpoint)
    let resumed = try Trainer(resuming: checkpoint)
    #expect(resumed.result.outcome == .diverged(divergence))
  }

  struct Spoilt: BatchSource {
    let value: Float
    var observedDimension: Int { 4 }
    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      DivergenceTests.source.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
      if step == 3 { observed[5] = value }
    }
  }

  @Test(
    "NaN or infinity in the data is reported at the step where it is, if it is seen",
    arguments: [Float.nan, .infinity],
    [true, false])
  func notANumber(_ value: Float, _ clips: Bool) {
    var configuration = smallConfiguration(steps: 10, batchSize: 16)
    if clips { configuration.gradientNormLimit = 1 }
    let trainer = Trainer(architecture: Self.architecture, configuration: configuration, key: RandomKey(seed: 1))
    trainer.run(source: Spoilt(value: value))
    #expect(trainer.divergence == Divergence(step: 3, reason: .nonFiniteData(row: 1, column: 1, isCalibration: false)))
    #expect(trainer.model.parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    #expect(
      trainer.divergence?.description
        == "stopped at step 3: column 1 of row 1 of the batch is not finite; mend the data")
  }

  @Test(
    "NaN or infinity in the calibration samples is reported before the first step", arguments: [Float.nan, -.infinity])
  func calibration(_ value: Float) throws {
    var configuration = smallConfiguration(steps: 10, batchSize: 16)
    configuration.standardizesInput = true
    let trainer = Trainer(architecture: Self.architecture, configuration: configuration, key: RandomKey(seed: 1))
    trainer.run(source: Spoilt(value: value))
    // Batch 3 of 16 rows, element 5 of rows of 4.
    let divergence = Divergence(step: 0, reason: .nonFiniteData(row: 49, column: 1, isCalibration: true))
    #expect(trainer.divergence == divergence && trainer.step == 0)
    #expect(
      divergence.description
        == "stopped at step 0: column 1 of row 49 of the calibration samples is not finite; mend the data")
    #expect(try Trainer(resuming: trainer.checkpoint()).divergence == divergence)
  }
}
