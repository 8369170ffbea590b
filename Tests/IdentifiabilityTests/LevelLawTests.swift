import HierarchicalGraphs
import Identifiability
import Stochastics
import Testing

@Suite struct LevelLawTests {
  static let key = RandomKey(seed: 11).child("level law")
  /// Sums of a few hundred terms of order 1 with quadrature and logarithms of factorials.
  static let exact = 1e-10

  /// Every number of a law, to compare two laws at once.
  private static func numbers(_ law: LevelLaw) -> [Estimate] {
    [
      law.meanHeight, law.pooledHeight, law.lowestHeight, law.highestHeight, law.contamination, law.size, law.dimension,
      law.emptyProbability,
    ] + law.presence + law.lowest + law.highest + law.sinks
  }

  private static func expectEqual(_ a: LevelLaw, _ b: LevelLaw, tolerance: Double = exact) {
    for (index, (x, y)) in zip(numbers(a), numbers(b)).enumerated() {
      #expect(abs(x.value - y.value) < tolerance, "number \(index): \(x.value) and \(y.value)")
    }
  }

  private static func laws(_ ratio: Double) -> [MaskDistribution.Law] {
    [.exactCount(ratio: ratio), .bernoulli(ratio: ratio)]
  }

  @Test(
    "On complete trees dynamic programming equals the sum over all masks",
    arguments: [(2, 4, 1), (2, 4, 2), (3, 2, 1), (3, 2, 3), (2, 3, 1), (4, 2, 2), (8, 1, 1)], [0.1, 0.4, 0.5, 0.8])
  func completeTrees(shape: (branching: Int, height: Int, patch: Int), ratio: Double) throws {
    let graph = try GraphFixtures.tree(branching: shape.branching, height: shape.height)
    for law in Self.laws(ratio) {
      let masks = try MaskDistribution(law, grid: graph.grid, patchSize: shape.patch)
      for includes in [false, true] {
        let options = LevelLawOptions(includesDegenerateMasks: includes)
        let exact = LevelLaw(graph, masks: masks, options: options, key: Self.key)
        #expect(exact.method == .dynamicProgramming)
        var enumeration = options
        enumeration.choice = .enumeration
        Self.expectEqual(exact, LevelLaw(graph, masks: masks, options: enumeration, key: Self.key))
      }
    }
  }

