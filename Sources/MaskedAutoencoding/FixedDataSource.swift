public import HierarchicalGraphs
public import LinearAlgebra
public import Stochastics

/// Batches from a fixed data set: every epoch runs through all samples in a new random order, with new masks.
///
/// Sample t of the training (t = step · batchSize + row) is number t mod n of epoch ⌊t/n⌋, so batches may span two
/// epochs. The order of an epoch comes from `key.child("order").child(epoch)`, the mask of a sample from
/// `key.child("masks").child(step).child(row)`, or, if a batch shares its mask, `key.child("masks").child(step)`.
public final class FixedDataSource: BatchSource {
  /// The samples, shape (n, D).
  public let samples: Matrix<Float>
  /// The law of the masks over observables.
  public let masks: MaskDistribution
  /// Whether all samples of a batch have the same mask.
  public let sharesMaskInBatch: Bool
  /// The columns of each observable.
  private let columns: [Range<Int>]
  private let key: RandomKey
  private var epoch = -1
  private var order: [Int] = []

  /// - Parameters:
  ///   - samples: Shape (n, D), n ≥ 1.
  ///   - masks: The law of the masks; its `observableCount` observables fill the D columns in order.
  ///   - dimensions: The number of columns of each observable; nil if all have one.
  ///   - sharesMaskInBatch: Whether all samples of a batch have the same mask.
  ///   - key: The source of orders and masks.
  /// - Precondition: the dimensions are positive, as many as observables, and add up to D.
  public init(
    samples: Matrix<Float>, masks: MaskDistribution, dimensions: [Int]? = nil, sharesMaskInBatch: Bool = false,
    key: RandomKey
  ) {
    let dimensions = dimensions ?? [Int](repeating: 1, count: masks.observableCount)
    precondition(samples.rows > 0, "a data set without samples")
    precondition(dimensions.allSatisfy { $0 > 0 }, "dimensions \(dimensions)")
    precondition(
      dimensions.count == masks.observableCount && dimensions.reduce(0, +) == samples.columns,
      "\(dimensions.count) observables with \(dimensions.reduce(0, +)) columns; the masks have "
        + "\(masks.observableCount) observables, the samples \(samples.columns) columns")
    self.samples = samples
    self.masks = masks
    self.sharesMaskInBatch = sharesMaskInBatch
    self.key = key
    var start = 0
    columns = dimensions.map { width in
      defer { start += width }
      return start..<start + width
    }
  }

  /// D.
  public var observedDimension: Int { samples.columns }

  /// The whole data set: there is no better estimate.
  public func calibrationSamples(_ samples: Int, batchSize: Int) -> Matrix<Float> { self.samples }

  /// Writes the samples and masks of a step. See ``BatchSource``.
  public func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let (n, d) = (samples.rows, samples.columns)
    precondition(observed.count == batchSize * d && mask.count == batchSize * d, "batch buffers of the wrong size")
    samples.withUnsafeElements { values in
      for row in 0..<batchSize {
        let (epoch, position) = (step * batchSize + row).quotientAndRemainder(dividingBy: n)
        if epoch != self.epoch { shuffle(epoch) }
        let source = values.baseAddress! + order[position] * d
        (observed.baseAddress! + row * d).update(from: source, count: d)
      }
    }
    let stepKey = key.child("masks").child(step)
    if sharesMaskInBatch {
      var stream = RandomStream(stepKey)
      let drawn = masks.draw(using: &stream)
      for row in 0..<batchSize { write(drawn, to: mask.baseAddress! + row * d) }
    } else {
      for row in 0..<batchSize {
        var stream = RandomStream(stepKey.child(row))
        write(masks.draw(using: &stream), to: mask.baseAddress! + row * d)
      }
    }
  }

  private func shuffle(_ epoch: Int) {
    var stream = RandomStream(key.child("order").child(epoch))
    order = stream.permutation(samples.rows)
    self.epoch = epoch
  }

  private func write(_ drawn: Mask, to row: UnsafeMutablePointer<Float>) {
    for (range, isMasked) in zip(columns, drawn.isMasked) {
      for column in range { row[column] = isMasked ? 1 : 0 }
    }
  }
}
