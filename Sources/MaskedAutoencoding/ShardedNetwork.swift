internal import LinearAlgebra

/// One network whose batches are computed in two halves that share the parameters: on one thread one after the other, on two
/// at once.
///
/// The halves are the same whatever the number of threads, and their gradients are added in the same order, so that threads
/// change no bit. On one thread they take turns with one workspace, so that activations take half the room in the caches (parts
/// smaller than halves gained nothing). Batches of fewer than ``splitRows`` rows are not split: their products would become too
/// small.
final class ShardedNetwork {
  /// Batches of at least so many rows are halved.
  static let splitRows = 256

  let layout: ParameterLayout
  /// The first one owns the parameters.
  private var shards: [Network<Float>]
  /// Whether both halves have one workspace: until two threads need one each.
  private var sharesWorkspace = true
  /// The first row of each half.
  private let firstRows: [Int]
  private let observedDimension: Int
  /// Whether every flag of a batch has been compared since columns share them.
  private var hasComparedFlags = false
  private let batchSize: Int
  /// There from the first step on two threads on.
  private lazy var helper = HelperThread()

  init(_ architecture: AutoencoderArchitecture, batchSize: Int) {
    let half = (batchSize + 1) / 2
    let first = Network<Float>(architecture, batchSize: batchSize < Self.splitRows ? batchSize : half)
    shards = [first]
    if batchSize >= Self.splitRows {
      shards.append(Network(architecture, batchSize: batchSize - half, sharing: first, sharesWorkspace: true))
    }
    firstRows = [0, half]
    layout = first.layout
    observedDimension = architecture.observedDimension
    self.batchSize = batchSize
  }

  /// Lets columns that are always masked together have one flag in the networks' inputs.
  ///
  /// ``prepareWeights()`` must follow.
  ///
  /// - Parameter groupOfColumn: Equal numbers for the columns of a group. Nothing changes if every column is alone.
  func shareFlags(_ groupOfColumn: [Int]) {
    precondition(
      groupOfColumn.count == observedDimension, "\(groupOfColumn.count) groups for \(observedDimension) columns")
    let flags = SharedFlags<Float>(groupOfColumn, layout)
    guard flags.columns.count < observedDimension else { return }
    for shard in shards { shard.use(flags) }
    hasComparedFlags = false
  }

  /// Traps if columns that should be masked together are not: in the first batch in any row, in later ones, where it must cost
  /// next to nothing, if they are not masked equally often.
  private func checkGroups(_ batch: Batch) {
    guard let flags = shards[0].sharedFlags else { return }
    guard !hasComparedFlags else { return compare(flags, batch.timesMasked) }
    for row in 0..<batchSize { compare(flags, batch.mask.pointer + row * observedDimension) }
    hasComparedFlags = true
  }

  /// Traps if a column's number is not that of its group.
  private func compare(_ flags: SharedFlags<Float>, _ numbers: UnsafePointer<Float>) {
    for (column, group) in flags.groupOfColumn.enumerated() where numbers[column] != numbers[flags.columns[group]] {
      // Not a precondition: in release those say nothing, and what is wrong is in a source that users write.
      fatalError(
        """
        columns \(flags.columns[group]) and \(column) are not masked together, but have one number in the batch source's \
        maskGroups: give them two, or the same flags in every sample
        """)
    }
  }

  /// All parameters, one flat block.
  var parameters: UnsafeMutablePointer<Float> { shards[0].parameters }
  /// The gradients of both halves after ``run(_:mean:inverseDeviation:withGradient:threads:)``, of which
  /// that of the batch is the sum; the second is nil for batches that are not halved.
  var gradients: (first: UnsafePointer<Float>, second: UnsafePointer<Float>?) {
    (UnsafePointer(shards[0].gradients.pointer), shards.count > 1 ? UnsafePointer(shards[1].gradients.pointer) : nil)
  }

  /// Prepares what networks derive from their parameters: after these were changed otherwise than by ``update(threads:_:)``.
  func prepareWeights() {
    shards[0].prepareWeights()
  }

  /// Calls `body` once for each side with the places of its parameters, which it changes, on two threads if there are; then
  /// prepares what networks derive from that side, while it is in cache.
  func update(threads: Int, _ body: (Range<Int>) -> Void) {
    atOnce(threads: threads) { index in
      let side: Side = index == 0 ? .encoder : .decoder
      body(layout.range(side))
      shards[0].prepareWeights(side)
    }
  }

  /// The Euclidean norm of the batch's gradient.
  func gradientNorm() -> Double { euclideanNorm(gradients.first, adding: gradients.second, count: layout.count) }

  /// The loss Σ m(ŷ − x)² / Σ m of a batch and, if wanted, its gradient; m are the masked entries that count.
  ///
  /// - Precondition: what the networks derive from their parameters is that of the present ones.
  /// - Parameters:
  ///   - batch: Of the network's size.
  ///   - mean: (D), subtracted.
  ///   - inverseDeviation: (D), multiplied by.
  ///   - threads: 1, or more for both halves at once.
  func run(
    _ batch: Batch, mean: UnsafePointer<Float>, inverseDeviation: UnsafePointer<Float>, withGradient: Bool,
    threads: Int
  ) -> Double {
    if worksAtOnce(threads: threads), sharesWorkspace {
      sharesWorkspace = false
      shards[1] = Network(shards[0].architecture, batchSize: shards[1].batchSize, sharing: shards[0])
      if let flags = shards[0].sharedFlags { shards[1].use(flags) }
    }
    // Both halves divide by the entries of the whole batch that count.
    let total = batch.countedEntries
    checkGroups(batch)
    var losses = [Double](repeating: 0, count: shards.count)
    losses.withUnsafeMutableBufferPointer { losses in
      // Every half writes its own loss, activations and gradients.
      atOnce(threads: threads) { index in
        guard index < shards.count else { return }
        let (shard, start) = (shards[index], firstRows[index] * observedDimension)
        shard.load(
          observed: batch.observed.pointer + start, mask: batch.mask.pointer + start,
          counted: batch.counted.map { $0 + start }, mean: mean, inverseDeviation: inverseDeviation)
        shard.forward()
        losses[index] = shard.loss(maskedCount: total)
        if withGradient { shard.backward() }
      }
    }
    return losses.reduce(0, +)
  }

  /// Whether there are two threads for a step, and its batch is large enough to be halved.
  func worksAtOnce(threads: Int) -> Bool { threads > 1 && shards.count > 1 }

  /// Calls `body` with 0 and 1, for two things that share nothing that either writes: at the same time if
  /// ``worksAtOnce(threads:)``.
  func atOnce(threads: Int, _ body: (Int) -> Void) {
    guard worksAtOnce(threads: threads) else {
      body(0)
      return body(1)
    }
    helper.both { index in
      BLASRuntime.flushingDenormals { body(index) }
    }
  }
}
