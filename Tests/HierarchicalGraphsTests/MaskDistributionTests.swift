internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct MaskDistributionTests {
  /// Counts how often each mask is drawn.
  private func counts(_ distribution: MaskDistribution, draws: Int, seed: UInt64) -> [Mask: Int] {
    var stream = RandomStream(RandomKey(seed: seed).child("masks"))
    var counts: [Mask: Int] = [:]
    for _ in 0..<draws { counts[distribution.draw(using: &stream), default: 0] += 1 }
    return counts
  }

  /// Pearson's statistic against probabilities, and the value it exceeds with probability below 1e-6
  /// (Wilson–Hilferty's approximation, z = 4.75).
  private func chiSquare(_ counts: [Mask: Int], _ probabilities: [Mask: Double], draws: Int) -> (Double, Double) {
    var statistic = 0.0
    for (mask, probability) in probabilities {
      let expected = probability * Double(draws)
      let difference = Double(counts[mask] ?? 0) - expected
      statistic += difference * difference / expected
    }
    let freedom = Double(probabilities.count - 1)
    let term = 1 - 2 / (9 * freedom) + 4.75 * (2 / (9 * freedom)).squareRoot()
    return (statistic, freedom * term * term * term)
  }

  /// All masks of a number of observables that hide and show something.
  private func allMasks(_ count: Int) -> [Mask] {
    (1..<(1 << count) - 1).map { bits in Mask((0..<count).map { bits >> $0 & 1 == 1 }) }
  }

  @Test(
    "Exact-count masks are uniform over all subsets of the size",
    arguments: [(5, 0.2), (6, 0.5), (6, 0.7), (7, 0.9), (2, 0.5)])
  func exactCountIsUniform(count: Int, ratio: Double) throws {
    let draws = 20_000
    let distribution = try MaskDistribution(.exactCount(ratio: ratio), grid: .line(count), patchSize: 1)
    let masked = MaskDistribution.maskedPatches(ratio: ratio, patchCount: count)
    let masks = allMasks(count).filter { $0.maskedCount == masked }
    let drawn = counts(distribution, draws: draws, seed: 1)
    #expect(Set(drawn.keys).isSubset(of: masks))
    let probabilities = Dictionary(uniqueKeysWithValues: masks.map { ($0, 1 / Double(masks.count)) })
    let (statistic, limit) = chiSquare(drawn, probabilities, draws: draws)
    #expect(statistic < limit)
  }

  @Test(
    "Bernoulli masks follow the product law, given that something is hidden and something visible",
    arguments: [(3, 0.5), (4, 0.2), (5, 0.75)])
  func bernoulli(count: Int, ratio: Double) throws {
    let draws = 20_000
    let distribution = try MaskDistribution(.bernoulli(ratio: ratio), grid: .line(count), patchSize: 1)
    var probabilities: [Mask: Double] = [:]
    for mask in allMasks(count) {
      probabilities[mask] = mask.isMasked.reduce(1) { $0 * ($1 ? ratio : 1 - ratio) }
    }
    let total = probabilities.values.reduce(0, +)
    let drawn = counts(distribution, draws: draws, seed: 2)
    #expect(Set(drawn.keys).isSubset(of: probabilities.keys))
    let (statistic, limit) = chiSquare(drawn, probabilities.mapValues { $0 / total }, draws: draws)
    #expect(statistic < limit)
  }

  @Test("The number of masked patches is rounded, and leaves at least one patch on either side")
  func rounding() {
    for (ratio, patches, masked) in [
      (0.5, 64, 32), (0.05, 64, 3), (0.95, 64, 61), (0.01, 64, 1), (0.999, 64, 63), (0.5, 5, 3), (0.75, 4, 3),
      (0.5, 2, 1),
    ] {
      #expect(MaskDistribution.maskedPatches(ratio: ratio, patchCount: patches) == masked)
    }
  }

  @Test("Patches of a rectangle are masked as whole squares")
  func squarePatches() throws {
    let grid = ObservationGrid.rectangle(rows: 4, columns: 6)
    #expect(try grid.patches(ofSize: 2)[4] == [14, 15, 20, 21])
    let distribution = try MaskDistribution(.exactCount(ratio: 0.5), grid: grid, patchSize: 2)
    for mask in counts(distribution, draws: 50, seed: 3).keys {
      #expect(mask.maskedCount == 12)
      for patch in try grid.patches(ofSize: 2) { #expect(Set(patch.map { mask.isMasked[$0] }).count == 1) }
    }
  }

  @Test("A fixed mask is always the same and draws nothing")
  func fixed() throws {
    let mask = Mask([true, false, true])
    let distribution = try MaskDistribution(.fixed(mask), grid: .line(3), patchSize: 1)
    var stream = RandomStream(RandomKey(seed: 4))
    var untouched = stream
    #expect(distribution.draw(using: &stream) == mask)
    #expect(stream.next() == untouched.next())
  }

  @Test("Ratios, patches and fixed masks that cannot be are errors with a remedy")
  func errors() {
    let grid = ObservationGrid.line(12)
    for ratio in [0, 1, 1.2, -0.1, .nan, .infinity] {
      let error = #expect(throws: GraphError.self) {
        try MaskDistribution(.exactCount(ratio: ratio), grid: grid, patchSize: 1)
      }
      #expect(error?.description == "\(ratio) is not a mask ratio; give a number strictly between 0 and 1")
    }
    let square = ObservationGrid.rectangle(rows: 4, columns: 6)
    for (grid, size, text) in [
      (grid, 5, "patch size 5 does not divide the grid 12; use one of 1, 2, 3, 4, 6"),
      (grid, 0, "patch size 0 does not divide the grid 12; use one of 1, 2, 3, 4, 6"),
      (
        grid, 12,
        "patch size 12 leaves a single patch on the grid 12, so no part stays visible; use one of 1, 2, 3, 4, 6"
      ),
      (square, 3, "patch size 3 does not divide the grid 4 x 6; use one of 1, 2"),
    ] {
      let error = #expect(throws: GraphError.self) {
        try MaskDistribution(.bernoulli(ratio: 0.5), grid: grid, patchSize: size)
      }
      #expect(error?.description == text)
    }
    for flags in [[true], [Bool](repeating: true, count: 12), [Bool](repeating: false, count: 12)] {
      #expect(throws: GraphError.self) { try MaskDistribution(.fixed(Mask(flags)), grid: grid, patchSize: 1) }
    }
  }

  @Test("A mask by names hides those observables of the graph and no others")
  func names() throws {
    let graph = try HierarchicalGraph.tree(depth: 2, branching: 2)
    let mask = try Mask(masking: ["x3", "x0"], in: graph)
    #expect(mask.isMasked == [true, false, false, true])
    #expect(mask.visible(in: graph).map { graph.nodes[$0].name } == ["x1", "x2"])
    #expect(throws: GraphError.unknownObservable("z1_0")) { try Mask(masking: ["z1_0"], in: graph) }
    #expect(throws: GraphError.invalidMask("'x0' is masked twice; name it once")) {
      try Mask(masking: ["x0", "x0"], in: graph)
    }
  }
}
