public import GenerativeModels

/// Which assumptions of Theorems 1 and 2 (Kong et al. 2023) a model meets, with the evidence and what follows.
///
/// A model that violates an assumption is a legitimate object of study: the report says which conclusions it loses.
public struct AssumptionReport: Sendable {
  /// How a clause came out.
  public enum Verdict: String, Sendable, CaseIterable {
    /// It holds: by construction, exactly, or at every point examined; the summary says which.
    case pass
    /// It is violated.
    case fail
    /// Neither could be shown.
    case notDecidable = "not-decidable"
  }

  /// A theorem of the paper.
  public enum Theorem: Int, Sendable, CaseIterable {
    /// The shared information c exists, is unique, and is located by the mask.
    case one = 1
    /// A masked autoencoder that attains its objective recovers c up to an invertible map.
    case two
  }

  /// A number that supports a verdict.
  public struct Evidence: Sendable {
    /// A stable name in snake case.
    public let name: String
    /// The number; may be infinite.
    public let value: Double
  }

  /// One clause of an assumption.
  public struct Clause: Sendable {
    /// The clauses, in the order of the report.
    public enum Name: String, Sendable, CaseIterable {
      /// The graph has no directed cycle.
      case acyclic
      /// No edge joins two observables.
      case noObservedEdges = "no-observed-edges"
      /// The exogenous noises are mutually independent.
      case independentNoises = "independent-noises"
      /// Every latent has a noise, all of whose components have an effect.
      case nonDegenerateNoise = "non-degenerate-noise"
      /// dim(node) ≥ Σ dim(parents) + dim(ε) at every node.
      case dimensionCount = "dimension-count"
      /// (parents, ε) ↦ node is one-to-one at every node, numerically.
      case invertibleModules = "invertible-modules"
      /// φ(c) = E[x_m | x_mᶜ] is injective in c.
      case injectivePrediction = "injective-prediction"
      /// Encoder and decoder are invertible together, at width d_c.
      case network
    }

    /// Which clause.
    public let name: Name
    /// The assumption of the paper that it belongs to: 1 (the generating process) or 2 (the autoencoder).
    public let assumption: Int
    /// How it came out.
    public let verdict: Verdict
    /// One sentence for people.
    public let summary: String
    /// The numbers behind it.
    public let evidence: [Evidence]
    /// Positions of the nodes that violate the clause, in declaration order.
    public let offenders: [Int]
    /// What follows for the theorems if it does not pass; `nil` if it does.
    public let consequence: String?
    /// The theorems that need this clause.
    public let theorems: [Theorem]
  }

  /// One entry for each clause, in the order of ``Clause/Name``.
  public let clauses: [Clause]
  /// The numerical measurements of every module.
  public let certificate: InvertibilityCertificate

  /// A clause by name.
  public subscript(name: Clause.Name) -> Clause {
    // The initialiser makes all of them.
    clauses.first { $0.name == name }!
  }

  /// Whether the premises of a theorem hold as far as the model decides them: the worst verdict of its clauses. The clause
  /// about the network is left out, as no model decides it.
  public func verdict(_ theorem: Theorem) -> Verdict {
    let needed = clauses.filter { $0.theorems.contains(theorem) && $0.name != .network }
    if needed.contains(where: { $0.verdict == .fail }) { return .fail }
    return needed.contains { $0.verdict == .notDecidable } ? .notDecidable : .pass
  }

  /// The clauses that keep a theorem from applying, by name.
  public func obstacles(_ theorem: Theorem) -> [Clause.Name] {
    clauses.filter { $0.theorems.contains(theorem) && $0.name != .network && $0.verdict != .pass }.map(\.name)
  }
}