  @Test("On random forests dynamic programming equals the sum over all masks", arguments: 0..<40)
  func forests(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("forest"))
    let graph = try Self.randomForest(using: &stream)
    for law in Self.laws(0.15 + 0.7 * stream.uniform()) {
      let masks = try MaskDistribution(law, grid: graph.grid, patchSize: 1)
      let exact = LevelLaw(graph, masks: masks, key: Self.key)
      #expect(exact.method == .dynamicProgramming)
      Self.expectEqual(
        exact, LevelLaw(graph, masks: masks, options: LevelLawOptions(choice: .enumeration), key: Self.key))
    }
  }

  @Test("Monte Carlo agrees with the exact law within 4 standard errors", arguments: [0.1, 0.5, 0.9], [1, 4])
  func monteCarlo(ratio: Double, patch: Int) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 5)
    for law in Self.laws(ratio) {
      let masks = try MaskDistribution(law, grid: graph.grid, patchSize: patch)
      let exact = LevelLaw(graph, masks: masks, key: Self.key)
      let drawn = LevelLaw(
        graph, masks: masks, options: LevelLawOptions(choice: .monteCarlo, draws: 4000), key: Self.key)
      #expect(drawn.method == .monteCarlo(draws: 4000))
      for (index, (x, y)) in zip(Self.numbers(exact), Self.numbers(drawn)).enumerated() {
        // A rare event may have been seen by no draw at all, which leaves no standard error.
        let slack = 4 * y.standardError + 4 / 4000.0
        #expect(abs(x.value - y.value) < slack, "number \(index): \(x.value), \(y.value) ± \(y.standardError)")
      }
    }
  }

  @Test(
    "The closed form of a b-ary tree with independent masks holds for every node", arguments: [(2, 5), (3, 3), (4, 2)])
  func closedForm(shape: (branching: Int, height: Int)) throws {
    let graph = try GraphFixtures.tree(branching: shape.branching, height: shape.height)
    let masks = try MaskDistribution(.bernoulli(ratio: 0.3), grid: graph.grid, patchSize: 1)
    let nodes = NodeProbabilities(graph, masks: masks, options: LevelLawOptions(includesDegenerateMasks: true))
    func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1.0) { p, _ in p * x } }
    for v in graph.latents {
      let k = (1..<graph.levels[v]).reduce(1) { n, _ in n * shape.branching }
      let (b, r) = (shape.branching, 0.3)
      let expected = power(power(r, k) + power(1 - r, k), b) - power(r, b * k) - power(1 - r, b * k)
      #expect(abs(nodes.content[v] - expected) < Self.exact)
      #expect(abs(nodes.ancestor[v] - (1 - power(r, b * k) - power(1 - r, b * k))) < Self.exact)
    }
  }

  @Test("Node probabilities are exact on random DAGs with patches that cross subtrees", arguments: 0..<60)
  func nodeProbabilities(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("node probabilities"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 7), observables: 8, edgeProbability: 0.3, regime: .noisy, shuffled: true,
      using: &stream)
    let locator = ContentLocator(graph)
    for law in Self.laws(0.2 + 0.6 * stream.uniform()) {
      let masks = try MaskDistribution(law, grid: graph.grid, patchSize: 1 + stream.uniform(below: 2))
      let nodes = NodeProbabilities(graph, masks: masks)
      // The definition: all subsets of the patches, with their probabilities.
      var (content, ancestor) = ([Double](repeating: 0, count: graph.nodes.count), nodes.ancestor.map { _ in 0.0 })
      var total = 0.0
      for bits in 1..<(1 << masks.patches.count) - 1 {
        let probability: Double
        switch law {
        case .bernoulli(let ratio):
          probability = (0..<masks.patches.count).reduce(1.0) { $0 * (bits >> $1 & 1 == 1 ? ratio : 1 - ratio) }
        case .exactCount(let ratio):
          let k = MaskDistribution.maskedPatches(ratio: ratio, patchCount: masks.patches.count)
          probability = bits.nonzeroBitCount == k ? 1 : 0
        case .fixed, .block: continue
        }
        guard probability > 0 else { continue }
        total += probability
        var flags = [Bool](repeating: false, count: 8)
        for (index, patch) in masks.patches.enumerated() where bits >> index & 1 == 1 {
          for position in patch { flags[position] = true }
        }
        let location = locator.locate(Mask(flags))
        for v in location.content { content[v] += probability }
        for v in location.ancestors { ancestor[v] += probability }
      }
      for v in graph.nodes.indices {
        #expect(abs(nodes.content[v] - content[v] / total) < Self.exact)
        #expect(abs(nodes.ancestor[v] - ancestor[v] / total) < Self.exact)
      }
    }
  }

  @Test("The mean sink heights of the binary tree of 64 leaves are those that theory gives, symmetric in the ratio")
  func publishedHeights() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 6)
    let published = [(0.05, 1.03), (0.1, 1.04), (0.25, 1.09), (0.5, 1.13), (0.75, 1.09), (0.9, 1.05), (0.95, 1.03)]
    for (ratio, expected) in published {
      let masks = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
      let law = LevelLaw(graph, masks: masks, key: Self.key)
      // The published numbers are rounded means over a few hundred masks (they are not symmetric; the law is).
      #expect(abs(law.meanHeight.value - expected) < 0.0126, "\(ratio): \(law.meanHeight.value)")
      #expect(law.pooledHeight.value < law.meanHeight.value)
      let mirror = try MaskDistribution(.exactCount(ratio: 1 - ratio), grid: graph.grid, patchSize: 1)
      Self.expectEqual(law, LevelLaw(graph, masks: mirror, key: Self.key))
    }
  }

  @Test("A patch of 2^k aligned leaves makes k + 1 the lowest level of the content", arguments: 0..<5)
  func patchSetsLevel(k: Int) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 6)
    let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1 << k)
    let law = LevelLaw(graph, masks: masks, key: Self.key)
    #expect(law.method == .dynamicProgramming)
    for level in 0...k { #expect(law.presence[level].value < Self.exact && law.sinks[level].value == 0) }
    #expect(law.presence[k + 1].value > 0.5)
    #expect(law.lowestHeight.value >= Double(k + 1) - Self.exact)
  }

  @Test("The law of a tree of 4096 leaves is exact: its parts agree with the exact probabilities of its nodes")
  func largeTree() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 12)
    let masks = try MaskDistribution(.exactCount(ratio: 0.25), grid: graph.grid, patchSize: 1)
    let law = LevelLaw(graph, masks: masks, key: Self.key)
    #expect(law.method == .dynamicProgramming)
    // So many members that each average is close to the ratio of expectations.
    #expect(abs(law.meanHeight.value - law.pooledHeight.value) < 1e-3)
    #expect(abs(law.lowestHeight.value - 1) < Self.exact)
    #expect(abs(law.highest.reduce(0) { $0 + $1.value } - 1) < Self.exact)
    let drawn = LevelLaw(graph, masks: masks, options: LevelLawOptions(choice: .monteCarlo, draws: 300), key: Self.key)
    for (x, y) in [
      (law.meanHeight, drawn.meanHeight), (law.highestHeight, drawn.highestHeight),
      (law.contamination, drawn.contamination),
      (law.size, drawn.size), (law.dimension, drawn.dimension),
    ] {
      #expect(abs(x.value - y.value) < 4 * y.standardError, "\(x.value), \(y.value) ± \(y.standardError)")
    }
  }

  @Test(
    "Independent masks of 65,536 leaves have an exact law, and every latent near the top is an ancestor almost surely")
  func hugeTree() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 16)
    let masks = try MaskDistribution(.bernoulli(ratio: 0.5), grid: graph.grid, patchSize: 1)
    let law = LevelLaw(graph, masks: masks, key: Self.key)
    #expect(law.method == .dynamicProgramming)
    // Σ over latents of 1 − 2^(1 − leaves), level by level; the noises of latents have one dimension.
    var expected = 0.0
    for level in 1...16 {
      let leaves = 1 << level
      expected += Double(65_536 / leaves) * (1 - (leaves > 1000 ? 0 : 2 / Double(1 << min(leaves, 62))))
    }
    #expect(abs(law.dimension.value - expected) < 1e-6)
    #expect(abs(law.size.value - law.sinks.reduce(0) { $0 + $1.value }) < 1e-6)
  }

  @Test("The law of blocks is the sum over their places", arguments: [1, 2])
  func blocks(patch: Int) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 4)
    let masks = try MaskDistribution(.block(ratio: 0.5), grid: graph.grid, patchSize: patch)
    let (places, width) = (16 / patch / 2 + 1, 8)
    let (law, nodes) = (LevelLaw(graph, masks: masks, key: Self.key), NodeProbabilities(graph, masks: masks))
    #expect(law.method == .enumeration(masks: places))
    var (content, ancestor) = ([Double](repeating: 0, count: graph.nodes.count), nodes.ancestor.map { _ in 0.0 })
    for place in 0..<places {
      let mask = Mask((0..<16).map { (place * patch..<place * patch + width).contains($0) })
      let location = ContentLocator(graph).locate(mask)
      for v in location.content { content[v] += 1 / Double(places) }
      for v in location.ancestors { ancestor[v] += 1 / Double(places) }
    }
    for v in graph.nodes.indices {
      #expect(abs(nodes.content[v] - content[v]) < Self.exact && abs(nodes.ancestor[v] - ancestor[v]) < Self.exact)
    }
    #expect(abs(law.size.value - content.reduce(0, +)) < Self.exact)
    // The two blocks that are whole subtrees have the root alone as content.
    #expect(nodes.content[0] >= 2 / Double(places) - Self.exact)
  }

  @Test("Patches that cross subtrees fall through to enumeration or Monte Carlo")
  func fallsThrough() throws {
    // Six leaves in two subtrees of three, patches of two: the middle patch lies in both.
    let graph = try HierarchicalGraph(
      name: "crossing", nodes: (0..<9).map { NodeDeclaration("n\($0)") },
      indexedEdges: [(0, 1), (0, 2), (1, 3), (1, 4), (1, 5), (2, 6), (2, 7), (2, 8)])
    let masks = try MaskDistribution(.exactCount(ratio: 0.3), grid: graph.grid, patchSize: 2)
    let law = LevelLaw(graph, masks: masks, key: Self.key)
    #expect(law.method == .enumeration(masks: 3))
    let nodes = NodeProbabilities(graph, masks: masks)
    #expect(abs(law.size.value - nodes.content.reduce(0, +)) < Self.exact)
    let options = LevelLawOptions(enumerationLimit: 1, draws: 50)
    let drawn = LevelLaw(graph, masks: masks, options: options, key: Self.key)
    #expect(drawn.method == .monteCarlo(draws: 50))
    #expect(drawn == LevelLaw(graph, masks: masks, options: options, key: Self.key))
  }

  /// One to three random trees, at most 12 leaves, children of different heights.
  private static func randomForest(using stream: inout RandomStream) throws -> HierarchicalGraph {
    let latents = 3 + stream.uniform(below: 5)
    var (edges, count) = ([(from: Int, to: Int)](), latents)
    for v in 1..<latents where stream.uniform() < 0.8 { edges.append((stream.uniform(below: v), v)) }
    for v in 0..<latents {
      let isChildless = !edges.contains { $0.from == v }
      for _ in 0..<(isChildless ? 1 + stream.uniform(below: 2) : stream.uniform(below: 2))
      where count < latents + 12 || isChildless {
        edges.append((v, count))
        count += 1
      }
    }
    return try HierarchicalGraph(
      name: "forest", nodes: (0..<count).map { NodeDeclaration("n\($0)") }, indexedEdges: edges)
  }
}
