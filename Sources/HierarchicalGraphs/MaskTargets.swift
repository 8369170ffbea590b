/// Which masked observables count in the loss of a masked autoencoder.
public enum MaskTargets: String, Sendable, CaseIterable {
  /// All of them, as in MAE.
  case all
  /// Those of the masked patches that touch no visible one: patches at the border of a mask are predicted from their
  /// neighbours by what is local, so leaving them out asks for what is not (Kong et al. 2023, on masks). Patches touch along a side,
  /// not at a corner, and the edge of the grid is no border. A mask without such a patch has nothing that counts.
  case interior
}

extension MaskDistribution {
  /// For each patch, the patches that it shares a side with.
  func patchNeighbours() -> [[Int]] {
    let (rows, columns) = patchSides.count == 1 ? (1, patchSides[0]) : (patchSides[0], patchSides[1])
    return patches.indices.map { patch in
      let (row, column) = patch.quotientAndRemainder(dividingBy: columns)
      let places = [(row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)]
      return places.filter { (0..<rows).contains($0.0) && (0..<columns).contains($0.1) }.map { $0.0 * columns + $0.1 }
    }
  }

  /// The masked observables that count in the loss, as a mask of their own; it may hide nothing.
  ///
  /// - Parameters:
  ///   - targets: Which of them count.
  ///   - mask: A mask of this distribution.
  /// - Precondition: the mask is over as many observables.
  /// - Complexity: O(observables).
  public func counted(_ targets: MaskTargets, of mask: Mask) -> Mask {
    precondition(mask.isMasked.count == observableCount, "a mask of \(mask.isMasked.count) observables")
    guard targets == .interior else { return mask }
    let neighbours = patchNeighbours()
    func isMasked(_ patch: Int) -> Bool { mask.isMasked[patches[patch][0]] }
    var flags = [Bool](repeating: false, count: observableCount)
    for patch in patches.indices where isMasked(patch) && neighbours[patch].allSatisfy(isMasked) {
      for position in patches[patch] { flags[position] = true }
    }
    return Mask(flags)
  }

  /// Whether some mask of the distribution leaves something that counts in the loss.
  ///
  /// - Complexity: O(patches), for blocks times their places.
  public func canCount(_ targets: MaskTargets) -> Bool {
    guard targets == .interior else { return true }
    let fewest = 1 + (patchNeighbours().map(\.count).min() ?? 0)
    switch law {
    case .exactCount(let ratio): return Self.maskedPatches(ratio: ratio, patchCount: patches.count) >= fewest
    case .bernoulli: return patches.count > fewest
    case .block: return blockMasks().contains { counted(targets, of: $0).maskedCount > 0 }
    case .fixed(let mask): return counted(targets, of: mask).maskedCount > 0
    }
  }
}
