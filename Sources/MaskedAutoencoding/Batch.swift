internal import LinearAlgebra

/// Room for one batch, as its source wrote it, with what networks need to know of all of it.
final class Batch {
  /// The step that it is the batch of; nil before the first.
  private(set) var step: Int?
  private let observedDimension: Int
  private let rows: Int
  /// (batch, D), row-major.
  let observed: AlignedBuffer<Float>
  /// (batch, D): 1 for masked and 0 for visible.
  let mask: AlignedBuffer<Float>
  /// (batch, D): 1 for the masked entries that count in the loss; empty where all of them do.
  private let restriction: AlignedBuffer<Float>
  /// (D): how often each column is masked, and how often it counts in the loss; the second is empty where all masked entries
  /// do. Whole numbers below 2²⁴, so that sums are exact.
  private let maskedSums, countedSums: AlignedBuffer<Float>

  init(rows: Int, observedDimension: Int, restrictsLoss: Bool) {
    (self.rows, self.observedDimension) = (rows, observedDimension)
    observed = AlignedBuffer(count: rows * observedDimension)
    mask = AlignedBuffer(count: rows * observedDimension)
    restriction = AlignedBuffer(count: restrictsLoss ? rows * observedDimension : 0)
    maskedSums = AlignedBuffer(count: observedDimension)
    countedSums = AlignedBuffer(count: restrictsLoss ? observedDimension : 0)
  }

  /// Which masked entries count in the loss, (batch, D); nil: all of them.
  var counted: UnsafePointer<Float>? { restrictsLoss ? UnsafePointer(restriction.pointer) : nil }

  /// Whether not all masked entries count in the loss.
  var restrictsLoss: Bool { restriction.count > 0 }

  /// How often each column is masked, (D).
  var timesMasked: UnsafePointer<Float> { UnsafePointer(maskedSums.pointer) }

  /// The number of entries that count in the loss.
  var countedEntries: Double {
    let sums = countedSums.count > 0 ? countedSums.elements : maskedSums.elements
    return sums.reduce(0) { $0 + Double($1) }
  }

  /// Takes the batch of a step from a source.
  func fill(step: Int, from source: any BatchSource) {
    precondition(source.restrictsLoss == restrictsLoss, "a source that changes whether it restricts the loss")
    source.fill(step: step, batchSize: rows, observed: observed.elements, mask: mask.elements)
    Float.columnSums(mask.pointer, into: maskedSums.pointer, rows: rows, stride: observedDimension)
    if restrictsLoss {
      source.fillCounted(mask: UnsafeBufferPointer(mask.elements), into: restriction.elements)
      Float.columnSums(restriction.pointer, into: countedSums.pointer, rows: rows, stride: observedDimension)
    }
    self.step = step
  }
}
