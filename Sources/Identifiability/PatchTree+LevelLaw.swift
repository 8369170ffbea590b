internal import Glibc
internal import HierarchicalGraphs

extension PatchTree {
  /// The exact level law of the forest.
  ///
  /// For masks with exactly M of N patches the sums are taken under independent masking with probability M/N, restricted
  /// to M masked patches, and divided by the probability of that: conditioned on the number the two laws agree, and
  /// no binomial coefficient overflows.
  func levelLaw(_ law: PatchLaw) -> LevelLaw {
    let (ratio, count, kept) = conditioning(law)
    let ones = [Double](repeating: 1, count: height + 1)
    func probability(_ weights: [Double]) -> Double {
      sum(ratio: ratio, count: count, weights: weights, marks: nil).value / kept
    }
    let nonEmpty = probability(ones)
    let levels = 0...height
    let presence = levels.map { level in
      1 - probability(levels.map { $0 == level ? 0 : 1 }) / nonEmpty
    }
    // P(lowest ≥ h) and P(highest ≤ h).
    let notBelow = levels.map { level in probability(levels.map { $0 < level ? 0 : 1 }) / nonEmpty }
    let notAbove = levels.map { level in probability(levels.map { $0 > level ? 0 : 1 }) / nonEmpty }
    let lowest = levels.map { max(0, notBelow[$0] - ($0 < height ? notBelow[$0 + 1] : 0)) }
    let highest = levels.map { max(0, notAbove[$0] - ($0 > 0 ? notAbove[$0 - 1] : 0)) }
    let quadrature = ReciprocalQuadrature(largest: largestContent)
    // E[Σ_{v ∈ c} mark(level v) / |c|] over the masks with no content above a level.
    func perMember(upTo top: Int, marks: [Double]) -> Double {
      zip(quadrature.nodes, quadrature.weights).reduce(0) { total, rule in
        let weights = levels.map { $0 > top ? 0 : rule.0 }
        return total + rule.1 / rule.0 * sum(ratio: ratio, count: count, weights: weights, marks: marks).marked / kept
      } / nonEmpty
    }
    let mean = perMember(upTo: height, marks: levels.map(Double.init))
    let top = levels.reduce(0) { total, level in
      guard highest[level] > 1e-14 else { return total }
      return total + perMember(upTo: level, marks: levels.map { $0 == level ? 1 : 0 })
    }
    var sinks = [Double](repeating: 0, count: height + 1)
    var (size, heights, dimension) = (0.0, 0.0, 0.0)
    var (groups, patches) = (GroupProbabilities(law), [Int]())
    for (index, shape) in shapes.enumerated() {
      let parts = shape.children.map { patches[$0] }.sorted()
      patches.append(shape.children.isEmpty ? 1 : parts.reduce(0, +))
      guard members[index] > 0 else { continue }
      let probability = groups.of(parts)
      let expected = Double(members[index]) * probability.content
      sinks[shape.level] += expected
      size += expected
      heights += expected * Double(shape.level)
      dimension += probability.ancestor * Double(noiseDimensions[index])
    }
    func weighted(_ distribution: [Double]) -> Double { levels.reduce(0) { $0 + Double($1) * distribution[$1] } }
    return LevelLaw(
      method: .dynamicProgramming, meanHeight: Estimate(mean), pooledHeight: Estimate(heights / size),
      lowestHeight: Estimate(weighted(lowest)), highestHeight: Estimate(weighted(highest)),
      contamination: Estimate(max(0, 1 - top)), presence: presence.map { Estimate(max(0, $0)) },
      lowest: lowest.map { Estimate($0) }, highest: highest.map { Estimate($0) }, sinks: sinks.map { Estimate($0) },
      size: Estimate(size), dimension: Estimate(dimension), emptyProbability: Estimate(max(0, 1 - nonEmpty)))
  }

  /// The ratio of independent masking, the number of masked patches to restrict to, and the probability to divide by.
  private func conditioning(_ law: PatchLaw) -> (ratio: Double, count: Int?, kept: Double) {
    let n = Double(patchCount)
    switch law.masks.law {
    case .fixed, .block: preconditionFailure("patches are not exchangeable under \(law.masks.law)")
    case .bernoulli(let ratio):
      return (ratio, nil, law.includesDegenerateMasks ? 1 : 1 - pow(ratio, n) - pow(1 - ratio, n))
    case .exactCount(let ratio):
      let k = MaskDistribution.maskedPatches(ratio: ratio, patchCount: patchCount)
      let tilt = Double(k) / n
      return (tilt, k, exp(logChoose(patchCount, k) + Double(k) * log(tilt) + (n - Double(k)) * log(1 - tilt)))
    }
  }
}
