public import GenerativeModels
public import HierarchicalGraphs
public import Stochastics

extension AssumptionReport {
  /// Largest error of a round trip that still counts as recovering (parents, ε).
  public static let roundTripTolerance = 1e-6

  /// Examines a model.
  ///
  /// - Parameters:
  ///   - model: Any model.
  ///   - masks: The masks for which the injectivity of φ is examined; the other clauses do not depend on them.
  ///   - samples: The samples at which every module is examined.
  ///   - key: The source of the samples.
  /// - Precondition: `samples >= 1`; every mask has one flag for each observable.
  /// - Complexity: that of `GenerativeModel.invertibilityCertificate(samples:key:)`; and for each mask a singular value
  ///   decomposition of the cross-covariance if the model is linear, else 2,048 sweeps of derivatives through the
  ///   graph (32,768 for two masks that these leave open).
  public init(_ model: GenerativeModel, masks: [Mask], samples: Int = 256, key: RandomKey) {
    certificate = model.invertibilityCertificate(samples: samples, key: key.child("modules"))
    let graph = model.graph
    var clauses = [Self.acyclic(graph), Self.observedEdges(graph), Self.independence(model)]
    clauses.append(Self.noise(model, certificate))
    clauses.append(Self.dimensionCount(certificate))
    clauses.append(Self.modules(certificate))
    let structureHolds = clauses.allSatisfy { $0.verdict == .pass }
    let prediction = PredictionInjectivity(
      model, masks: masks, isInvertible: structureHolds, key: key.child("prediction"))
    clauses.append(Self.injectivity(prediction))
    clauses.append(Self.network(graph, masks))
    self.clauses = clauses
  }

  private static func acyclic(_ graph: HierarchicalGraph) -> Clause {
    Clause(
      name: .acyclic, assumption: 1, verdict: .pass, summary: "by construction: a graph with a cycle is refused",
      evidence: [count("nodes", graph.nodes.count), count("edges", graph.edgeCount)], offenders: [], consequence: nil,
      theorems: [.one, .two])
  }

  private static func observedEdges(_ graph: HierarchicalGraph) -> Clause {
    var (offenders, edges) = ([Int](), 0)
    for v in graph.observables {
      let observed = graph.parents[v].count { graph.nodes[$0].isObserved }
      edges += observed
      if observed > 0 { offenders.append(v) }
    }
    return Clause(
      name: .noObservedEdges, assumption: 1, verdict: edges == 0 ? .pass : .fail,
      summary: edges == 0 ? "exact" : "\(edges) edges between observables", evidence: [count("edges", edges)],
      offenders: offenders.sorted(),
      consequence: edges == 0
        ? nil
        : "where a mask separates the ends, they share information that no latent carries: c is not a set of latents",
      theorems: [.one, .two])
  }

  private static func independence(_ model: GenerativeModel) -> Clause {
    let graph = model.graph
    // Siblings under a correlated law share one factor: those of the same set of parents, and all roots.
    var groups: [Set<Int>: [Int]] = [:]
    for (v, law) in model.noises.enumerated() {
      if case .correlated(let correlation) = law, correlation > 0 {
        groups[Set(graph.parents[v]), default: []].append(v)
      }
    }
    let tied = groups.values.filter { $0.reduce(0) { $0 + graph.nodes[$1].noiseDimension } > 1 }.flatMap { $0 }.sorted()
    return Clause(
      name: .independentNoises, assumption: 1, verdict: tied.isEmpty ? .pass : .fail,
      summary: tied.isEmpty
        ? "by construction: no two components share a random stream or a common factor"
        : "\(tied.count) nodes share a factor with their siblings, as their noise law says",
      evidence: [
        count("components", graph.nodes.reduce(0) { $0 + $1.noiseDimension }),
        count("nodes_with_common_factor", tied.count),
      ], offenders: tied,
      consequence: tied.isEmpty
        ? nil
        : "what siblings share beside their parents is information that no latent carries: c is not a set of latents",
      theorems: [.one, .two])
  }

  private static func noise(_ model: GenerativeModel, _ certificate: InvertibilityCertificate) -> Clause {
    let graph = model.graph
    let latents = certificate.modules.filter { !graph.nodes[$0.node].isObserved }
    let without = latents.count { $0.noiseDimension == 0 }
    let degenerate = latents.filter {
      $0.noiseDimension == 0 || !$0.hasFullNoise || model.noises[$0.node] == .degenerate
    }
    let smallest = latents.filter { $0.noiseDimension > 0 }.map(\.smallestNoiseSingularValue).min() ?? .infinity
    return Clause(
      name: .nonDegenerateNoise, assumption: 1, verdict: degenerate.isEmpty ? .pass : .fail,
      summary: degenerate.isEmpty
        ? "∂value/∂ε has full rank at every latent, at all samples"
        : "\(without) of \(latents.count) latents without noise, \(degenerate.count - without) with noise of no effect",
      evidence: [
        count("latents", latents.count), count("without_noise", without),
        count("without_effect", degenerate.count - without), Evidence(name: "smallest_singular_value", value: smallest),
      ], offenders: degenerate.map(\.node),
      consequence: degenerate.isEmpty
        ? nil
        : "the minimal c need not be unique: a latent that adds nothing of its own can be exchanged for its parents",
      theorems: [.one, .two])
  }

