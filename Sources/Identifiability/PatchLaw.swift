internal import Glibc
internal import HierarchicalGraphs
internal import Stochastics

/// A mask distribution as a law over sets of patches, with its exact probabilities.
struct PatchLaw {
  let masks: MaskDistribution
  let includesDegenerateMasks: Bool

  /// - Parameter includesDegenerateMasks: Only for Bernoulli masks; ignored otherwise.
  init(_ masks: MaskDistribution, includesDegenerateMasks: Bool) {
    self.masks = masks
    if case .bernoulli = masks.law {
      self.includesDegenerateMasks = includesDegenerateMasks
    } else {
      self.includesDegenerateMasks = false
    }
  }

  /// Whether following subtrees is affordable: independent masks need one number a subtree, a fixed count a whole profile.
  var suitsDynamicProgramming: Bool {
    switch masks.law {
    case .fixed, .block: false
    case .bernoulli: true
    case .exactCount: patchCount <= 1 << 14
    }
  }

  /// Whether all patches are alike: a set of them is as likely as any other of its size.
  var isExchangeable: Bool {
    switch masks.law {
    case .fixed, .block: false
    case .exactCount, .bernoulli: true
    }
  }

  var patchCount: Int { masks.patches.count }

  /// The number of masks that an enumeration visits, `nil` beyond 2³⁰ or for more than 62 patches that are drawn one by one.
  var maskCount: Int? {
    switch masks.law {
    case .fixed: return 1
    case .block: return masks.blockMasks().count
    case .bernoulli: return patchCount <= 30 ? 1 << patchCount : nil
    case .exactCount(let ratio):
      guard patchCount <= 62 else { return nil }
      let k = MaskDistribution.maskedPatches(ratio: ratio, patchCount: patchCount)
      var count = 1.0
      for i in 0..<k { count = (count * Double(patchCount - i) / Double(i + 1)).rounded() }
      return count < 0x1p30 ? Int(count) : nil
    }
  }

  /// Calls `body` with every mask of positive probability and that probability.
  ///
  /// - Precondition: ``maskCount`` is not `nil`.
  func forEachMask(_ body: (Mask, Double) -> Void) {
    switch masks.law {
    case .fixed(let mask): body(mask, 1)
    case .block:
      let blocks = masks.blockMasks()
      for mask in blocks { body(mask, 1 / Double(blocks.count)) }
    case .bernoulli(let ratio):
      let degenerate = includesDegenerateMasks ? 0 : pow(ratio, Double(patchCount)) + pow(1 - ratio, Double(patchCount))
      for bits in UInt64(0)..<1 << UInt64(patchCount) {
        let k = bits.nonzeroBitCount
        if !includesDegenerateMasks, k == 0 || k == patchCount { continue }
        body(mask(bits), pow(ratio, Double(k)) * pow(1 - ratio, Double(patchCount - k)) / (1 - degenerate))
      }
    case .exactCount(let ratio):
      let k = MaskDistribution.maskedPatches(ratio: ratio, patchCount: patchCount)
      let probability = 1 / Double(maskCount ?? 1)
      // Gosper's hack: the next larger word with as many ones.
      var bits = (UInt64(1) << UInt64(k)) - 1
      let end = UInt64(1) << UInt64(patchCount)
      while bits < end {
        body(mask(bits), probability)
        let lowest = bits & (0 &- bits)
        let ripple = bits + lowest
        bits = ((bits ^ ripple) / lowest) >> 2 | ripple
      }
    }
  }

  private func mask(_ bits: UInt64) -> Mask {
    var flags = [Bool](repeating: false, count: masks.observableCount)
    for (index, patch) in masks.patches.enumerated() where bits >> UInt64(index) & 1 == 1 {
      for position in patch { flags[position] = true }
    }
    return Mask(flags)
  }

  /// Every patch independently, degenerate masks included.
  func drawUnconditioned(using stream: inout RandomStream) -> Mask {
    guard case .bernoulli(let ratio) = masks.law else { return masks.draw(using: &stream) }
    var flags = [Bool](repeating: false, count: masks.observableCount)
    for patch in masks.patches where stream.uniform() < ratio { for position in patch { flags[position] = true } }
    return Mask(flags)
  }

  /// The share of masked patches that a patch expects.
  var maskedShare: Double {
    switch masks.law {
    case .fixed, .block: preconditionFailure("patches are not exchangeable under \(masks.law)")
    case .bernoulli(let ratio): ratio
    case .exactCount(let ratio):
      Double(MaskDistribution.maskedPatches(ratio: ratio, patchCount: patchCount)) / Double(patchCount)
    }
  }

  /// log P(j given patches are masked and the other `count` − j given patches visible) for j = 0...count; −∞ where
  /// impossible. Where degenerate masks are drawn again, valid only for 0 < j < `count`.
  func logPatternProbabilities(count: Int) -> [Double] {
    switch masks.law {
    case .fixed, .block: preconditionFailure("patches are not exchangeable under \(masks.law)")
    case .bernoulli(let ratio):
      let n = Double(patchCount)
      let kept = includesDegenerateMasks ? 1 : 1 - pow(ratio, n) - pow(1 - ratio, n)
      return (0...count).map { Double($0) * log(ratio) + Double(count - $0) * log(1 - ratio) - log(kept) }
    case .exactCount(let ratio):
      let k = MaskDistribution.maskedPatches(ratio: ratio, patchCount: patchCount)
      // C(N − count, k − masked) / C(N, k).
      let total = logChoose(patchCount, k)
      return (0...count).map { masked in
        guard masked <= k, k - masked <= patchCount - count else { return -.infinity }
        return logChoose(patchCount - count, k - masked) - total
      }
    }
  }
}

/// log C(n, k).
func logChoose(_ n: Int, _ k: Int) -> Double {
  lgamma(Double(n) + 1) - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1)
}
