internal import LinearAlgebra
internal import Recovery

/// One recovery score of every block of targets.
protocol RecoveryMetric: Sendable {
  /// The name in `results.csv`.
  var name: String { get }
  /// One score for each of `targets.blocks`.
  func scores(_ split: HeldOutSplit, targets: TargetBlocks) throws -> [Double]
}

/// Held-out R² of a probe: the unweighted mean over a block's columns.
struct ProbeMetric: RecoveryMetric {
  let name: String
  let probe: any Probe
  /// Train and test rows are cut to this number; nil for all.
  let maximumRows: Int?

  func scores(_ split: HeldOutSplit, targets: TargetBlocks) throws -> [Double] {
    let r2 = try probe.heldOutR2(try split.limited(to: maximumRows), groups: targets.groups)
    return R2.groupMeans(r2, groups: targets.blocks.map(\.columns))
  }
}

/// Mean held-out canonical correlation between the features and a block.
struct CanonicalMetric: RecoveryMetric {
  let name: String

  func scores(_ split: HeldOutSplit, targets: TargetBlocks) throws -> [Double] {
    try meanCanonicalCorrelations(split, groups: targets.blocks.map(\.columns))
  }
}

extension HeldOutSplit {
  /// The first rows of both parts.
  fileprivate func limited(to rows: Int?) throws -> HeldOutSplit {
    guard let rows, trainFeatures.rows > rows || testFeatures.rows > rows else { return self }
    let (train, test) = (0..<min(rows, trainFeatures.rows), 0..<min(rows, testFeatures.rows))
    return try HeldOutSplit(
      trainFeatures: trainFeatures.rows(train), trainTargets: trainTargets.rows(train),
      testFeatures: testFeatures.rows(test), testTargets: testTargets.rows(test))
  }
}
