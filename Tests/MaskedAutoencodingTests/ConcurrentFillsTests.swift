import Glibc
import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Synchronization
import Testing

/// Trainings on two threads that draw two batches at the same time.
@Suite struct ConcurrentFillsTests {
  /// A source that writes down which batches it was asked for, and how many at a time.
  final class Recorded: BatchSource {
    let base: any BatchSource
    let allowsConcurrentFills: Bool
    /// Whether the first batch waits until a second one is being drawn: where batches are drawn by turns, in vain.
    let waits: Bool
    private let record = Mutex((steps: [Int](), running: 0, most: 0))

    init(_ base: any BatchSource, allowsConcurrentFills: Bool, waits: Bool = false) {
      (self.base, self.allowsConcurrentFills, self.waits) = (base, allowsConcurrentFills, waits)
    }

    var steps: [Int] { record.withLock { $0.steps } }
    /// The most batches that were drawn at the same time.
    var most: Int { record.withLock { $0.most } }

    var observedDimension: Int { base.observedDimension }
    var restrictsLoss: Bool { base.restrictsLoss }
    var maskGroups: [Int] { base.maskGroups }

    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      record.withLock {
        $0.steps.append(step)
        $0.running += 1
        $0.most = max($0.most, $0.running)
      }
      if waits, step == 0 { wait { most == 2 } }
      base.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
      record.withLock { $0.running -= 1 }
    }

    func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>) {
      base.fillCounted(mask: mask, into: counted)
    }
  }

  private static let architecture = AutoencoderArchitecture(
    observedDimension: 5, representationWidth: 2, hiddenWidth: 21, hiddenLayers: 2, activation: .gelu)

  private static func trainer(steps: Int, batchSize: Int = 256, threads: Int = 1) -> Trainer {
    let configuration = smallConfiguration(steps: steps, batchSize: batchSize, lossInterval: 1)
    let trainer = Trainer(architecture: architecture, configuration: configuration, key: RandomKey(seed: 6))
    trainer.threads = threads
    return trainer
  }

  /// A trainer after its runs to the given steps, the last of which are all of them.
  private static func trained(
    _ source: any BatchSource, threads: Int, runs: [Int] = [15], afterRun: (Int) -> Void = { _ in }
  ) -> Trainer {
    let trainer = trainer(steps: runs.last!, threads: threads)
    for end in runs {
      trainer.run(source: source, untilStep: end)
      afterRun(end)
    }
    return trainer
  }

  private static let fresh = OneFactorSource(
    loadings: [0.9, 0.8, 0.7, 0.6, 0.5], mask: nil, key: RandomKey(seed: 5), flagOf: [0, 0, 2, 3, 3])

  @Test("Two batches are drawn at the same time where the source allows it, and only then")
  func atOnce() {
    let together = Recorded(Self.fresh, allowsConcurrentFills: true, waits: true)
    let one = Recorded(Self.fresh, allowsConcurrentFills: false)
    let expected = Self.trained(Self.fresh, threads: 1).bits
    #expect(Self.trained(together, threads: 2).bits == expected)
    #expect(Self.trained(one, threads: 2).bits == expected)
    #expect(together.most == 2 && one.most == 1)
    #expect(one.steps == Array(0...15))
  }

  @Test(
    "Every batch is drawn once, and none that a run does not come to; the last one is that of the check after the last step",
    arguments: [[16], [15], [1, 2, 9, 9, 12, 15], [7, 16]], [1, 2])
  func once(runs: [Int], threads: Int) {
    let source = Recorded(Self.fresh, allowsConcurrentFills: true)
    let trainer = Self.trained(source, threads: threads, runs: runs) { end in
      #expect(source.steps.sorted() == Array(0..<(end == runs.last! ? end + 1 : end)))
    }
    #expect(trainer.bits == Self.trained(Self.fresh, threads: 1, runs: [runs.last!]).bits)
  }

  @Test("Batches too small to be halved are drawn by turns, each for its own step")
  func small() {
    let source = Recorded(Self.fresh, allowsConcurrentFills: true)
    let trainer = Self.trainer(steps: 6, batchSize: 255, threads: 2)
    trainer.run(source: source) { #expect(source.steps == Array(0..<$0.step)) }
    #expect(trainer.step == 6)
  }

  @Test(
    "The number of threads may change from step to step, whatever is drawn ahead, and changes no bit",
    arguments: [256, 301])
  func changingThreads(batchSize: Int) {
    let source = Recorded(Self.fresh, allowsConcurrentFills: true)
    let (one, changing) = (
      Self.trainer(steps: 20, batchSize: batchSize), Self.trainer(steps: 20, batchSize: batchSize)
    )
    one.run(source: Self.fresh)
    changing.run(source: source) { changing.threads = [1, 1, 2, 2, 2, 1, 2][$0.step % 7] }
    #expect(changing.bits == one.bits)
    #expect(source.steps.sorted() == Array(0...20))
  }

  @Test("A restricted loss has the same bits where the entries that count are told on two threads")
  func restricted() {
    let source = RestrictedLossTests.TwoOfThree()
    let two = Recorded(source, allowsConcurrentFills: true, waits: true)
    #expect(Self.trained(two, threads: 2).bits == Self.trained(source, threads: 1).bits)
    #expect(two.most == 2)
    let unrestricted = RestrictedLossTests.TwoOfThree(restrictsLoss: false)
    #expect(Self.trained(unrestricted, threads: 1).bits != Self.trained(source, threads: 1).bits)
  }

  @Test(
    "A data set's batches, which share the orders of epochs, are the same on two threads",
    arguments: [3, 100, 300, 1000])
  func fixedData(samples: Int) throws {
    let masks = try MaskDistribution(.bernoulli(ratio: 0.5), grid: .line(5), patchSize: 1)
    let data = Matrix(
      rows: samples, columns: 5, storage: Distribution.gaussian.samples(5 * samples, key: RandomKey(seed: 3)))
    func source() -> FixedDataSource {
      FixedDataSource(
        samples: data, masks: MaskSampler(masks, dimensions: [1, 1, 1, 1, 1]), key: RandomKey(seed: 4))
    }
    let two = Recorded(source(), allowsConcurrentFills: source().allowsConcurrentFills, waits: true)
    #expect(Self.trained(two, threads: 2).bits == Self.trained(source(), threads: 1).bits)
    #expect(two.most == 2)
  }

  @Test("A value that is not finite is found in the batch that has it", arguments: [4, 5])
  func nonFinite(step: Int) {
    let spoilt = Recorded(
      SpoiltAt(step: step, base: Self.fresh), allowsConcurrentFills: true)
    let trainer = Self.trained(spoilt, threads: 2)
    #expect(
      trainer.divergence
        == Divergence(step: step, reason: .nonFiniteData(row: 7, column: 2, isCalibration: false)))
    // Batches 4 and 5 are drawn together.
    #expect(spoilt.steps.sorted() == Array(0...5))
  }

  /// A source with one infinite value in one batch.
  private struct SpoiltAt: BatchSource {
    let step: Int
    let base: OneFactorSource
    var observedDimension: Int { 5 }

    func fill(
      step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
    ) {
      base.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
      if step == self.step { observed[7 * 5 + 2] = .infinity }
    }
  }
}
