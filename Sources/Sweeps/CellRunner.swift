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
  /// Where the state of the training is kept; nil for nowhere.
  let checkpoints: CellCheckpoints?

  /// Steps between two looks at whether the cell is still wanted; they change no bit of the result.
  private static let patience = 100

  /// - Throws: `CancellationError` if its task is cancelled; `RecoveryError` if the evaluation's data cannot be scored at
  ///   all; `DatasetError` if a checkpoint cannot be written.
  func run() throws -> CellResult {
    let (start, processorStart) = (Self.seconds(CLOCK_MONOTONIC), Self.seconds(CLOCK_THREAD_CPUTIME_ID))
    let predictions = try CellPredictions(specification: specification, generator: generator).all()
    let key = specification.trainingKey
    let initialKey = specification.initialKey
    let trainer =
      checkpoints?.resume(specification)
      ?? Trainer(architecture: specification.architecture, configuration: specification.training, key: initialKey)
    let trainingStart = Self.seconds(CLOCK_THREAD_CPUTIME_ID)
    try train(trainer, on: source(key.child("training")))
    let trainingSeconds = Self.seconds(CLOCK_THREAD_CPUTIME_ID) - trainingStart
    let trained = trainer.model
    let untrained = MaskedAutoencoder.untrained(
      architecture: specification.architecture, key: initialKey, standardization: trainer.standardization,
      maskGain: specification.training.maskGain)
    let evaluator = CellEvaluator(
      specification: specification, generator: generator, trained: trainer.divergence == nil ? trained : nil,
      untrained: untrained)
    let (measurements, spoilt) = try evaluator.measure()
    let fault = nonFiniteValues(behind: trainer.divergence, key: key.child("training"))
    let divergence = fault?.description ?? trainer.divergence?.description ?? spoilt?.description
    return CellResult(
      cell: specification.identifier, specification: specification.canonicalText,
      divergence: divergence, finalLoss: trainer.losses.last.map { Double($0.loss) },
      steps: trainer.step, seconds: Self.seconds(CLOCK_MONOTONIC) - start,
      processorSeconds: ProcessorSeconds(
        training: trainingSeconds,
        evaluation: Self.seconds(CLOCK_THREAD_CPUTIME_ID) - processorStart - trainingSeconds),
      measurements: measurements, predictions: predictions)
  }

  private func train(_ trainer: Trainer, on source: any BatchSource) throws {
    let steps = specification.training.steps
    while trainer.step < steps, trainer.divergence == nil {
      let stop = checkpoints?.nextStop(after: trainer.step, of: steps) ?? steps
      while trainer.step < stop, trainer.divergence == nil {
        trainer.run(source: source, untilStep: min(stop, trainer.step + Self.patience))
        // Where the sweep has come to its end (a full disk), nobody waits for hours of training.
        try Task.checkCancellation()
      }
      if trainer.step < steps { try checkpoints?.save(trainer.checkpoint(), of: specification) }
    }
    try checkpoints?.finish(trainer.checkpoint(), of: specification, generator: generator)
  }

  /// The batches of the training.
  func source(_ key: RandomKey) -> any BatchSource {
    let masks = MaskSampler(specification.masks, for: generator.graph)
    switch specification.data {
    case .fresh:
      return GeneratorSource(
        model: generator, masks: masks, sharing: specification.maskSharing, targets: specification.maskTargets, key: key
      )
    case .fixed(let samples):
      let data = generator.sample(0..<UInt64(samples), key: key.child("samples")).observed()
      return FixedDataSource(
        samples: data, masks: masks, sharing: specification.maskSharing, targets: specification.maskTargets, key: key)
    }
  }

  /// What a clock says: of the time that passes, or of the processor's time of this thread, on which all of a cell runs.
  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
