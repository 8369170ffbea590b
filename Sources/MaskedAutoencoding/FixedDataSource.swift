public import HierarchicalGraphs
public import LinearAlgebra
public import Stochastics
internal import Synchronization

/// Batches from a fixed data set: every epoch runs through all samples in a new random order, with new masks.
///
/// Sample t of the training (t = step · batchSize + row) is number t mod n of epoch ⌊t/n⌋, so batches may span two
/// epochs. The order of an epoch comes from `key.child("order").child(epoch)`, the masks of a step from
/// `key.child("masks").child(step)`.
public final class FixedDataSource: BatchSource {
  /// The samples, shape (n, D).
  public let samples: Matrix<Float>
  /// The law of the masks over the columns.
  public let masks: MaskSampler
  /// Whether every sample of a batch has a mask of its own.
  public let sharing: MaskSharing
  /// Which masked observables count in the loss.
  public let targets: MaskTargets
  private let key: RandomKey
  /// The orders that were made last, four at most: a batch may span two epochs, and two batches may be filled at once.
  private let orders = Mutex<[(epoch: Int, order: [Int])]>([])

  /// Batches from a data set.
  ///
  /// - Parameters:
  ///   - samples: Shape (n, D), n ≥ 1.
  ///   - masks: The law of the masks over the D columns.
  ///   - sharing: Whether every sample of a batch has a mask of its own.
  ///   - targets: Which masked observables count in the loss.
  ///   - key: The source of orders and masks.
  /// - Precondition: the sampler has D columns.
  public init(
    samples: Matrix<Float>, masks: MaskSampler, sharing: MaskSharing = .perSample, targets: MaskTargets = .all,
    key: RandomKey
  ) {
    precondition(samples.rows > 0, "a data set without samples")
    precondition(
      masks.columnCount == samples.columns, "masks of \(masks.columnCount) columns for \(samples.columns) columns")
    self.samples = samples
    self.masks = masks
    self.sharing = sharing
    self.targets = targets
    self.key = key
  }

  /// D.
  public var observedDimension: Int { samples.columns }

  /// The orders of epochs, which batches share, are behind a lock.
  public var allowsConcurrentFills: Bool { true }

  /// The columns of a patch are masked together.
  public var maskGroups: [Int] { masks.patches }

  /// The whole data set: there is no better estimate.
  public func calibrationSamples(_ samples: Int, batchSize: Int) -> Matrix<Float> { self.samples }

  /// Writes the samples and masks of a step. See ``BatchSource``.
  public func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    let (n, d) = (samples.rows, samples.columns)
    precondition(observed.count == batchSize * d && mask.count == batchSize * d, "batch buffers of the wrong size")
    samples.withUnsafeElements { values in
      var (current, order): (Int, [Int]) = (-1, [])
      for row in 0..<batchSize {
        let (epoch, position) = (step * batchSize + row).quotientAndRemainder(dividingBy: n)
        if epoch != current { (current, order) = (epoch, self.order(epoch)) }
        let source = values.baseAddress! + order[position] * d
        (observed.baseAddress! + row * d).update(from: source, count: d)
      }
    }
    var stream = BulkRandomStream(key.child("masks").child(step))
    masks.fill(batch: mask, sharing: sharing, using: &stream)
  }

  /// Whether not all masked entries count.
  public var restrictsLoss: Bool { targets != .all }

  /// Writes which entries count in the loss. See ``BatchSource``.
  public func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>) {
    masks.fillCounted(targets, of: mask, into: counted)
  }

  /// The order of the samples in an epoch.
  private func order(_ epoch: Int) -> [Int] {
    orders.withLock { orders in
      if let made = orders.first(where: { $0.epoch == epoch }) { return made.order }
      var stream = RandomStream(key.child("order").child(epoch))
      let order = stream.permutation(samples.rows)
      if orders.count == 4 { orders.removeFirst() }
      orders.append((epoch, order))
      return order
    }
  }
}
