import GenerativeModels
import Glibc
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

@Suite struct GaussianLimitTests {
  static let key = RandomKey(seed: 3).child("gaussian limit")
  /// Products and inverses of well-conditioned matrices of a few dozen rows.
  static let closedForm = 1e-8

  /// A ρ-tree: z = ρ · parent + √(1 − ρ²) · ε.
  static func rhoTree(_ graph: HierarchicalGraph, _ rho: Double) -> LinearGaussianModel {
    LinearGaussianModel(
      graph: graph,
      weights: graph.nodes.indices.map {
        Matrix(graph.parents.count($0) == 0 ? [[1]] : [[rho, (1 - rho * rho).squareRoot()]])
      })
  }

  /// Root R² of the binary tree of 64 leaves, patch 1, width 1, over the mask ratios.
  @Test(
    "Root R² over the mask ratio has the published inverted U",
    arguments: [
      (0.85, [0.41, 0.50, 0.59, 0.605, 0.56, 0.43, 0.31]), (0.7, [0.07, 0.10, 0.16, 0.17, 0.13, 0.07, 0.04]),
    ])
  func invertedU(rho: Double, published: [Double]) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 6)
    let model = Self.rhoTree(graph, rho)
    for (ratio, expected) in zip([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], published) {
      let masks = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
      let root = try model.limits(masks: masks, widths: [1], key: Self.key)[0].recovery.node[0]
      // Two decimals, and both are Monte Carlo means: of 200 masks here.
      let slack = 4 * root.standardError + 0.005
      #expect(
        abs(root.value - expected) < slack, "\(ratio): \(root.value) ± \(root.standardError), published \(expected)")
    }
  }

  @Test(
    "R² by level at ratio .5 has the published values for patches and widths",
    arguments: [
      (1, 1, [0.605, 0.622, 0.555, 0.459, 0.362, 0.278, 0.209]),
      (4, 1, [0.558, 0.573, 0.512, 0.425, 0.337, 0.259, 0.196]),
      (16, 1, [0.505, 0.523, 0.475, 0.400, 0.320, 0.247, 0.187]),
      (1, 4, [0.611, 0.669, 0.685, 0.647, 0.563, 0.462, 0.366]),
    ])
  func byLevel(patch: Int, width: Int, published: [Double]) throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 6)
    let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: patch)
    let limits = try Self.rhoTree(graph, 0.85).limits(masks: masks, widths: [width], key: Self.key)
    for (level, expected) in published.reversed().enumerated() {
      let estimate = limits[0].recovery.level[level]
      #expect(
        abs(estimate.value - expected) < 4 * estimate.standardError + 0.005,
        "level \(level): \(estimate.value) ± \(estimate.standardError), published \(expected)")
      // All that is visible recovers no less than a representation of it, but for rounding where the two are equal.
      #expect(limits[1].recovery.level[level].value >= estimate.value - 1e-12)
    }
    #expect(limits[1].width == nil && limits[0].smallestVisibleRankShare == 1)
  }

  @Test(
    "On random vector-valued DAGs every number equals the textbook formula with explicit inverses", arguments: 0..<60)
  func reference(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("limit reference"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 5), observables: 3 + stream.uniform(below: 4), edgeProbability: 0.4,
      regime: .noisy, shuffled: true, dimension: { 1 + $0.uniform(below: 3) }, using: &stream)
    let weights = graph.nodes.indices.map { v in
      let shape = (graph.nodes[v].dimension, graph.inputDimension(v))
      return Matrix<Double>(
        rows: shape.0, columns: shape.1, storage: (0..<shape.0 * shape.1).map { _ in stream.gaussian() })
    }
    let model = LinearGaussianModel(graph: graph, weights: weights)
    let reference = try ExplicitModel(graph, weights)
    #expect((model.covariance - reference.values).maximumMagnitude < 1e-8 * reference.values.maximumMagnitude)

    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let masks = try MaskDistribution(.fixed(mask), grid: graph.grid, patchSize: 1)
    let limits = try model.limits(masks: masks, widths: [1, 2], key: Self.key)
    #expect(limits[0].method == .enumeration(masks: 1))
    for limit in limits {
      let expected = try reference.recovery(mask, width: limit.width)
      for v in graph.nodes.indices {
        #expect(abs(limit.recovery.node[v].value - expected.node[v]) < Self.closedForm)
        #expect(abs(limit.recovery.noise[v].value - expected.noise[v]) < Self.closedForm)
      }
      #expect(abs(limit.recovery.loss.value - expected.loss) < Self.closedForm * max(1, expected.loss))
    }
  }

  @Test(
    "In the invertible regime a width of d_c recovers the shared noises and nothing of the visible side's",
    arguments: 0..<60)
  func theoremTwo(seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed).child("theorem 2"))
    let graph = try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 4), observables: 2 + stream.uniform(below: 4), edgeProbability: 0.4,
      regime: .invertible, shuffled: true, using: &stream)
    let generative = try GenerativeModel(
      graph: graph, family: .linearOrthogonal, key: RandomKey(seed: seed).child("weights"))
    let model = try #require(LinearGaussianModel(generative))
    let mask = RandomGraphs.mask(graph.observables.count, using: &stream)
    let location = content(of: mask, in: graph)
    guard location.contentDimension > 0 else { return }
    let masks = try MaskDistribution(.fixed(mask), grid: graph.grid, patchSize: 1)
    let limits = try model.limits(masks: masks, widths: [location.contentDimension, 50], key: Self.key)
    #expect(limits[0].predictionRank.value == Double(location.contentDimension))
    for limit in limits[...1] {
      for v in location.ancestors {
        #expect(abs(limit.recovery.noise[v].value - 1) < 1e-6)
        #expect(graph.nodes[v].isObserved || abs(limit.recovery.node[v].value - 1) < 1e-6)
      }
      for v in location.maskedSpecific + location.visibleSpecific { #expect(limit.recovery.noise[v].value < 1e-6) }
    }
    for v in location.visibleSpecific { #expect(abs(limits[2].recovery.noise[v].value - 1) < 1e-6) }
  }

  @Test("A visible covariance of deficient rank is reported and gives finite numbers")
  func singular() throws {
    // Two observables that are copies of the same latent.
    let graph = try HierarchicalGraph(
      name: "copies",
      nodes: ["z", "x1", "x2", "x3"].map { NodeDeclaration($0, dimension: 1, noiseDimension: $0 == "z" ? 1 : 0) },
      edges: [("z", "x1"), ("z", "x2"), ("z", "x3")])
    let model = LinearGaussianModel(graph: graph, weights: [[[1]], [[2]], [[-1]], [[1]]].map { Matrix($0) })
    let masks = try MaskDistribution(
      .fixed(try Mask(masking: ["x3"], in: graph)), grid: graph.grid, patchSize: 1)
    let limits = try model.limits(masks: masks, widths: [1, 3], key: Self.key)
    for limit in limits {
      #expect(limit.smallestVisibleRankShare == 0.5)
      for estimate in limit.recovery.node { #expect(abs(estimate.value - 1) < Self.closedForm) }
      #expect(abs(limit.recovery.loss.value) < Self.closedForm)
    }
  }

  @Test("A node without variance has R² 0, not NaN")
  func constantNode() throws {
    let graph = try GraphFixtures.smallTree(regime: .noisy)
    let weights = graph.nodes.indices.map { v in
      Matrix<Double>(graph.parents.count(v) == 0 ? [[0]] : v < 3 ? [[1, 0]] : [[1, 1]])
    }
    let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1)
    let limits = try LinearGaussianModel(graph: graph, weights: weights).limits(
      masks: masks, widths: [1], key: Self.key)
    #expect(limits[0].method == .enumeration(masks: 6))
    for limit in limits { for v in 0..<3 { #expect(limit.recovery.node[v].value == 0) } }
  }

  @Test("With its border out of the loss a mask asks for what lies further away")
  func interior() throws {
    // Eight leaves, x0 to x4 masked: the interior x0 to x3 is the left half, which knows the rest through the root alone.
    let graph = try GraphFixtures.tree(branching: 2, height: 3)
    let (model, rho) = (Self.rhoTree(graph, 0.8), 0.8)
    let mask = Mask((0..<8).map { $0 < 5 })
    let masks = try MaskDistribution(.fixed(mask), grid: graph.grid, patchSize: 1)
    #expect(masks.counted(.interior, of: mask) == Mask((0..<8).map { $0 < 4 }))
    let all = try model.limits(masks: masks, widths: [1], key: Self.key)
    let inner = try model.limits(masks: masks, widths: [1], targets: .interior, key: Self.key)
    let given = try model.limits(over: [mask], widths: [1], counted: [masks.counted(.interior, of: mask)])
    #expect(inner[0].recovery.node.map(\.value) == given[0].recovery.node.map(\.value))
    #expect(inner[0].predictionRank.value == 1)
    // The one direction is the best prediction of the root.
    #expect(abs(inner[0].recovery.node[0].value - inner[1].recovery.node[0].value) < Self.closedForm)
    #expect(all[0].recovery.node[0].value < inner[0].recovery.node[0].value - 0.01)
    // Four leaves with corr(leaf, root) = ρ³ and a prediction of R² a have the error 1 − ρ⁶ a.
    let expected = 1 - pow(rho, 6) * inner[1].recovery.node[0].value
    #expect(abs(inner[0].recovery.loss.value - expected) < Self.closedForm)
  }

  @Test("Masks that leave nothing in the loss are left out of the means")
  func nothingCounts() throws {
    // Blocks of two of four leaves: {0, 1} and {2, 3} count one leaf each, {1, 2} none.
    let graph = try GraphFixtures.tree(branching: 2, height: 2)
    let masks = try MaskDistribution(.block(ratio: 0.5), grid: graph.grid, patchSize: 1)
    let limit = try Self.rhoTree(graph, 0.8).limits(masks: masks, widths: [1], targets: .interior, key: Self.key)[0]
    #expect(limit.method == .enumeration(masks: 3))
    // x0 is predicted by x2 + x3, whose squared correlation with the root is (2ρ²)² / (2 + 2ρ²).
    let expected = 2 * 0.8 * 0.8 * 0.8 * 0.8 / (1 + 0.8 * 0.8)
    #expect(abs(limit.recovery.node[0].value - expected) < Self.closedForm)
  }

  @Test("Ties between directions do not make the answer depend on the order of nodes")
  func ties() throws {
    // Two independent, equal pairs: any mixture of the two directions is optimal at width 1.
    func model(_ order: [Int]) throws -> (LinearGaussianModel, Mask) {
      let names = ["a", "b", "a1", "a2", "b1", "b2"]
      let graph = try HierarchicalGraph(
        name: "twins", nodes: order.map { NodeDeclaration(names[$0]) },
        edges: [("a", "a1"), ("a", "a2"), ("b", "b1"), ("b", "b2")])
      return (Self.rhoTree(graph, 0.8), try Mask(masking: ["a1", "b1"], in: graph))
    }
    for order in [[0, 1, 2, 3, 4, 5], [5, 1, 3, 0, 4, 2]] {
      let (model, mask) = try model(order)
      let masks = try MaskDistribution(.fixed(mask), grid: model.graph.grid, patchSize: 1)
      let limit = try model.limits(masks: masks, widths: [1], key: Self.key)[0]
      for name in ["a", "b"] {
        let node = try #require(model.graph.index(of: name))
        #expect(abs(limit.recovery.node[node].value - 0.5 * 0.64) < Self.closedForm)
      }
    }
  }

  @Test("Monte Carlo over masks agrees with all masks within 4 standard errors, and repeats its bits")
  func monteCarlo() throws {
    let graph = try GraphFixtures.tree(branching: 2, height: 3)
    let model = Self.rhoTree(graph, 0.8)
    let masks = try MaskDistribution(.bernoulli(ratio: 0.4), grid: graph.grid, patchSize: 1)
    let exact = try model.limits(masks: masks, widths: [1, 2], key: Self.key)
    #expect(exact[0].method == .enumeration(masks: 256))
    let options = GaussianLimitOptions(enumerationLimit: 0, draws: 400)
    let drawn = try model.limits(masks: masks, widths: [1, 2], options: options, key: Self.key)
    #expect(drawn == (try model.limits(masks: masks, widths: [1, 2], options: options, key: Self.key)))
    for (a, b) in zip(exact, drawn) {
      for v in graph.nodes.indices {
        #expect(abs(a.recovery.node[v].value - b.recovery.node[v].value) < 4 * b.recovery.node[v].standardError + 1e-12)
      }
      #expect(abs(a.recovery.loss.value - b.recovery.loss.value) < 4 * b.recovery.loss.standardError + 1e-12)
    }
  }
}

/// The same numbers by the formulas of a textbook: Σ = (I − W)⁻¹ Ψ (I − W)⁻ᵀ, explicit inverses, no factor shared.
private struct ExplicitModel {
  let graph: HierarchicalGraph
  let values: Matrix<Double>
  let valuesNoises: Matrix<Double>
  let valueRanges: [Range<Int>]
  let noiseRanges: [Range<Int>]

  init(_ graph: HierarchicalGraph, _ weights: [Matrix<Double>]) throws {
    func consecutive(_ sizes: [Int]) -> [Range<Int>] {
      var start = 0
      return sizes.map { size in
        defer { start += size }
        return start..<start + size
      }
    }
    valueRanges = consecutive(graph.nodes.map(\.dimension))
    noiseRanges = consecutive(graph.nodes.map(\.noiseDimension))
    self.graph = graph
    let (t, n) = (valueRanges.last!.upperBound, noiseRanges.last!.upperBound)
    var (system, noise) = (Matrix<Double>.identity(t), Matrix<Double>(rows: t, columns: n))
    for v in graph.nodes.indices {
      var inputs: [Int] = []
      for parent in graph.parents[v] { inputs += valueRanges[parent] }
      for (i, row) in valueRanges[v].enumerated() {
        for (j, input) in inputs.enumerated() { system[row, input] -= weights[v][i, j] }
        for (j, column) in noiseRanges[v].enumerated() { noise[row, column] = weights[v][i, inputs.count + j] }
      }
    }
    valuesNoises = try system.solve(noise)
    values = try system.solve(try system.solve(noise.multiplied(by: noise, transposeOther: true)).transposed())
  }

  func recovery(_ mask: Mask, width: Int?) throws -> (node: [Double], noise: [Double], loss: Double) {
    let masked = mask.masked(in: graph).flatMap { Array(valueRanges[$0]) }
    let visible = mask.visible(in: graph).flatMap { Array(valueRanges[$0]) }
    let visibleCovariance = values.rows(at: visible).columns(at: visible)
    let regression = try visibleCovariance.solve(values.rows(at: visible).columns(at: masked)).transposed()
    let explained = regression * values.rows(at: visible).columns(at: masked)
    var encoder = Matrix<Double>.identity(visible.count)
    var loss = masked.reduce(0.0) { $0 + values[$1, $1] }
    if let width {
      let (eigenvalues, vectors) = try explained.symmetricEigen()
      let top = Array(
        eigenvalues.indices.reversed().prefix(width).filter { eigenvalues[$0] > 1e-9 * eigenvalues.last! })
      encoder = vectors.columns(at: top).multiplied(by: regression, transposeSelf: true)
      loss -= top.reduce(0) { $0 + eigenvalues[$1] }
    } else {
      loss -= masked.indices.reduce(0) { $0 + explained[$1, $1] }
    }
    let codeCovariance = (encoder * visibleCovariance).multiplied(by: encoder, transposeOther: true)
    func r2(_ cross: Matrix<Double>, _ variance: (Int) -> Double, _ range: Range<Int>) throws -> Double {
      guard !range.isEmpty else { return 0 }
      let code = encoder * cross.columns(range)
      let solved = try codeCovariance.solve(code)
      return (0..<range.count).reduce(0.0) { sum, j in
        sum + (0..<code.rows).reduce(0.0) { $0 + code[$1, j] * solved[$1, j] } / variance(range.lowerBound + j)
      } / Double(range.count)
    }
    return (
      try valueRanges.map { try r2(values.rows(at: visible), { values[$0, $0] }, $0) },
      try noiseRanges.map { try r2(valuesNoises.rows(at: visible), { _ in 1 }, $0) }, loss / Double(masked.count)
    )
  }
}
