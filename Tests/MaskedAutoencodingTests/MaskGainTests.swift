import Foundation
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct MaskGainTests {
  static let architecture = AutoencoderArchitecture(
    observedDimension: 40, representationWidth: 2, hiddenWidth: 30, hiddenLayers: 2)
  static let key = RandomKey(seed: 71)

  private func initial(_ gain: Double?) -> [NamedTensor] {
    MaskedAutoencoder.untrained(architecture: Self.architecture, key: Self.key, maskGain: gain).parameters
  }

  @Test("The gain multiplies the encoder's weights on the mask and leaves every other bit as it was")
  func places() {
    let (plain, scaled) = (initial(nil), initial(4))
    #expect(plain == initial(1))
    for (a, b) in zip(plain, scaled) where a.name != "encoder.0.weight" {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(a.name)")
    }
    let (a, b) = (plain[0].values, scaled[0].values)
    #expect(plain[0].name == "encoder.0.weight" && plain[0].shape == [80, 30])
    let (visible, mask) = (0..<40 * 30, 40 * 30..<80 * 30)
    #expect(a[visible] == b[visible])
    // A power of two is exact.
    let quadruple: [Float] = a[mask].map { $0 * 4 }
    #expect(quadruple == Array(b[mask]))
    #expect(quadruple.allSatisfy { $0 != 0 })
  }

  @Test("Without hidden layers the mask's rows are those of the only matrix")
  func linear() {
    let linear = AutoencoderArchitecture(
      observedDimension: 3, representationWidth: 2, hiddenWidth: 1, hiddenLayers: 0)
    let weights = [nil, 0].map {
      MaskedAutoencoder.untrained(architecture: linear, key: Self.key, maskGain: $0).parameters[0]
    }
    #expect(weights[1].shape == [6, 2])
    let expected: [Float] = Array(weights[0].values.prefix(6)) + [Float](repeating: 0, count: 6)
    #expect(weights[1].values == expected)
  }

  @Test(
    "With the balanced gain the mask and the visible values bring the first hidden units the same variance",
    arguments: [0.05, 0.25, 0.5, 0.9])
  func balance(_ ratio: Double) {
    let d = 40
    let wide = AutoencoderArchitecture(
      observedDimension: d, representationWidth: 1, hiddenWidth: 400, hiddenLayers: 1)
    let gain = TrainingConfiguration.balancedMaskGain(ratio: ratio)
    let weights = MaskedAutoencoder.untrained(architecture: wide, key: Self.key, maskGain: gain).parameters[0].values
    // Independent mask bits b and standardised values: Var Σ w(1 − b)x = (1 − r) Σ w², Var Σ w b = r(1 − r) Σ w².
    func squares(_ range: Range<Int>) -> Double { weights[range].reduce(0.0) { $0 + Double($1) * Double($1) } }
    let values = (1 - ratio) * squares(0..<d * 400)
    let mask = ratio * (1 - ratio) * squares(d * 400..<2 * d * 400)
    // Two sums of 16,000 squares of uniform numbers, whose relative deviation is √(0.8/16000) = 0.007: four of them.
    #expect(abs(mask / values - 1) < 4 * 0.007 * 2.0.squareRoot())
  }

  @Test("A training begins with the gain, and resumed it equals the uninterrupted one bit for bit")
  func training() throws {
    var configuration = TrainingConfiguration.fast(maskRatio: 0.25)
    configuration.steps = 12
    configuration.batchSize = 16
    configuration.lossInterval = 3
    let architecture = AutoencoderArchitecture(
      observedDimension: 4, representationWidth: 1, hiddenWidth: 6, hiddenLayers: 1)
    let source = OneFactorSource(loadings: [0.9, 0.8, 0.7, 0.6], mask: nil, key: RandomKey(seed: 72))
    func trainer() -> Trainer { Trainer(architecture: architecture, configuration: configuration, key: Self.key) }
    let floor = MaskedAutoencoder.untrained(architecture: architecture, key: Self.key, maskGain: 2)
    #expect(trainer().model.parameters == floor.parameters)
    let (whole, first) = (trainer(), trainer())
    whole.run(source: source)
    first.run(source: source, untilStep: 7)
    let second = try Trainer(resuming: first.checkpoint())
    #expect(second.configuration == configuration)
    second.run(source: source)
    let (expected, found) = (whole.checkpoint(), second.checkpoint())
    #expect(expected.metadata == found.metadata)
    for (a, b) in zip(expected.tensors, found.tensors) {
      #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(a.name)")
    }
    #expect(expected.tensors.count == found.tensors.count)
  }

  @Test("A checkpoint of a version without mask gains is read as one without a gain")
  func earlierCheckpoint() throws {
    let checkpoint = CheckpointTests.checkpoint
    #expect(checkpoint.metadata["configuration"]?.contains("maskGain") == false)
    #expect(try Trainer(resuming: checkpoint).configuration.maskGain == nil)
    var metadata = checkpoint.metadata
    let text = metadata["configuration"]!
    metadata["configuration"] = text.replacingOccurrences(of: "{\"batchSize\"", with: "{\"maskGain\":-1,\"batchSize\"")
    #expect(metadata["configuration"] != text)
    #expect(throws: CheckpointError.invalidEntry("configuration", value: metadata["configuration"]!)) {
      try Trainer(resuming: Checkpoint(tensors: checkpoint.tensors, metadata: metadata))
    }
  }
}
