public import HierarchicalGraphs
public import Stochastics

/// One noise law for a graph with others for some levels and nodes. A node's own law wins over its level's, which wins over
/// the base.
public struct NoiseAssignment: Sendable, Hashable, CustomStringConvertible {
  /// A law for one level.
  public struct Level: Sendable, Hashable {
    /// The level: 0 are the observables.
    public let level: Int
    /// The law.
    public let law: Distribution
  }

  /// A law for one node.
  public struct Node: Sendable, Hashable {
    /// The node's name.
    public let node: String
    /// The law.
    public let law: Distribution
  }

  /// The law of all other nodes.
  public let base: Distribution
  /// By level, ascending.
  public let levels: [Level]
  /// By node, in the order of the names.
  public let nodes: [Node]

  /// An assignment.
  public init(_ base: Distribution, levels: [Int: Distribution] = [:], nodes: [String: Distribution] = [:]) {
    self.base = base
    self.levels = levels.sorted { $0.key < $1.key }.map { Level(level: $0.key, law: $0.value) }
    self.nodes = nodes.sorted { $0.key < $1.key }.map { Node(node: $0.key, law: $0.value) }
  }

  /// Standard Gaussian noise everywhere.
  public static let gaussian = NoiseAssignment(.gaussian)
  /// Laplace noise everywhere.
  public static let laplace = NoiseAssignment(.laplace)
  /// Uniform noise everywhere.
  public static let uniform = NoiseAssignment(.uniform)
  /// Noise that is always 0, everywhere: a violation on purpose.
  public static let degenerate = NoiseAssignment(.degenerate)
  /// Noise that siblings share in part, everywhere: a violation on purpose.
  public static func correlated(correlation: Double) -> NoiseAssignment {
    NoiseAssignment(.correlated(correlation: correlation))
  }
  /// Student-t noise everywhere.
  public static func studentT(degreesOfFreedom: Double) -> NoiseAssignment {
    NoiseAssignment(.studentT(degreesOfFreedom: degreesOfFreedom))
  }

  /// The base with what differs: `gaussian`, `gaussian[2=laplace;x3=uniform]`.
  public var description: String {
    let parts = levels.map { "\($0.level)=\($0.law)" } + nodes.map { "\($0.node)=\($0.law)" }
    return "\(base)" + (parts.isEmpty ? "" : "[\(parts.joined(separator: ";"))]")
  }

  /// All laws that occur.
  var laws: [Distribution] { [base] + levels.map(\.law) + nodes.map(\.law) }

  /// The law of each node, in the order of `graph.nodes`.
  ///
  /// - Throws: ``ModelError`` for a level or node that the graph does not have, or a law whose parameters are out of range.
  public func laws(for graph: HierarchicalGraph) throws(ModelError) -> [Distribution] {
    for law in laws { try law.check() }
    try graph.check(levels: levels.map(\.level), nodes: nodes.map(\.node), of: "noise")
    return graph.nodes.indices.map { v in
      nodes.first { $0.node == graph.nodes[v].name }?.law ?? levels.first { $0.level == graph.levels[v] }?.law ?? base
    }
  }
}

extension Distribution {
  /// - Throws: ``ModelError`` for parameters without which the law is not what it claims to be.
  func check() throws(ModelError) {
    switch self {
    case .studentT(let degreesOfFreedom) where !(degreesOfFreedom > 2):
      throw .invalidParameter(
        name: "degrees_of_freedom", value: "\(degreesOfFreedom)",
        remedy: "give more than 2, or the variance is infinite")
    case .correlated(let correlation) where !(correlation >= 0 && correlation <= 1):
      throw .invalidParameter(
        name: "correlation", value: "\(correlation)",
        remedy: "give a number from 0 to 1: a common factor gives no other")
    default: break
    }
  }
}

extension HierarchicalGraph {
  /// - Throws: ``ModelError`` for a level or node that the graph does not have.
  func check(levels: [Int], nodes: [String], of what: String) throws(ModelError) {
    for level in levels where !(0...height).contains(level) {
      throw .unsuitableAssignment(
        subject: "\(what) of level \(level)", reason: "graph '\(name)' has the levels 0 to \(height)",
        remedy: "give one of these; 0 are the observables")
    }
    for node in nodes where index(of: node) == nil {
      throw .unsuitableAssignment(
        subject: "\(what) of node '\(node)'", reason: "graph '\(name)' has no such node",
        remedy: "use one of its names, such as '\(self.nodes[0].name)'")
    }
  }
}
