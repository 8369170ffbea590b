internal import HierarchicalGraphs
public import Stochastics

/// A change of one node's mechanism or noise; everything else stays.
public struct Intervention: Sendable, Hashable {
  /// The kinds.
  public enum Kind: Sendable, Hashable {
    /// do(z = value): the node no longer listens to its parents and its noise. One number for each component, or a single
    /// one for all.
    case hard([Double])
    /// The mechanism stays, and its value is mapped to scale · value + shift. One number for each component, or a single
    /// one for all.
    case soft(shift: [Double], scale: [Double])
    /// The mechanism stays, and its noise follows another law, drawn from the same stream.
    case noise(Distribution)
  }

  /// The node's name.
  public let node: String
  /// What is done to it.
  public let kind: Kind

  /// An intervention on a node.
  public init(_ kind: Kind, on node: String) {
    self.node = node
    self.kind = kind
  }
}

/// Interventions that hold together, under a name.
public struct Environment: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The interventions: on one node at most one hard or soft one and one on its noise.
  public let interventions: [Intervention]

  /// An environment.
  public init(name: String, _ interventions: [Intervention]) {
    self.name = name
    self.interventions = interventions
  }
}

extension GenerativeModel {
  /// The model under interventions: mechanisms and noise laws of the nodes concerned replaced, all others the very same.
  ///
  /// Under one key the samples of both models share every noise but the replaced ones, so that they are counterfactuals of
  /// one another: values of nodes that do not descend from the nodes concerned are the same bits. Noises of a node under a
  /// hard intervention are still drawn and kept, without effect.
  ///
  /// - Throws: ``ModelError`` for an unknown node, a wrong number of components, numbers that are not finite, or two
  ///   interventions on one node that contradict each other.
  public func intervened(by environment: Environment) throws(ModelError) -> GenerativeModel {
    var (mechanisms, noises) = (mechanisms, noises)
    var (changed, replaced) = (Set<Int>(), Set<Int>())
    for intervention in environment.interventions {
      let subject = "the intervention on '\(intervention.node)' in environment '\(environment.name)'"
      guard let v = graph.index(of: intervention.node) else {
        throw .unsuitableAssignment(
          subject: subject, reason: "graph '\(graph.name)' has no such node",
          remedy: "use one of its names, such as '\(graph.nodes[0].name)'")
      }
      let isFirst: Bool
      switch intervention.kind {
      case .hard(let value):
        isFirst = changed.insert(v).inserted
        mechanisms[v] = ConstantMechanism(
          value: try components(value, of: v, subject), inputDimension: mechanisms[v].inputDimension)
      case .soft(let shift, let scale):
        isFirst = changed.insert(v).inserted
        mechanisms[v] = ShiftScaleMechanism(
          base: mechanisms[v], shift: try components(shift, of: v, subject),
          scale: try components(scale, of: v, subject))
      case .noise(let law):
        isFirst = replaced.insert(v).inserted
        try law.check()
        noises[v] = law
      }
      guard isFirst else {
        throw .unsuitableAssignment(
          subject: subject, reason: "it is the second of its kind", remedy: "keep one, or name two environments")
      }
    }
    return GenerativeModel(graph: graph, family: family, mechanisms: mechanisms, noises: noises)
  }

  /// Draws samples under interventions; see ``sample(_:key:)`` and ``intervened(by:)``.
  ///
  /// - Throws: ``ModelError`` where the environment does not fit the graph.
  public func sample(
    _ indices: Range<UInt64>, key: RandomKey, environment: Environment
  ) throws(ModelError) -> Sample {
    try intervened(by: environment).sample(indices, key: key)
  }

  private func components(_ given: [Double], of v: Int, _ subject: String) throws(ModelError) -> [Double] {
    let dimension = graph.nodes[v].dimension
    guard given.count == dimension || given.count == 1 else {
      throw .unsuitableAssignment(
        subject: subject, reason: "it gives \(given.count) numbers for \(dimension) components",
        remedy: "give one number, or one for each component")
    }
    guard given.allSatisfy({ $0.isFinite }) else {
      throw .unsuitableAssignment(
        subject: subject, reason: "it holds NaN or infinity", remedy: "give finite numbers")
    }
    return given.count == dimension ? given : Array(repeating: given[0], count: dimension)
  }
}
