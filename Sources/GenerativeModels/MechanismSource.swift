public import LinearAlgebra
public import Stochastics

/// A mechanism family of your own: one type that draws a ``Mechanism`` for a node.
///
/// See `experiments/plugin` for a whole program around one.
public protocol MechanismSource: Sendable {
  /// Draws the mechanism of one node.
  ///
  /// - Parameters:
  ///   - node: The node's shape and a sample of its inputs, for standardising.
  ///   - stream: The node's own stream: the only randomness to use, so that the same seed gives the same weights.
  /// - Returns: A mechanism of the node's dimension and input dimension.
  /// - Throws: ``ModelError``, where the family does not fit the node.
  func mechanism(for node: MechanismSite, using stream: inout RandomStream) throws(ModelError) -> any Mechanism
}

/// What a ``MechanismSource`` knows of the node that it draws for.
public struct MechanismSite: Sendable {
  /// The node's name.
  public let name: String
  /// The level: 0 are the observables.
  public let level: Int
  /// dim(node).
  public let dimension: Int
  /// dim(ε).
  public let noiseDimension: Int
  /// The parents' dimensions, in the graph's order.
  public let parentDimensions: [Int]
  /// 4096 samples of (parents, ε), feature-major: shape (Σ dim(parents) + dim(ε), 4096).
  public let calibration: Matrix<Float>

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { parentDimensions.reduce(noiseDimension, +) }

  /// The mean and the variance of each component of a mechanism's value on the calibration sample.
  public func moments(of mechanism: some Mechanism) -> [(mean: Double, variance: Double)] {
    MechanismBuilder.moments(
      MechanismBuilder.evaluate(mechanism, inputs: calibration.storage), rows: mechanism.dimension)
  }
}

/// A ``MechanismSource`` as a value that can be compared: by its name and parameters.
public struct CustomMechanisms: Sendable, Hashable, CustomStringConvertible {
  /// One parameter.
  public struct Parameter: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: Double
  }

  /// The name that stands in plans and tables.
  public let name: String
  /// All that the source depends on, in the order of the names. Two families of one name and the same parameters are taken
  /// for the same, and finished cells of a sweep are found again by them.
  public let parameters: [Parameter]
  /// The source.
  public let source: any MechanismSource

  /// A family of your own under a name.
  public init(_ name: String, parameters: [String: Double] = [:], source: any MechanismSource) {
    self.name = name
    self.parameters = parameters.sorted { $0.key < $1.key }.map { Parameter(name: $0.key, value: $0.value) }
    self.source = source
  }

  /// The name, with the parameters' values if there are any: `my-family-0.5`.
  public var label: String { ([name] + parameters.map { "\($0.value)" }).joined(separator: "-") }

  /// The name and the parameters.
  public var description: String {
    name + "(" + parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ") + ")"
  }

  /// Whether names and parameters are the same.
  public static func == (left: CustomMechanisms, right: CustomMechanisms) -> Bool {
    left.name == right.name && left.parameters == right.parameters
  }

  /// Hashes name and parameters.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(parameters)
  }
}
