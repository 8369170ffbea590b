/// A vector-valued variable of a hierarchical latent graph.
public struct Node: Hashable, Sendable {
  /// The name, unique in its graph.
  public let name: String
  /// The number of scalar components of the variable, at least 1.
  public let dimension: Int
  /// The number of scalar components of its exogenous noise ε; 0 is a (legal) violation of Theorem 1's uniqueness.
  public let noiseDimension: Int
  /// Whether the variable is observed (a pixel) or latent.
  public let isObserved: Bool

  /// A node; ``HierarchicalGraph`` validates it.
  public init(name: String, dimension: Int, noiseDimension: Int, isObserved: Bool) {
    self.name = name
    self.dimension = dimension
    self.noiseDimension = noiseDimension
    self.isObserved = isObserved
  }
}

/// What a caller knows of a node before dimensions are filled in.
public struct NodeDeclaration: Hashable, Sendable {
  /// The name, unique in its graph.
  public var name: String
  /// The dimension, or `nil` to have it filled in by the regime.
  public var dimension: Int?
  /// The noise dimension, or `nil` for the regime's default.
  public var noiseDimension: Int?
  /// Whether the node is observed, or `nil` for "observed if it is a leaf".
  public var isObserved: Bool?

  /// A declaration; everything but the name may be left out.
  public init(_ name: String, dimension: Int? = nil, noiseDimension: Int? = nil, isObserved: Bool? = nil) {
    self.name = name
    self.dimension = dimension
    self.noiseDimension = noiseDimension
    self.isObserved = isObserved
  }
}

/// Which relation between a node's dimension and its inputs' holds.
public enum Regime: String, Sendable, CaseIterable {
  /// (parents, ε) ↔ node is one-to-one, so dim(node) ≥ Σ dim(parents) + dim(ε): the paper's Assumption 1.
  case invertible
  /// Dimensions are free; a node does not determine its parents.
  case noisy
}