  private static func dimensionCount(_ certificate: InvertibilityCertificate) -> Clause {
    let short = certificate.modules.filter { !$0.hasDimensionsForInverse }
    return Clause(
      name: .dimensionCount, assumption: 1, verdict: short.isEmpty ? .pass : .fail,
      summary: short.isEmpty
        ? "dim(node) ≥ Σ dim(parents) + dim(ε) at every node"
        : "\(short.count) of \(certificate.modules.count) nodes are smaller than parents and noise",
      evidence: [
        count("nodes", certificate.modules.count), count("too_small", short.count),
        count("largest_shortfall", short.map { $0.inputDimension - $0.dimension }.max() ?? 0),
      ], offenders: short.map(\.node),
      consequence: short.isEmpty
        ? nil
        : "the noisy regime: x_mᶜ does not determine c; what is shared is the trek-separation rank (theory locate) and the "
          + "Gaussian limit (theory limit)", theorems: [.one, .two])
  }

  private static func modules(_ certificate: InvertibilityCertificate) -> Clause {
    let modules = certificate.modules
    let short = modules.count { !$0.hasDimensionsForInverse }
    let checked = modules.filter(\.hasDimensionsForInverse)
    let refuted = checked.filter {
      !$0.isRegular || $0.secondPreimages > 0 || ($0.inverse == .exact && ($0.roundTripError ?? 0) > roundTripTolerance)
    }
    let open = checked.filter { $0.unsolved > 0 || ($0.roundTripError ?? 0) > roundTripTolerance }
    let verdict: Verdict = short > 0 || !refuted.isEmpty ? .fail : open.isEmpty ? .pass : .notDecidable
    let conditions = modules.map(\.medianConditionNumber).sorted()
    let offenders = modules.filter { module in
      !module.hasDimensionsForInverse || (refuted + open).contains { $0.node == module.node }
    }
    let summary: String
    switch verdict {
    case .pass:
      let searched = checked.count { $0.inverse == .iterative }
      summary =
        searched == 0
        ? "regular, and inverted by the mechanisms' own inverses"
        : "regular and inverted at all samples (\(searched) nodes by search)"
    case .fail:
      summary =
        refuted.isEmpty
        ? "\(short) nodes have no inverse by dimension count"
        : "\(refuted.count) nodes with a singular Jacobian, a second preimage, or a failed inverse"
    case .notDecidable: summary = "the search for an inverse failed at \(open.count) nodes"
    }
    return Clause(
      name: .invertibleModules, assumption: 1, verdict: verdict, summary: summary,
      evidence: [
        count("samples", certificate.samples),
        Evidence(
          name: "smallest_singular_value", value: modules.map(\.smallestSingularValue).min() ?? .infinity),
        Evidence(name: "largest_condition_number", value: modules.map(\.largestConditionNumber).max() ?? 1),
        Evidence(name: "median_condition_number", value: conditions.isEmpty ? 1 : conditions[conditions.count / 2]),
        Evidence(name: "round_trip_error", value: checked.compactMap(\.roundTripError).max() ?? .nan),
        count("second_preimages", checked.reduce(0) { $0 + $1.secondPreimages }),
        count("unsolved", checked.reduce(0) { $0 + $1.unsolved }),
      ], offenders: offenders.map(\.node),
      consequence: verdict == .pass
        ? nil : "a node does not determine its parents, so neither x_m nor x_mᶜ need determine c",
      theorems: [.one, .two])
  }

  private static func injectivity(_ found: PredictionInjectivity) -> Clause {
    let consequence: String? =
      switch found.verdict {
      case .pass: nil
      case .fail: "training on squared error cannot recover all of c: only what E[x_m | x_mᶜ] shows of it"
      case .notDecidable: "whether squared error rewards recovering all of c is open"
      }
    return Clause(
      name: .injectivePrediction, assumption: 2, verdict: found.verdict, summary: found.summary,
      evidence: found.evidence, offenders: [], consequence: consequence, theorems: [.two])
  }

  private static func network(_ graph: HierarchicalGraph, _ masks: [Mask]) -> Clause {
    let locator = ContentLocator(graph)
    let dimensions = masks.map { locator.locate($0).contentDimension }
    let (low, high) = (dimensions.min() ?? 0, dimensions.max() ?? 0)
    let width = low == high ? "\(low)" : "\(low) to \(high), by mask: no one width suits all"
    return Clause(
      name: .network, assumption: 2, verdict: .notDecidable,
      summary: "a property of the trained network, not of the model",
      evidence: [count("smallest_content_dimension", low), count("largest_content_dimension", high)], offenders: [],
      consequence:
        "needs a decoder with a regular Jacobian and an encoder that extends to an invertible map, of width d_c = "
        + width, theorems: [.two])
  }

  static func count(_ name: String, _ value: Int) -> Evidence { Evidence(name: name, value: Double(value)) }
}
