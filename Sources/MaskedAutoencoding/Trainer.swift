internal import LinearAlgebra
public import Stochastics

/// One training of a masked autoencoder, from its first step or from a checkpoint to its last.
///
/// Goals, in this order: the same key, configuration and source give the same bits, interrupted or not; no allocation
/// within a step; speed. Not thread-safe: one trainer belongs to one worker.
public final class Trainer {
  /// The network's shape.
  public let architecture: AutoencoderArchitecture
  /// Everything else.
  public let configuration: TrainingConfiguration
  /// The seed's key, which the initial parameters came from.
  let keyBits: UInt64
  let network: ShardedNetwork
  let firstMoment: AlignedBuffer<Float>
  let secondMoment: AlignedBuffer<Float>
  /// Room for the batch of the present step, and where two are drawn at the same time for that of the next.
  private var batches: [Batch] = []

  /// Whether the network knows which columns are masked together.
  private var sharesFlags = false

  /// How many threads a step may use: 1, or 2 for both halves of a batch of at least 256 rows at once, and for drawing two batches
  /// at once if the source allows it. It changes no bit of the result. Sweeps use one, since independent cells share cores
  /// better than the halves of a step.
  public var threads = 1

  /// The centre and scale of the columns; nil before the first run.
  public internal(set) var standardization: Standardization?
  /// The number of updates made.
  public internal(set) var step = 0
  /// Set when the training was given up; later runs do nothing.
  public internal(set) var divergence: Divergence?
  /// One entry for each full interval.
  public internal(set) var losses: [LossRecord] = []
  /// The loss of the unfinished interval, added up.
  var intervalLoss = 0.0
  /// The first non-zero loss.
  var referenceLoss: Double?

  /// A training at step 0.
  ///
  /// - Parameters:
  ///   - architecture: The shape of both networks.
  ///   - configuration: Loss, optimizer, schedule and steps.
  ///   - key: Decides the initial parameters, nothing else: samples and masks are the source's.
  /// - Precondition: the configuration's numbers are in their ranges.
  public convenience init(architecture: AutoencoderArchitecture, configuration: TrainingConfiguration, key: RandomKey) {
    self.init(architecture, configuration, keyBits: key.bits)
    let initial = network.layout.initialParameters(key: key, maskGain: configuration.maskGain ?? 1)
    network.parameters.update(from: initial, count: initial.count)
  }

  init(_ architecture: AutoencoderArchitecture, _ configuration: TrainingConfiguration, keyBits: UInt64) {
    configuration.validate()
    self.architecture = architecture
    self.configuration = configuration
    self.keyBits = keyBits
    network = ShardedNetwork(architecture, batchSize: configuration.batchSize)
    firstMoment = AlignedBuffer(count: network.layout.count)
    secondMoment = AlignedBuffer(count: network.layout.count)
  }

  /// Trains on, until the configuration's last step, an earlier one, or divergence.
  ///
  /// Denormal numbers are flushed to zero meanwhile. BLAS should run on one thread (`BLASRuntime.useOneThread()`).
  ///
  /// - Parameters:
  ///   - source: The same at every call of one training. Its first use may also estimate the standardisation.
  ///   - untilStep: The number of updates to stop after; nil for all. Nothing happens if it is not ahead.
  ///   - onProgress: Called after each full interval of losses.
  /// - Precondition: `source.observedDimension` is the architecture's.
  /// - Complexity: O(parameters · batchSize) a step, through BLAS.
  public func run(
    source: any BatchSource, untilStep: Int? = nil, onProgress: (LossRecord) -> Void = { _ in }
  ) {
    precondition(
      source.observedDimension == architecture.observedDimension,
      "a source of \(source.observedDimension) columns for an architecture of \(architecture.observedDimension)")
    let end = min(untilStep ?? configuration.steps, configuration.steps)
    guard step < end, divergence == nil else { return }
    BLASRuntime.flushingDenormals { train(on: source, until: end, onProgress) }
  }

  /// Trains on until a step that is ahead.
  private func train(on source: any BatchSource, until end: Int, _ onProgress: (LossRecord) -> Void) {
    guard let standardization = self.standardization ?? estimateStandardization(source) else { return }
    self.standardization = standardization
    if !sharesFlags {
      network.shareFlags(source.maskGroups)
      sharesFlags = true
    }
    network.prepareWeights()
    standardization.mean.withUnsafeBufferPointer { mean in
      standardization.inverseDeviation.withUnsafeBufferPointer { inverseDeviation in
        while step < end, divergence == nil {
          let batch = batch(of: source, until: end)
          advance(on: batch, mean: mean.baseAddress!, inverseDeviation: inverseDeviation.baseAddress!, onProgress)
        }
        // The loss of a step tells of the updates before it; the last one has no step after it.
        if divergence == nil, step == configuration.steps {
          checkLastUpdate(batch(of: source, until: end), mean, inverseDeviation)
        }
      }
    }
  }

