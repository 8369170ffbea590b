internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import Recovery
public import Stochastics

/// A statement of the theory that is true or false of one random model: tried on many of them, it gives a proportion.
///
/// All models are drawn and, where samples are needed, sampled by the simulator itself (`GenerativeModels`), with linear mechanisms,
/// for which the statements can be decided by linear algebra alone. A new check is a case here with its function.
public enum TheoryCheck: String, CaseIterable, Sendable {
  /// Invertible regime: the sinks of A(m) are the one and only minimal latent set, by trying all subsets.
  case minimalContent = "minimal-content"
  /// Invertible regime: the minimal latent sets of m and of mᶜ are the same, by trying all subsets.
  case complementContent = "complement-content"
  /// Invertible regime: the population's canonical correlations of (x_m, x_mᶜ) are 0 or 1, d_c of them 1.
  case canonicalCorrelations = "canonical-correlations"
  /// Invertible regime: d_c of the canonical correlations of ``sampledRows`` samples exceed .9, in-sample.
  case sampledCanonicalCorrelations = "sampled-canonical-correlations"
  /// Noisy regime, scalar DAGs: the rank of the covariance of (x_m, x_mᶜ) is the size of a minimum trek-separating pair.
  case trekRank = "trek-rank"
  /// Noisy regime, scalar trees: the rank of the covariance of (x_m, x_mᶜ) is the number of sinks of A(m).
  case contentRank = "content-rank"
  /// Invertible regime, latents with parents noise-free with probability ½: there is one minimal latent set only.
  case noiseFreeUniqueness = "noise-free-uniqueness"

  /// The samples of ``sampledCanonicalCorrelations``.
  public static let sampledRows = 4000

  /// What one trial is: `random DAG` or `random tree`.
  public var unit: String { self == .contentRank ? "random trees" : "random DAGs" }

  /// Tries the statement on random models.
  ///
  /// - Parameters:
  ///   - models: At least 1. Model i depends on `seed` and i alone.
  ///   - seed: The source of graphs, masks, weights and samples.
  ///   - workers: Models that are tried at the same time; no influence on the result.
  /// - Returns: How many models the statement is true of.
  /// - Throws: `LinearAlgebraError`, `ModelError` or `RecoveryError` if a model cannot be drawn or decomposed.
  public func run(models: Int, seed: UInt64, workers: Int) async throws -> Proportion {
    precondition(models >= 1 && workers >= 1, "\(models) models, \(workers) workers")
    let root = RandomKey(seed: seed).child("theory-check").child(rawValue)
    let trues = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var count = 0
          for index in stride(from: worker, to: models, by: workers) where try holds(for: root.child(index)) {
            count += 1
          }
          return count
        }
      }
      return try await group.reduce(0, +)
    }
    return Proportion(successes: trues, trials: models)
  }

  private func holds(for key: RandomKey) throws -> Bool {
    var stream = RandomStream(key.child("graph"))
    switch self {
    case .minimalContent:
      let trial = try LinearTrial(try Self.invertibleDAG(using: &stream), key: key, using: &stream)
      return try trial.minimalSets() == [Set(trial.location.content)]
    case .complementContent:
      let trial = try LinearTrial(try Self.invertibleDAG(using: &stream), key: key, using: &stream)
      let (sets, complement) = (try trial.minimalSets(), try trial.complement.minimalSets())
      return Set(sets) == Set(complement)
    case .canonicalCorrelations:
      let trial = try LinearTrial(try Self.invertibleDAG(using: &stream), key: key, using: &stream)
      let values = try populationCanonicalCorrelations(
        loadings: trial.loadings, graph: trial.graph, mask: trial.mask)
      let ones = values.count { abs($0 - 1) < 1e-6 }
      return ones == trial.location.contentDimension && values.allSatisfy { abs($0 - 1) < 1e-6 || abs($0) < 1e-6 }
    case .sampledCanonicalCorrelations:
      let trial = try LinearTrial(try Self.invertibleDAG(using: &stream), key: key, using: &stream)
      return try trial.sampledOnes(key: key.child("samples")) == trial.location.contentDimension
    case .trekRank:
      let graph = try RandomGraphs.dag(
        latents: 1 + stream.uniform(below: 6), observables: 2 + stream.uniform(below: 7), edgeProbability: 0.35,
        regime: .noisy, shuffled: true, using: &stream)
      let trial = try LinearTrial(graph, key: key, using: &stream)
      return try trial.crossRank() == TrekSeparator(graph).separate(trial.mask).rank
    case .contentRank:
      let trial = try LinearTrial(try RandomGraphs.tree(using: &stream), key: key, using: &stream)
      return try trial.crossRank() == trial.location.content.count
    case .noiseFreeUniqueness:
      let graph = try Self.removingNoises(of: try Self.invertibleDAG(using: &stream), using: &stream)
      return try LinearTrial(graph, key: key, using: &stream).minimalSets().count == 1
    }
  }

  /// 1 to 5 latents with noises of 1 or 2 dimensions over 2 to 5 observables.
  private static func invertibleDAG(using stream: inout RandomStream) throws -> HierarchicalGraph {
    try RandomGraphs.dag(
      latents: 1 + stream.uniform(below: 5), observables: 2 + stream.uniform(below: 4), edgeProbability: 0.4,
      regime: .invertible, shuffled: true, noiseDimension: { 1 + $0.uniform(below: 2) }, using: &stream)
  }

  /// The graph with the noise taken from each latent that has parents with probability ½.
  private static func removingNoises(
    of graph: HierarchicalGraph, using stream: inout RandomStream
  ) throws -> HierarchicalGraph {
    let nodes = graph.nodes.enumerated().map { v, node in
      let isNoiseFree = !node.isObserved && graph.parents.count(v) > 0 && stream.uniform() < 0.5
      return NodeDeclaration(
        node.name, noiseDimension: isNoiseFree ? 0 : node.noiseDimension, isObserved: node.isObserved)
    }
    return try HierarchicalGraph(name: graph.name, nodes: nodes, indexedEdges: graph.edges, regime: .invertible)
  }
}

