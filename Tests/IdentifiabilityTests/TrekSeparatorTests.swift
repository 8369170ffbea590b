import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

@Suite struct TrekSeparatorTests {
  @Test("On random scalar DAGs the flow equals the rank of a random Gaussian model's covariance", arguments: 0..<300)
  func scalarRank(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("trek"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 6), observables: 2 + stream.uniform(below: 7), edgeProbability: 0.35,
      regime: .noisy, shuffled: true, using: &stream)
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let model = try LoadingsFixture(graph, orthogonal: false, using: &stream)
    let cross = model.stacked(mask.masked(in: graph)).multiplied(
      by: model.stacked(mask.visible(in: graph)), transposeOther: true)
    let values = try cross.singularValueDecomposition().values
    let rank = values.filter { $0 > 1e-9 * max(values[0], 1e-9) }.count
    let separator = TrekSeparator(graph)
    for side in SeparatorSide.allCases {
      let separation = separator.separate(mask, nearest: side)
      #expect(separation.rank == rank)
      #expect(separation.left.count + separation.right.count == rank && separation.noise.isEmpty)
      #expect(Self.separates(separation, graph, mask))
    }
    #expect(separator.separate(mask.complement).rank == rank)
  }

  @Test(
    "With vector-valued nodes and noises of fewer dimensions the flow equals the rank over a finite field",
    arguments: 0..<300)
  func vectorRank(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("vector trek"))
    let regime: Regime = seed % 3 == 0 ? .invertible : .noisy
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 5), observables: 2 + stream.uniform(below: 4), edgeProbability: 0.4,
      regime: regime, shuffled: true, dimension: regime == .noisy ? { 1 + $0.uniform(below: 3) } : nil,
      noiseDimension: { (regime == .invertible ? 1 : 0) + $0.uniform(below: 3) }, using: &stream)
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let expected = FiniteFieldModel(graph, using: &stream).crossRank(mask, in: graph)
    for side in SeparatorSide.allCases {
      let separation = TrekSeparator(graph).separate(mask, nearest: side)
      #expect(separation.rank == expected)
      let weight =
        separation.left.reduce(0) { $0 + graph.nodes[$1].dimension }
        + separation.right.reduce(0) { $0 + graph.nodes[$1].dimension }
        + separation.noise.reduce(0) { $0 + graph.nodes[$1].noiseDimension }
      #expect(weight == expected)
    }
  }

  @Test("On scalar trees the rank equals the minimum vertex cut, and often differs from the number of sinks")
  func trees() throws {
    var differs = 0
    for seed in 0..<300 {
      var stream = RandomStream(RandomKey(seed: UInt64(seed)).child("scalar tree"))
      let graph = try RandomGraphs.tree(using: &stream)
      let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
      let rank = TrekSeparator(graph).separate(mask).rank
      #expect(rank == graph.latentVertexCut(mask, preferring: .high)?.latents.count)
      let model = try LoadingsFixture(graph, orthogonal: false, using: &stream)
      let cross = model.stacked(mask.masked(in: graph)).multiplied(
        by: model.stacked(mask.visible(in: graph)), transposeOther: true)
      let values = try cross.singularValueDecomposition().values
      #expect(rank == values.filter { $0 > 1e-9 * max(values[0], 1e-9) }.count)
      if content(of: mask, in: graph).content.count != rank { differs += 1 }
    }
    #expect(differs > 60 && differs < 200)
  }

  @Test("A mask that hides nothing or everything has rank 0 and an empty pair", arguments: [true, false])
  func degenerate(everything: Bool) throws {
    let graph = try GraphFixtures.smallTree(regime: .noisy)
    let separation = TrekSeparator(graph).separate(Mask([Bool](repeating: everything, count: 4)))
    #expect(
      separation == TrekSeparator(graph).separate(Mask([Bool](repeating: everything, count: 4)), nearest: .visible))
    #expect(separation.rank == 0 && separation.left.isEmpty && separation.right.isEmpty)
  }

  /// Whether no trek between the sides avoids the pair, by walking the up copies and then the down copies.
  private static func separates(_ separation: TrekSeparation, _ graph: HierarchicalGraph, _ mask: Mask) -> Bool {
    let (left, right) = (Set(separation.left), Set(separation.right))
    var (tops, open) = (Set<Int>(), mask.masked(in: graph).filter { !left.contains($0) })
    while let v = open.popLast() {
      guard tops.insert(v).inserted else { continue }
      open += graph.parents[v].filter { !left.contains($0) && !tops.contains($0) }
    }
    var down = Set<Int>()
    open = tops.filter { !right.contains($0) }
    while let v = open.popLast() {
      guard down.insert(v).inserted else { continue }
      open += graph.children[v].filter { !right.contains($0) }
    }
    return down.isDisjoint(with: mask.visible(in: graph))
  }
}

/// A linear model with uniform coefficients modulo a prime: its exact rank is the generic one except with a probability
/// below (degree / prime) (Schwartz–Zippel), so no tolerance is needed. The noises' variances are random too: a sum of
/// squares may vanish modulo a prime.
private struct FiniteFieldModel {
  static let prime: UInt64 = 2_147_483_647
  let loadings: [[[UInt64]]]
  let variances: [UInt64]

  init(_ graph: HierarchicalGraph, using stream: inout RandomStream) {
    let total = graph.nodes.reduce(0) { $0 + $1.noiseDimension }
    var (loadings, next) = ([[[UInt64]]](repeating: [], count: graph.nodes.count), 0)
    func random() -> UInt64 { 1 + stream.next() % (Self.prime - 1) }
    for v in graph.topologicalOrder {
      var inputs = graph.parents[v].flatMap { loadings[$0] }
      for _ in 0..<graph.nodes[v].noiseDimension {
        inputs.append((0..<total).map { $0 == next ? 1 : 0 })
        next += 1
      }
      loadings[v] = (0..<graph.nodes[v].dimension).map { _ in
        var row = [UInt64](repeating: 0, count: total)
        for input in inputs {
          let coefficient = random()
          for k in 0..<total { row[k] = (row[k] + coefficient * input[k]) % Self.prime }
        }
        return row
      }
    }
    self.loadings = loadings
    variances = (0..<total).map { _ in random() }
  }

  func crossRank(_ mask: Mask, in graph: HierarchicalGraph) -> Int {
    let left = mask.masked(in: graph).flatMap { loadings[$0] }
    let right = mask.visible(in: graph).flatMap { loadings[$0] }
    let p = Self.prime
    var rows = left.map { a in
      right.map { b in
        zip(zip(a, b), variances).reduce(0) { ($0 + $1.0.0 * $1.0.1 % p * $1.1) % p }
      }
    }
    var rank = 0
    for column in 0..<right.count {
      guard let pivot = rows.indices.dropFirst(rank).first(where: { rows[$0][column] != 0 }) else { continue }
      rows.swapAt(rank, pivot)
      let inverse = Self.power(rows[rank][column], p - 2)
      for i in rows.indices.dropFirst(rank + 1) where rows[i][column] != 0 {
        let factor = rows[i][column] * inverse % p
        for j in column..<right.count { rows[i][j] = (rows[i][j] + (p - factor) * rows[rank][j]) % p }
      }
      rank += 1
    }
    return rank
  }

  private static func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    var (result, base, exponent) = (UInt64(1), base, exponent)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result * base % prime }
      base = base * base % prime
      exponent >>= 1
    }
    return result
  }
}
