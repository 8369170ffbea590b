import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Sweeps
import Testing

@Suite struct GeneratorSourceTests {
  private static func source() throws -> (source: GeneratorSource, model: GenerativeModel, masks: MaskSampler) {
    let graph = try HierarchicalGraph.tree(depth: 3, branching: 2)
    let model = try GenerativeModel(graph: graph, family: .rho(0.85), seed: 3)
    let masks = MaskSampler(try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 2), for: graph)
    return (GeneratorSource(model: model, masks: masks, key: RandomKey(seed: 7)), model, masks)
  }

  @Test("Sample t of a training is sample t of the generator, and the masks of a step have a stream of their own")
  func batches() throws {
    let (source, model, masks) = try Self.source()
    let size = 300
    for step in [0, 2, 1] {
      var observed = [Float](repeating: .nan, count: size * 8)
      var mask = observed
      observed.withUnsafeMutableBufferPointer { observed in
        mask.withUnsafeMutableBufferPointer { source.fill(step: step, batchSize: size, observed: observed, mask: $0) }
      }
      let first = UInt64(step * size)
      let key = RandomKey(seed: 7)
      let expected = model.sample(first..<first + UInt64(size), key: key.child("samples")).observed()
      #expect(observed == expected.storage)
      var flags = [Float](repeating: .nan, count: size * 8)
      var stream = RandomStream(key.child("masks").child(step))
      flags.withUnsafeMutableBufferPointer { masks.fill(batch: $0, using: &stream) }
      #expect(mask == flags)
    }
  }

  @Test("Batches may be drawn at once, and two threads change no bit of a training")
  func threads() throws {
    let (source, _, _) = try Self.source()
    #expect(source.allowsConcurrentFills)
    func bits(threads: Int) -> [UInt32] {
      var training = TrainingConfiguration()
      (training.steps, training.batchSize) = (9, 256)
      let trainer = Trainer(
        architecture: AutoencoderArchitecture(observedDimension: 8, representationWidth: 2, hiddenWidth: 16),
        configuration: training, key: RandomKey(seed: 6))
      trainer.threads = threads
      trainer.run(source: source)
      return trainer.checkpoint().tensors.flatMap(\.values).map(\.bitPattern)
    }
    #expect(bits(threads: 2) == bits(threads: 1))
  }
}
