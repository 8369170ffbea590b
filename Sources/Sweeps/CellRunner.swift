internal import GenerativeModels
internal import Glibc
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Specifications
internal import Stochastics

/// Runs one cell: data, training, evaluation. A pure function of the specification but for the seconds it took.
struct CellRunner {
  let specification: CellSpecification
  /// The generator that training and evaluation share.
  let generator: GenerativeModel

  /// - Throws: `RecoveryError` if the evaluation's data cannot be scored at all.
  func run() throws -> CellResult {
    let start = Self.now()
    // All streams of a cell hang on the training seed alone: cells that differ in ratio, patch size or width see the same
    // samples and, for equal shapes, start from the same weights, so that comparisons between them are paired.
    let key = RandomKey(seed: specification.trainingSeed)
    let initialKey = key.child("initial-weights")
    let trainer = Trainer(
      architecture: specification.architecture, configuration: specification.training, key: initialKey)
    trainer.run(source: source(key.child("training")), untilStep: specification.training.steps)
    let trained = trainer.model
    let untrained = MaskedAutoencoder.untrained(
      architecture: specification.architecture, key: initialKey, standardization: trainer.standardization)
    let evaluator = CellEvaluator(
      specification: specification, generator: generator, trained: trainer.divergence == nil ? trained : nil,
      untrained: untrained, key: key.child("evaluation"))
    let measurements = try evaluator.measure()
    return CellResult(
      cell: specification.identifier, specification: specification.canonicalText,
      divergence: trainer.divergence?.description, finalLoss: trainer.losses.last.map { Double($0.loss) },
      steps: trainer.step, seconds: Self.now() - start, measurements: measurements)
  }

  private func source(_ key: RandomKey) -> any BatchSource {
    switch specification.data {
    case .fresh:
      GeneratorSource(
        model: generator, masks: MaskSampler(specification.masks, for: generator.graph),
        sharing: specification.maskSharing, key: key)
    case .fixed(let samples):
      FixedDataSource(
        samples: generator.sample(0..<UInt64(samples), key: key.child("samples")).observed(),
        masks: specification.masks,
        dimensions: generator.graph.observables.map { generator.graph.nodes[$0].dimension },
        sharesMaskInBatch: specification.maskSharing == .perBatch, key: key)
    }
  }

  /// Monotonic seconds.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