  /// The batch of the present step. Where two threads compute a step, each draws a batch if the source allows it: the next one
  /// is ready then. None is drawn that this run does not come to, unless it diverges before.
  private func batch(of source: any BatchSource, until end: Int) -> Batch {
    if let ready = batches.first(where: { $0.step == step }) { return ready }
    let isFollowed = step + 1 < end || step + 1 == configuration.steps
    let drawsTwo = network.worksAtOnce(threads: threads) && source.allowsConcurrentFills && isFollowed
    while batches.count < (drawsTwo ? 2 : 1) {
      batches.append(
        Batch(
          rows: configuration.batchSize, observedDimension: architecture.observedDimension,
          restrictsLoss: batches.first?.restrictsLoss ?? source.restrictsLoss))
    }
    if drawsTwo {
      network.atOnce(threads: threads) { batches[$0].fill(step: step + $0, from: source) }
    } else {
      batches[0].fill(step: step, from: source)
    }
    return batches[0]
  }

  /// One step on a batch.
  private func advance(
    on batch: Batch, mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>,
    _ onProgress: (LossRecord) -> Void
  ) {
    let loss = network.run(
      batch, mean: mean, inverseDeviation: inverseDeviation, withGradient: true, threads: threads)
    if let reason = divergenceReason(loss, batch) {
      divergence = Divergence(step: step, reason: reason)
      return
    }
    var clipping = 1.0
    if let limit = configuration.gradientNormLimit {
      let norm = network.gradientNorm()
      guard norm.isFinite else {
        divergence = Divergence(step: step, reason: .nonFiniteGradient)
        return
      }
      clipping = clippingFactor(norm: norm, limit: limit)
    }
    let adam = AdamStep(step: step, configuration: configuration)
    let gradients = network.gradients
    network.update(threads: threads) { range in
      let start = range.lowerBound
      TrainingPasses.own.apply(
        adam, parameters: network.parameters + start, gradients: gradients.first + start,
        adding: gradients.second.map { $0 + start }, first: firstMoment.pointer + start,
        second: secondMoment.pointer + start, count: range.count, gradientFactor: clipping)
    }
    step += 1
    intervalLoss += loss
    if step % configuration.lossInterval == 0 {
      let record = LossRecord(step: step, loss: Float(intervalLoss / Double(configuration.lossInterval)))
      losses.append(record)
      intervalLoss = 0
      onProgress(record)
    }
  }

  /// Evaluates the loss on one more batch, without an update.
  private func checkLastUpdate(
    _ batch: Batch, _ mean: UnsafeBufferPointer<Float>, _ inverseDeviation: UnsafeBufferPointer<Float>
  ) {
    let loss = network.run(
      batch, mean: mean.baseAddress!, inverseDeviation: inverseDeviation.baseAddress!, withGradient: false,
      threads: threads)
    if let reason = divergenceReason(loss, batch) {
      divergence = Divergence(step: step, reason: reason)
    }
  }

  private func divergenceReason(_ loss: Double, _ batch: Batch) -> Divergence.Reason? {
    guard loss.isFinite else {
      // Looked for only now: healthy steps pay nothing.
      return nonFinite(UnsafeBufferPointer(batch.observed.elements), isCalibration: false) ?? .nonFiniteLoss
    }
    if referenceLoss == nil, loss > 0 { referenceLoss = loss }
    guard let referenceLoss, loss > configuration.divergenceFactor * referenceLoss else { return nil }
    return .exploded(loss: loss, limit: configuration.divergenceFactor * referenceLoss)
  }

  /// Nil if a calibration sample is not finite, which ends the training.
  private func estimateStandardization(_ source: any BatchSource) -> Standardization? {
    guard configuration.standardizesInput else { return .identity(columns: architecture.observedDimension) }
    let samples = source.calibrationSamples(
      configuration.standardizationSamples, batchSize: configuration.batchSize)
    let estimate = Standardization(estimatedFrom: samples)
    // A value that is not finite leaves no finite mean.
    if !estimate.mean.allSatisfy(\.isFinite),
      let reason = samples.withUnsafeElements({ nonFinite($0, isCalibration: true) })
    {
      divergence = Divergence(step: step, reason: reason)
      return nil
    }
    return estimate
  }

  /// The first value that is not finite, in row order.
  private func nonFinite(_ values: UnsafeBufferPointer<Float>, isCalibration: Bool) -> Divergence.Reason? {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return nil }
    let columns = architecture.observedDimension
    return .nonFiniteData(row: index / columns, column: index % columns, isCalibration: isCalibration)
  }

  /// How the training stands.
  public var result: TrainingResult {
    let outcome: TrainingResult.Outcome =
      if let divergence { .diverged(divergence) } else if step >= configuration.steps { .finished } else { .unfinished }
    return TrainingResult(outcome: outcome, steps: step, losses: losses)
  }

  /// The model with the present parameters, copied.
  ///
  /// Before the first run its standardisation is the identity.
  public var model: MaskedAutoencoder {
    MaskedAutoencoder(
      architecture: architecture,
      flatParameters: Array(UnsafeBufferPointer(start: network.parameters, count: network.layout.count)),
      standardization: standardization ?? .identity(columns: architecture.observedDimension))
  }
}
