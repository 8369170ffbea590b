internal import GenerativeModels
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Stochastics

/// Training batches of fresh samples: sample t of the training (t = step · batchSize + row) is sample t of the generator
/// under `key.child("samples")`; the masks of a step come from `key.child("masks").child(step)`.
struct GeneratorSource: BatchSource {
  let model: GenerativeModel
  let masks: MaskSampler
  let sharing: MaskSharing
  let key: RandomKey

  var observedDimension: Int { model.graph.observedDimension }

  func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let first = UInt64(step) * UInt64(batchSize)
    model.fillObserved(first..<first + UInt64(batchSize), key: key.child("samples"), into: observed)
    var stream = RandomStream(key.child("masks").child(step))
    masks.fill(batch: mask, sharing: sharing, using: &stream)
  }
}
