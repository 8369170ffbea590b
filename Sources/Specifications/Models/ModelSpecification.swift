public import GenerativeModels
public import HierarchicalGraphs
public import Stochastics

/// What determines a generating process completely: a graph, a mechanism family, a noise law, a seed.
public struct ModelSpecification: Sendable {
  /// The graph.
  public var graph: HierarchicalGraph
  /// How the mechanisms are drawn.
  public var mechanism: MechanismFamily
  /// The law of the exogenous noises.
  public var noise: Distribution
  /// The seed of the mechanisms' weights: the same seed in a plan's `generator_seeds` gives the same model.
  public var seed: UInt64
  /// Notes on how the graph was read, one line each; usually none.
  public var notes: [String]
  /// The file or option that named the mechanism, for errors.
  package var place: DocumentPlace

  /// A specification.
  public init(
    graph: HierarchicalGraph, mechanism: MechanismFamily, noise: Distribution = .gaussian,
    seed: UInt64 = Self.defaultSeed
  ) {
    (self.graph, self.mechanism, self.noise, self.seed, notes) = (graph, mechanism, noise, seed, [])
    place = DocumentPlace()
  }

  /// The seed where none is given, in model files as in plans.
  public static let defaultSeed: UInt64 = 1

  /// Draws the model.
  ///
  /// - Throws: ``SpecificationError`` where the mechanism does not fit the graph.
  public func model() throws(SpecificationError) -> GenerativeModel {
    do {
      return try GenerativeModel(graph: graph, family: mechanism, noise: noise, seed: seed)
    } catch {
      throw place.error(error.description, remedy: "")
    }
  }
}
