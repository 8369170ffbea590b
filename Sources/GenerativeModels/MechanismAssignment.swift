/// One mechanism family for a graph with others for some levels and nodes. A node's own family wins over its level's, which
/// wins over the base.
public struct MechanismAssignment: Sendable, Hashable, CustomStringConvertible {
  /// A family for one level.
  public struct Level: Sendable, Hashable {
    /// The level: 0 are the observables.
    public let level: Int
    /// The family.
    public let family: MechanismFamily
  }

  /// A family for one node.
  public struct Node: Sendable, Hashable {
    /// The node's name.
    public let node: String
    /// The family.
    public let family: MechanismFamily
  }

  /// The family of all other nodes.
  public let base: MechanismFamily
  /// By level, ascending.
  public let levels: [Level]
  /// By node, in the order of the names.
  public let nodes: [Node]

  /// An assignment.
  ///
  /// - Precondition: no assignment inside another, and base and levels are no ``MechanismFamily/same(as:)``.
  public init(base: MechanismFamily, levels: [Int: MechanismFamily] = [:], nodes: [String: MechanismFamily] = [:]) {
    for family in [base] + levels.values + nodes.values {
      if case .assigned = family { preconditionFailure("an assignment inside an assignment") }
    }
    for family in [base] + levels.values {
      if case .same = family { preconditionFailure("only single nodes can share another's mechanism") }
    }
    self.base = base
    self.levels = levels.sorted { $0.key < $1.key }.map { Level(level: $0.key, family: $0.value) }
    self.nodes = nodes.sorted { $0.key < $1.key }.map { Node(node: $0.key, family: $0.value) }
  }

  /// The base with what differs: `mlp[2=linear-random;x3=polynomial]`.
  public var label: String { text(\.label) }

  /// As ``label``, with every parameter.
  public var description: String { text { "\($0)" } }

  private func text(_ describe: (MechanismFamily) -> String) -> String {
    let parts =
      levels.map { "\($0.level)=\(describe($0.family))" } + nodes.map { "\($0.node)=\(describe($0.family))" }
    return describe(base) + (parts.isEmpty ? "" : "[\(parts.joined(separator: ";"))]")
  }

  /// The family of a node.
  func family(ofNode name: String, level: Int) -> MechanismFamily {
    nodes.first { $0.node == name }?.family ?? levels.first { $0.level == level }?.family ?? base
  }
}
