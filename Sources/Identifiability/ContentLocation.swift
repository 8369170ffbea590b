public import HierarchicalGraphs

/// What one mask makes the masked and the visible part share, and what stays with each of them.
///
/// All lists hold positions in the graph's `nodes`, in declaration order. In a graph without edges between observables
/// `ancestors` and `content` are latents. When such edges were allowed, an observable whose value flows into the other
/// side is shared information itself and stands in `ancestors` (and, as a sink, in `content`); the theorem, which is
/// about latents, then fails, and ``includesObservables(of:)`` tells.
public struct ContentLocation: Sendable, Equatable {
  /// A(m) = An(x_m) ∩ An(x_mᶜ): the nodes with both a masked and a visible observable among their descendants. Their
  /// exogenous noises are the information that the two sides share.
  public let ancestors: [Int]
  /// c(m): the sinks of A(m), its members without a child in A(m).
  public let content: [Int]
  /// The level of each member of `content`, in the same order.
  public let contentLevels: [Int]
  /// d_c = Σ_{v ∈ A(m)} dim ε_v: the intrinsic dimension of c in the invertible regime (a root's ε is the root).
  public let contentDimension: Int
  /// The nodes of An*(x_m) \ An*(x_mᶜ), whose noises form s_m (An* includes the node itself).
  public let maskedSpecific: [Int]
  /// The nodes of An*(x_mᶜ) \ An*(x_m), whose noises are one choice of s_mᶜ.
  public let visibleSpecific: [Int]

  /// Whether edges between observables made an observable part of what is shared.
  public func includesObservables(of graph: HierarchicalGraph) -> Bool {
    ancestors.contains { graph.nodes[$0].isObserved }
  }
}
