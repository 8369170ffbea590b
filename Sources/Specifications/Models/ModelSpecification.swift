public import GenerativeModels
public import HierarchicalGraphs

/// What determines a generating process completely: a graph, a mechanism family, a noise law, a seed.
public struct ModelSpecification: Sendable {
  /// The graph.
  public var graph: HierarchicalGraph
  /// How the mechanisms are drawn.
  public var mechanism: MechanismFamily
  /// The laws of the exogenous noises.
  public var noise: NoiseAssignment
  /// Interventions that are part of the model itself.
  public var interventions: [Intervention] = []
  /// Named sets of interventions, each of which is the model in another environment.
  public var environments: [Environment] = []
  /// The seed of the mechanisms' weights: the same seed in a plan's `generator_seeds` gives the same model.
  public var seed: UInt64
  /// The model itself where it was stored, weights and all, and is not to be drawn again.
  package var stored: StoredModel?
  /// Notes on how the graph was read, one line each; usually none.
  public var notes: [String]
  /// The file or option that named the mechanism, for errors.
  package var place: DocumentPlace
  /// Where the file defines its environments, or the whole file.
  package var environmentsPlace: DocumentPlace

  /// A specification.
  public init(
    graph: HierarchicalGraph, mechanism: MechanismFamily, noise: NoiseAssignment = .gaussian,
    seed: UInt64 = Self.defaultSeed
  ) {
    (self.graph, self.mechanism, self.noise, self.seed, notes) = (graph, mechanism, noise, seed, [])
    (place, environmentsPlace) = (DocumentPlace(), DocumentPlace())
  }

  /// The seed where none is given, in model files as in plans.
  public static let defaultSeed: UInt64 = 1

  /// Draws the model, with the interventions that are part of it.
  ///
  /// - Parameter environment: The name of one of ``environments``, whose interventions are then made on top: they act on the
  ///   model as its own interventions leave it. `observational` or nil for none.
  /// - Throws: ``SpecificationError`` where the mechanism or an intervention does not fit the graph, or there is no
  ///   environment of the name.
  public func model(environment: String? = nil) throws(SpecificationError) -> GenerativeModel {
    let chosen = try EnvironmentChoice.find(
      environment.map { [$0] } ?? [], among: environments, place: environmentsPlace)
    guard chosen.count <= 1 else {
      throw environmentsPlace.error("'\(EnvironmentChoice.all)' is not one environment", remedy: "name one of them")
    }
    do throws(ModelError) {
      var model: GenerativeModel
      if let stored {
        model = stored.model
      } else {
        model = try GenerativeModel(graph: graph, family: mechanism, noise: noise, seed: seed)
      }
      for added in [Environment(name: "interventions", interventions)] + chosen {
        model = try model.intervened(by: added)
      }
      return model
    } catch {
      throw place.error(error.description, remedy: "")
    }
  }
}
