/// How masks are drawn: a law over subsets of the patches of a grid.
public struct MaskDistribution: Sendable, Equatable {
  /// The law over patches.
  public enum Law: Sendable, Equatable {
    /// Exactly `maskedPatches(ratio:patchCount:)` patches, uniformly without replacement, as in MAE (He et al. 2022).
    case exactCount(ratio: Double)
    /// Every patch independently with probability `ratio`, drawn again while nothing or everything is masked.
    case bernoulli(ratio: Double)
    /// One rectangle of neighbouring patches, all of its places equally likely: on a line `maskedPatches(ratio:patchCount:)`
    /// patches in a row; on a rectangle √ratio of its rows, and as many columns as bring the share nearest to `ratio`.
    case block(ratio: Double)
    /// Always the same mask.
    case fixed(Mask)
  }

  /// The law over patches.
  public let law: Law
  /// The positions of each patch's observables on the grid.
  public let patches: [[Int]]
  /// The number of observables.
  public let observableCount: Int
  /// The sides of the grid, in patches.
  let patchSides: [Int]
  /// The shape of a block; nil for other laws.
  @usableFromInline let block: MaskBlock?

  /// The distribution of a law on a grid.
  ///
  /// - Parameters:
  ///   - law: The law over patches, or one fixed mask.
  ///   - grid: The observables that are masked.
  ///   - patchSize: The side of a patch, in observables; ignored by a fixed mask.
  /// - Throws: ``GraphError/invalidMaskRatio(_:)`` unless 0 < ratio < 1, patch errors of
  ///   ``ObservationGrid/patches(ofSize:)``, ``GraphError/invalidMask(_:)`` for a fixed mask of the wrong length or one
  ///   that hides nothing or everything.
  public init(_ law: Law, grid: ObservationGrid, patchSize: Int) throws(GraphError) {
    self.law = law
    observableCount = grid.count
    switch law {
    case .exactCount(let ratio), .bernoulli(let ratio), .block(let ratio):
      guard ratio > 0, ratio < 1 else { throw .invalidMaskRatio(ratio) }
      patches = try grid.patches(ofSize: patchSize)
      patchSides = grid.sides.map { $0 / patchSize }
      if case .block = law { block = MaskBlock(ratio: ratio, sides: patchSides) } else { block = nil }
      // Degenerate masks are drawn again; where nearly all are, that would never end.
      if case .bernoulli = law {
        let count = Double(patches.count)
        let proper = min(count * ratio, 1) * min(count * (1 - ratio), 1)
        guard proper > 1e-3 else {
          throw .invalidMask(
            "a Bernoulli ratio of \(ratio) on \(patches.count) patches almost always masks nothing or everything; "
              + "use exact-count, or a ratio nearer to 1/2")
        }
      }
    case .fixed(let mask):
      guard mask.isMasked.count == grid.count else {
        throw .invalidMask(
          "a mask of \(mask.isMasked.count) observables on a grid of \(grid.count); give one flag for each")
      }
      guard mask.maskedCount > 0 else {
        throw .invalidMask("the mask hides nothing, so there is nothing to predict; mask at least one observable")
      }
      guard mask.maskedCount < grid.count else {
        throw .invalidMask(
          "the mask hides everything, so nothing is visible; leave at least one observable visible")
      }
      patches = (0..<grid.count).map { [$0] }
      (patchSides, block) = (grid.sides, nil)
    }
  }

  /// The number of masked patches at a ratio: the product rounded to the nearest integer (halves away from zero), at least
  /// 1 and at most `patchCount − 1`, so that something is predicted and something is visible.
  public static func maskedPatches(ratio: Double, patchCount: Int) -> Int {
    min(max(1, Int((ratio * Double(patchCount)).rounded())), patchCount - 1)
  }

  /// Every mask of a block law, each as likely as the others; none for other laws.
  package func blockMasks() -> [Mask] {
    guard let block else { return [] }
    return (0..<block.placeCount).map { place in
      var flags = [Bool](repeating: false, count: observableCount)
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: patches.count) { chosen in
        block.write(place: place, into: chosen)
        for patch in patches.indices where chosen[patch] == 1 {
          for position in patches[patch] { flags[position] = true }
        }
      }
      return Mask(flags)
    }
  }

  /// Draws one mask.
  ///
  /// - Parameter generator: The source of randomness: one word for each mask; a fixed mask draws nothing.
  /// - Complexity: O(observables).
  @inlinable
  public func draw(using generator: inout some RandomNumberGenerator) -> Mask {
    if case .fixed(let mask) = law { return mask }
    var flags = [Bool](repeating: false, count: observableCount)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: patches.count) { chosen in
      draw(into: chosen, using: &generator)
      for patch in patches.indices where chosen[patch] == 1 {
        for position in patches[patch] { flags[position] = true }
      }
    }
    return Mask(flags)
  }

  /// Draws the set of masked patches into flags (1 masked, 0 visible), one for each patch, which may be uninitialized
  /// memory. Allocates nothing. Flags are bytes and choices arithmetic, since branches on random bits are mispredicted
  /// half of the time and then cost more than the rest.
  @inlinable
  func draw(into chosen: UnsafeMutableBufferPointer<UInt8>, using generator: inout some RandomNumberGenerator) {
    switch law {
    case .fixed(let mask):
      for patch in chosen.indices { chosen[patch] = mask.isMasked[patch] ? 1 : 0 }
    case .block:
      guard let block else { preconditionFailure("a block law without a block") }
      var indices = SmallIndices(using: &generator)
      block.write(place: indices.next(below: block.placeCount), into: chosen)
    case .exactCount(let ratio):
      // Floyd's algorithm (Bentley & Floyd 1987): a uniform k-subset from k draws, each taken or, if it is already in
      // the set, replaced by the last candidate. The smaller of the masked and the visible set is drawn.
      var indices = SmallIndices(using: &generator)
      let masked = Self.maskedPatches(ratio: ratio, patchCount: chosen.count)
      let background: UInt8 = 2 * masked > chosen.count ? 1 : 0
      let count = background == 1 ? chosen.count - masked : masked
      chosen.initialize(repeating: background)
      for last in (chosen.count - count)..<chosen.count {
        let index = indices.next(below: last + 1)
        let isTaken = Int(chosen[index] ^ background)
        chosen[index + (last - index) * isTaken] = 1 - background
      }
    case .bernoulli(let ratio):
      // 32 bits for each patch: the probability is the ratio to within 2⁻³³.
      var indices = SmallIndices(using: &generator)
      let threshold = UInt64(min(max((ratio * 0x1p32).rounded(), 1), 0x1p32 - 1))
      var count = 0
      repeat {
        count = 0
        for patch in chosen.indices {
          // The borrow of word − threshold is 1 where the word is below it.
          let isMasked = UInt8(truncatingIfNeeded: (UInt64(indices.nextWord()) &- threshold) >> 63)
          chosen[patch] = isMasked
          count += Int(isMasked)
        }
      } while count == 0 || count == chosen.count
    }
  }
}
