import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

/// Training on some of the masked entries only.
@Suite struct RestrictedLossTests {
  /// A source in which columns 0 to 2 are masked, and 0 and 1 count.
  struct TwoOfThree: BatchSource {
    let base = OneFactorSource(
      loadings: [0.9, 0.8, 0.7, 0.9, 0.8], mask: [1, 1, 1, 0, 0], key: RandomKey(seed: 5))
    /// Added to the values of a column.
    var change: [Float] = [0, 0, 0, 0, 0]
    var restrictsLoss = true

    var observedDimension: Int { 5 }

    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      base.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
      for index in observed.indices { observed[index] += change[index % 5] }
    }

    func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>) {
      for index in mask.indices { counted[index] = index % 5 == 2 ? 0 : mask[index] }
    }
  }

  private let architecture = AutoencoderArchitecture(
    observedDimension: 5, representationWidth: 2, hiddenWidth: 8, hiddenLayers: 1, activation: .tanh)

  private func train(_ source: TwoOfThree, batch: Int) -> (bits: [[UInt32]], losses: [Float]) {
    let trainer = Trainer(
      architecture: architecture, configuration: smallConfiguration(steps: 20, batchSize: batch),
      key: RandomKey(seed: 6))
    trainer.run(source: source)
    return (trainer.bits, trainer.losses.map(\.loss))
  }

  @Test("What does not count changes nothing, what counts does", arguments: [16, 256])
  func onlyCounted(batch: Int) {
    let base = train(TwoOfThree(), batch: batch)
    #expect(train(TwoOfThree(change: [0, 0, 3, 0, 0]), batch: batch).bits == base.bits)
    #expect(train(TwoOfThree(change: [0, 3, 0, 0, 0]), batch: batch).bits != base.bits)
    #expect(train(TwoOfThree(change: [0, 0, 3, 0, 0], restrictsLoss: false), batch: batch).bits != base.bits)
  }

  @Test("The loss is the mean squared error of the entries that count")
  func loss() {
    let configuration = smallConfiguration(steps: 1, batchSize: 300, lossInterval: 1)
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
    let (initial, source) = (trainer.model, TwoOfThree())
    let (observed, mask) = source.base.batch(step: 0, rows: 300)
    trainer.run(source: source)
    let code = initial.encode(observed: observed, masked: mask)
    let prediction = initial.reconstruct(representation: code, masked: mask)
    var sum = 0.0
    for row in 0..<300 {
      for column in 0..<2 {
        let error = Double(prediction[row, column] - observed[row, column])
        sum += error * error
      }
    }
    // Single precision over a few hundred terms.
    #expect(abs(Double(trainer.losses[0].loss) - sum / 600) < 1e-5 * sum / 600)
  }

  @Test("A data set's batches count the interior of their masks")
  func fixedData() throws {
    let masks = try MaskDistribution(.block(ratio: 0.5), grid: .line(6), patchSize: 1)
    let samples = Matrix(rows: 9, columns: 6, storage: Distribution.laplace.samples(54, key: RandomKey(seed: 3)))
    func source(_ targets: MaskTargets) -> FixedDataSource {
      FixedDataSource(
        samples: samples, masks: MaskSampler(masks, dimensions: [1, 1, 1, 1, 1, 1]), targets: targets,
        key: RandomKey(seed: 4))
    }
    #expect(!source(.all).restrictsLoss && source(.interior).restrictsLoss)
    let values = [Float](repeating: 0, count: 24)
    var (observed, mask, counted) = (values, values, values)
    observed.withUnsafeMutableBufferPointer { observed in
      mask.withUnsafeMutableBufferPointer {
        source(.interior).fill(step: 0, batchSize: 4, observed: observed, mask: $0)
      }
    }
    mask.withUnsafeBufferPointer { mask in
      counted.withUnsafeMutableBufferPointer { source(.interior).fillCounted(mask: mask, into: $0) }
    }
    for row in 0..<4 {
      let own = Mask(mask[row * 6..<row * 6 + 6].map { $0 == 1 })
      #expect(counted[row * 6..<row * 6 + 6].map { $0 == 1 } == masks.counted(.interior, of: own).isMasked)
    }
  }
}
