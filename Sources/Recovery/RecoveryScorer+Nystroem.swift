internal import LinearAlgebra
internal import Stochastics

extension RecoveryScorer {
  /// A score of one block.
  public struct BlockScore: Sendable, Equatable {
    /// The score.
    public let value: Double
    /// The share of the kernel's trace that the landmarks of a Nyström score lose, see ``NystroemProbe/Fit/traceError``; nil for
    /// other metrics.
    public let traceError: Double?

    /// A score.
    public init(value: Double, traceError: Double? = nil) { (self.value, self.traceError) = (value, traceError) }
  }

  /// ``scores(_:_:groups:blocks:)`` with the errors of the Nyström approximation.
  ///
  /// - Parameters:
  ///   - metric: As there.
  ///   - split: As there.
  ///   - groups: As there; every group has its kernel width, hence its error.
  ///   - blocks: As there. The error of a block is the largest of the groups that it meets, of the two regressions of a partial R²
  ///     the larger, and 0 where the reverse has no live dimension.
  /// - Returns: As there.
  /// - Throws: ``RecoveryError``.
  public func blockScores(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, groups: [Range<Int>], blocks: [TargetBlock]
  ) throws(RecoveryError) -> [BlockScore?] {
    guard metric.isNystroem else {
      return try scores(metric, split, groups: groups, blocks: blocks).map { $0.map { BlockScore(value: $0) } }
    }
    guard metric == .r2Nystroem else {
      var result: [BlockScore?] = []
      for block in blocks { result.append(try nystroem(metric, split, block)) }
      return result
    }
    let split = split.withTargetsInRange
    let fit = try nystroemProbe.fit(split, groups: groups)
    let r2 = R2.perColumn(predictions: fit.predictions, targets: split.testTargets)
    return zip(blocks, R2.groupMeans(r2, groups: blocks.map(\.columns))).map { block, value in
      let met = groups.indices.filter { groups[$0].overlaps(block.columns) }
      return BlockScore(value: value, traceError: met.map { fit.traceErrors[$0] }.max() ?? 0)
    }
  }

  var nystroemProbe: SearchedNystroemProbe {
    SearchedNystroemProbe(search: kernelProbe, landmarks: limits.landmarks, key: key.child("nystroem"))
  }

  /// A reverse or partial score of one block; nil for a partial one that is not defined.
  private func nystroem(
    _ metric: RecoveryMetric, _ split: HeldOutSplit, _ block: TargetBlock
  ) throws(RecoveryError) -> BlockScore? {
    func fitted(_ split: HeldOutSplit) throws(RecoveryError) -> (r2: [Double], traceError: Double) {
      let split = split.withTargetsInRange
      let fit = try nystroemProbe.fit(split, groups: [0..<split.trainTargets.columns])
      return (R2.perColumn(predictions: fit.predictions, targets: split.testTargets), fit.traceErrors[0])
    }
    if metric.isPartial {
      guard let (own, family) = Self.partial(split, block) else { return nil }
      let (reduced, full) = PartialR2.splits(family, group: own)
      let (without, with) = (try fitted(reduced), try fitted(full))
      return BlockScore(
        value: mean(PartialR2.perColumn(without: without.r2, with: with.r2)),
        traceError: max(without.traceError, with.traceError))
    }
    let reversed = split.targetColumns(block.columns).reversedLive
    guard reversed.trainTargets.columns > 0 else { return BlockScore(value: 0, traceError: 0) }
    let fit = try fitted(reversed)
    return BlockScore(value: mean(fit.r2), traceError: fit.traceError)
  }
}
