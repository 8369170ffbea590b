public import LinearAlgebra

/// Where a training's samples and masks come from: fresh ones at every step, or a fixed data set.
///
/// A batch must be a pure function of the step and the batch size, whatever was asked before: that makes a resumed
/// training equal to an uninterrupted one. A source that needs scratch memory is a class that allocates it once,
/// and does not allow ``allowsConcurrentFills``.
public protocol BatchSource {
  /// D, the number of observed columns.
  var observedDimension: Int { get }

  /// Writes the batch of one step.
  ///
  /// - Parameters:
  ///   - step: Zero-based.
  ///   - batchSize: The number of samples of a step.
  ///   - observed: (batchSize, D), row-major; receives all values, the masked ones included.
  ///   - mask: (batchSize, D); receives 1 for masked and 0 for visible, nothing else. Rows without a masked entry, even a
  ///     whole batch, are allowed and add nothing to the loss.
  func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>)

  /// Whether ``fill(step:batchSize:observed:mask:)`` and ``fillCounted(mask:into:)`` may run for two batches at the same time:
  /// only if calls share nothing that is written, scratch memory of the source included. Where a step computes the halves of
  /// a batch on two threads, each then draws one of the next two batches, the later one perhaps first and on a thread of its
  /// own; else one thread draws while the other waits.
  ///
  /// The default says that they may not.
  var allowsConcurrentFills: Bool { get }

  /// Which columns are always masked together: D numbers, equal for two columns whose flags are equal in every sample of
  /// every batch. The networks then read the flag of a group once, which is the same function and less work.
  /// Training traps if it finds that they are not: all flags of the first batch are compared, of later ones how often each
  /// column is masked.
  ///
  /// The default says that there are none.
  var maskGroups: [Int] { get }

  /// Whether only some of the masked entries count in the loss: those that ``fillCounted(mask:into:)`` says.
  var restrictsLoss: Bool { get }

  /// Writes which entries of a batch count in the loss; called only if ``restrictsLoss``.
  ///
  /// - Parameters:
  ///   - mask: (batchSize, D), row-major, as ``fill(step:batchSize:observed:mask:)`` left it.
  ///   - counted: (batchSize, D); receives 1 where a masked entry counts, and 0 elsewhere.
  func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>)

  /// The samples that standardisation is estimated from, shape (at least `samples` if there are so many, D).
  ///
  /// The default takes the values of the first batches.
  func calibrationSamples(_ samples: Int, batchSize: Int) -> Matrix<Float>
}

extension BatchSource {
  /// One batch at a time, on the thread that trains.
  public var allowsConcurrentFills: Bool { false }

  /// Every column is a group of its own.
  public var maskGroups: [Int] { Array(0..<observedDimension) }

  /// All masked entries count, as in MAE.
  public var restrictsLoss: Bool { false }

  /// All masked entries count.
  public func fillCounted(mask: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>) {
    _ = counted.initialize(from: mask)
  }

  /// The values of batches 0, 1, … until there are `samples` rows.
  public func calibrationSamples(_ samples: Int, batchSize: Int) -> Matrix<Float> {
    let batches = (samples + batchSize - 1) / batchSize
    let size = batchSize * observedDimension
    var values = Matrix<Float>(rows: batches * batchSize, columns: observedDimension)
    var mask = [Float](repeating: 0, count: size)
    values.withUnsafeMutableElements { values in
      mask.withUnsafeMutableBufferPointer { mask in
        for step in 0..<batches {
          let observed = UnsafeMutableBufferPointer(rebasing: values[step * size..<(step + 1) * size])
          fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
        }
      }
    }
    return values
  }
}
