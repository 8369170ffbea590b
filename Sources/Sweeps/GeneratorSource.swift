public import GenerativeModels
public import HierarchicalGraphs
public import MaskedAutoencoding
public import Stochastics

/// Training batches of fresh samples: sample t of the training (t = step · batchSize + row) is sample t of the generator
/// under `key.child("samples")`; the masks of a step come from `key.child("masks").child(step)`.
public struct GeneratorSource: BatchSource {
  let model: GenerativeModel
  let masks: MaskSampler
  let sharing: MaskSharing
  let targets: MaskTargets
  /// The source of masks.
  private let maskKey: RandomKey
  private let sampleKeys: SampleKeys

  /// Batches of a generator.
  ///
  /// - Parameters:
  ///   - model: What samples are drawn from.
  ///   - masks: The law of the masks over the model's observed columns.
  ///   - sharing: Whether every sample of a batch has a mask of its own.
  ///   - targets: Which masked observables count in the loss.
  ///   - key: The source of samples and masks.
  public init(
    model: GenerativeModel, masks: MaskSampler, sharing: MaskSharing = .perSample, targets: MaskTargets = .all,
    key: RandomKey
  ) {
    (self.model, self.masks, self.sharing, self.targets) = (model, masks, sharing, targets)
    maskKey = key.child("masks")
    sampleKeys = SampleKeys(model, key: key.child("samples"))
  }

  /// D, the number of observed columns.
  public var observedDimension: Int { model.graph.observedDimension }

  /// Batches share nothing that is written.
  public var allowsConcurrentFills: Bool { true }

  /// The columns of a patch are masked together.
  public var maskGroups: [Int] { masks.patches }

  /// Whether not all masked entries count.
  public var restrictsLoss: Bool { targets != .all }

  /// Writes which entries count in the loss. See `BatchSource`.
  public func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>) {
    masks.fillCounted(targets, of: mask, into: counted)
  }

  /// Draws the samples and masks of a step. See `BatchSource`.
  public func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let first = UInt64(step) * UInt64(batchSize)
    model.fillObserved(first..<first + UInt64(batchSize), keys: sampleKeys, into: observed)
    var stream = BulkRandomStream(maskKey.child(step))
    masks.fill(batch: mask, sharing: sharing, using: &stream)
  }
}
