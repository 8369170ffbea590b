public import HierarchicalGraphs
public import LinearAlgebra
public import Stochastics

/// A hierarchical generating process with everything drawn: a graph, a mechanism for each node, a law for each noise.
///
/// A model is a value. Train and evaluate on the *same* value: rebuilding one from a seed that was not repeated is how
/// published scores went wrong.
public struct GenerativeModel: Sendable {
  /// The skeleton.
  public let graph: HierarchicalGraph
  /// What the mechanisms were drawn from; its label names the model in tables.
  public let family: MechanismFamily
  /// The mechanism of each node, in the order of `graph.nodes`.
  public let mechanisms: [any Mechanism]
  /// The law of each node's noise components, in the order of `graph.nodes`.
  public let noises: [Distribution]
  let layout: SampleLayout
  package let steps: [SamplingStep]

  /// Draws the mechanisms of a family for every node of a graph.
  ///
  /// - Parameters:
  ///   - graph: The skeleton.
  ///   - family: The mechanisms' family. A root whose dimension equals its noise dimension has the value ε, unless coefficients or
  ///     weights are given for it.
  ///   - noise: The law of each node's noise components.
  ///   - key: The source of the weights. Node v's weights depend on `key` and v's name only (and, for standardised families,
  ///     on its ancestors).
  /// - Throws: ``ModelError`` when the family does not fit the graph's dimensions or a parameter is out of range.
  /// - Complexity: O(nodes) draws; the `rho` family with several parents a node needs O(nodes²) memory.
  public init(
    graph: HierarchicalGraph, family: MechanismFamily, noise: NoiseAssignment = .gaussian, key: RandomKey
  ) throws(ModelError) {
    let noises = try noise.laws(for: graph)
    var builder = try MechanismBuilder(graph: graph, family: family, noises: noises, key: key)
    mechanisms = try builder.build()
    layout = SampleLayout(graph)
    steps = SamplingStep.steps(graph, mechanisms)
    self.graph = graph
    self.family = family
    self.noises = noises
  }

  /// Draws the mechanisms from a generator seed: how plans, model files and every command derive the key, so that the same
  /// graph, family, noise and seed are the same model everywhere.
  ///
  /// - Throws: As ``init(graph:family:noise:key:)``.
  public init(
    graph: HierarchicalGraph, family: MechanismFamily, noise: NoiseAssignment = .gaussian, seed: UInt64
  ) throws(ModelError) {
    try self.init(graph: graph, family: family, noise: noise, key: RandomKey(seed: seed).child("generator"))
  }

  /// A model of given mechanisms.
  ///
  /// - Precondition: one mechanism and one law for each node, with the node's dimensions.
  public init(graph: HierarchicalGraph, family: MechanismFamily, mechanisms: [any Mechanism], noises: [Distribution]) {
    precondition(mechanisms.count == graph.nodes.count && noises.count == graph.nodes.count)
    for (v, mechanism) in mechanisms.enumerated() {
      precondition(
        mechanism.dimension == graph.nodes[v].dimension && mechanism.inputDimension == graph.inputDimension(v))
    }
    layout = SampleLayout(graph)
    steps = SamplingStep.steps(graph, mechanisms)
    self.graph = graph
    self.family = family
    self.mechanisms = mechanisms
    self.noises = noises
  }

  /// The weights W of every node's `value = W · (parents, ε) + constant`, or `nil` if some mechanism is not such a map.
  /// Linear mechanisms have no constant; interventions may bring one, and leave W = 0 where they set a value.
  public var linearWeights: [Matrix<Double>]? {
    let weights = mechanisms.compactMap { Self.linearPart($0) }
    return weights.count == mechanisms.count ? weights : nil
  }

  private static func linearPart(_ mechanism: any Mechanism) -> Matrix<Double>? {
    switch mechanism {
    case let linear as LinearMechanism: return linear.weights
    case let constant as ConstantMechanism:
      return Matrix(rows: constant.dimension, columns: constant.inputDimension)
    case let mapped as ShiftScaleMechanism:
      guard var weights = linearPart(mapped.base) else { return nil }
      for i in 0..<weights.rows { for j in 0..<weights.columns { weights[i, j] *= mapped.scale[i] } }
      return weights
    default: return nil
    }
  }
}

extension HierarchicalGraph {
  /// The number of inputs of a node's mechanism: Σ dim(parents) + dim(ε).
  public func inputDimension(_ node: Int) -> Int {
    parents[node].reduce(nodes[node].noiseDimension) { $0 + nodes[$1].dimension }
  }
}
