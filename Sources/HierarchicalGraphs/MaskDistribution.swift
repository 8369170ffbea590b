/// How masks are drawn: a law over subsets of the patches of a grid.
public struct MaskDistribution: Sendable, Equatable {
  /// The law over patches.
  public enum Law: Sendable, Equatable {
    /// Exactly `maskedPatches(ratio:patchCount:)` patches, uniformly without replacement, as in MAE (He et al. 2022).
    case exactCount(ratio: Double)
    /// Every patch independently with probability `ratio`, drawn again while nothing or everything is masked.
    case bernoulli(ratio: Double)
    /// Always the same mask.
    case fixed(Mask)
  }

  /// The law over patches.
  public let law: Law
  /// The positions of each patch's observables on the grid.
  public let patches: [[Int]]
  /// The number of observables.
  public let observableCount: Int

  /// The distribution of a law on a grid.
  ///
  /// - Parameter patchSize: The side of a patch, in observables; ignored by a fixed mask.
  /// - Throws: ``GraphError/invalidMaskRatio(_:)`` unless 0 < ratio < 1, patch errors of
  ///   ``ObservationGrid/patches(ofSize:)``, ``GraphError/invalidMask(_:)`` for a fixed mask of the wrong length or one
  ///   that hides nothing or everything.
  public init(_ law: Law, grid: ObservationGrid, patchSize: Int) throws(GraphError) {
    self.law = law
    observableCount = grid.count
    switch law {
    case .exactCount(let ratio), .bernoulli(let ratio):
      guard ratio > 0, ratio < 1 else { throw .invalidMaskRatio(ratio) }
      patches = try grid.patches(ofSize: patchSize)
    case .fixed(let mask):
      guard mask.isMasked.count == grid.count else {
        throw .invalidMask("a mask of \(mask.isMasked.count) observables on a grid of \(grid.count); give one flag for each")
      }
      guard mask.maskedCount > 0 else { throw .invalidMask("the mask hides nothing, so there is nothing to predict; mask at least one observable") }
      guard mask.maskedCount < grid.count else { throw .invalidMask("the mask hides everything, so nothing is visible; leave at least one observable visible") }
      patches = (0..<grid.count).map { [$0] }
    }
  }

  /// The number of masked patches at a ratio: the product rounded to the nearest integer (halves away from zero), at least
  /// 1 and at most `patchCount − 1`, so that something is predicted and something is visible.
  public static func maskedPatches(ratio: Double, patchCount: Int) -> Int {
    min(max(1, Int((ratio * Double(patchCount)).rounded())), patchCount - 1)
  }

  /// Draws one mask.
  ///
  /// - Parameter generator: The source of randomness; a fixed mask draws nothing.
  /// - Complexity: O(observables).
  @inlinable
  public func draw(using generator: inout some RandomNumberGenerator) -> Mask {
    if case .fixed(let mask) = law { return mask }
    var flags = [Bool](repeating: false, count: observableCount)
    for patch in drawPatches(using: &generator) { for position in patches[patch] { flags[position] = true } }
    return Mask(flags)
  }

  /// Draws the set of masked patches.
  @inlinable
  func drawPatches(using generator: inout some RandomNumberGenerator) -> [Int] {
    switch law {
    case .fixed(let mask): return patches.indices.filter { mask.isMasked[$0] }
    case .exactCount(let ratio):
      // A partial Fisher–Yates shuffle: the first k of a random order are a uniform k-subset.
      let k = Self.maskedPatches(ratio: ratio, patchCount: patches.count)
      var order = Array(patches.indices)
      for i in 0..<k { order.swapAt(i, i + boundedWord(below: order.count - i, using: &generator)) }
      return Array(order[..<k])
    case .bernoulli(let ratio):
      while true {
        let chosen = patches.indices.filter { _ in Double(generator.next() >> 11) * 0x1p-53 < ratio }
        if !chosen.isEmpty, chosen.count < patches.count { return chosen }
      }
    }
  }
}

/// A uniform integer in 0..<bound without bias (Lemire 2019): written out so that its draws never change with the
/// standard library's version.
@inlinable
func boundedWord(below bound: Int, using generator: inout some RandomNumberGenerator) -> Int {
  let bound = UInt64(bound)
  while true {
    let (high, low) = generator.next().multipliedFullWidth(by: bound)
    if low >= bound || low >= (0 &- bound) % bound { return Int(high) }
  }
}
