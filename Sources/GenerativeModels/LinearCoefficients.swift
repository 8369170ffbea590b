/// Coefficients of linear maps that are given: `value = Σ_p A_p · p + B · ε`.
public struct LinearCoefficients: Sendable, Hashable {
  /// The coefficient of one parent or of the noise.
  public enum Coefficient: Sendable, Hashable {
    /// A number times the identity, for an input of the node's own dimension.
    case scalar(Double)
    /// A matrix by rows, shape (dimension, dimension of the input).
    case matrix([[Double]])
  }

  /// The coefficient of one parent.
  public struct Parent: Sendable, Hashable {
    /// The parent's name.
    public let name: String
    /// A_p.
    public let coefficient: Coefficient
  }

  /// By parent, in the order of the names; a parent without an entry has coefficient 0.
  public let parents: [Parent]
  /// B.
  public let noise: Coefficient

  /// Coefficients by the parents' names; the noise's is 1 unless given.
  public init(parents: [String: Coefficient], noise: Coefficient = .scalar(1)) {
    self.parents = parents.sorted { $0.key < $1.key }.map { Parent(name: $0.key, coefficient: $0.value) }
    self.noise = noise
  }
}