/// A random mask of a graph, and the graph's model with random linear mechanisms.
private struct LinearTrial {
  let graph: HierarchicalGraph
  let mask: Mask
  let model: GenerativeModel
  /// For each node its value as a map of all noises.
  let loadings: [Matrix<Double>]

  init(_ graph: HierarchicalGraph, key: RandomKey, using stream: inout RandomStream) throws {
    let model = try GenerativeModel(graph: graph, family: .linearOrthogonal, key: key.child("weights"))
    self.init(model, mask: RandomGraphs.mask(graph.observables.count, using: &stream))
  }

  private init(_ model: GenerativeModel, mask: Mask) {
    (graph, self.mask, self.model) = (model.graph, mask, model)
    // Linear mechanisms and Gaussian noises have a closed form.
    let linear = LinearGaussianModel(model)!
    loadings = linear.valueRanges.map { linear.loadings.rows($0) }
  }

  var complement: LinearTrial { LinearTrial(model, mask: mask.complement) }

  var location: ContentLocation { content(of: mask, in: graph) }

  func minimalSets() throws -> [Set<Int>] {
    try minimalContentSets(loadings: loadings, graph: graph, mask: mask)
  }

  /// The rank of Σ(x_m, x_mᶜ): singular values above 10⁻⁹ of the largest.
  func crossRank() throws -> Int {
    let masked = Matrix.concatenatingRows(mask.masked(in: graph).map { loadings[$0] })
    let visible = Matrix.concatenatingRows(mask.visible(in: graph).map { loadings[$0] })
    let values = try masked.multiplied(by: visible, transposeOther: true).singularValues()
    return values.count { $0 > 1e-9 * max(values[0], 1e-9) }
  }

  /// Canonical correlations of samples above .9. Those of unrelated views stay below √(p/n) + √(q/n), at most .4 here, and samples
  /// are in single precision, hence the tolerance for collinear columns.
  func sampledOnes(key: RandomKey) throws -> Int {
    let sample = model.sample(0..<UInt64(TheoryCheck.sampledRows), key: key)
    let (masked, visible) = (sample.values(of: mask.masked(in: graph)), sample.values(of: mask.visible(in: graph)))
    return try Recovery.canonicalCorrelations(masked.double, visible.double, tolerance: 1e-5).count { $0 > 0.9 }
  }
}
