internal import GenerativeModels
internal import HierarchicalGraphs
internal import Specifications

/// The distinct generators of a sweep: each is drawn once and shared by all cells that differ only in masks, width or
/// training.
struct Generators: Sendable {
  private struct Key: Hashable {
    var graph: String
    var mechanism: MechanismFamily
    var seed: UInt64
    var environment: Environment?
  }

  private var models: [Key: GenerativeModel] = [:]

  /// - Throws: `SpecificationError` at the plan's mechanism or environments that do not fit a graph.
  init(cells: [CellSpecification], plan: SweepPlan) throws(SpecificationError) {
    // Drawing is the work; environments share what was drawn.
    var bases: [Key: GenerativeModel] = [:]
    for cell in cells where models[Self.key(cell)] == nil {
      var key = Self.key(cell)
      key.environment = nil
      let base: GenerativeModel
      if let drawn = bases[key] { base = drawn } else { base = try Self.draw(cell, plan: plan) }
      bases[key] = base
      do {
        models[Self.key(cell)] =
          try cell.environment.map { environment throws(ModelError) in try base.intervened(by: environment) } ?? base
      } catch {
        throw plan.environmentsPlace.error("graph '\(cell.graph.name)': \(error)", remedy: "")
      }
    }
  }

  /// The generator of a cell without its environment.
  private static func draw(_ cell: CellSpecification, plan: SweepPlan) throws(SpecificationError) -> GenerativeModel {
    do {
      return try GenerativeModel(
        graph: cell.graph, family: cell.mechanism, noise: cell.noise, seed: cell.generatorSeed
      ).intervened(by: Environment(name: "interventions", cell.interventions))
    } catch {
      let index = plan.mechanisms.firstIndex(of: cell.mechanism)
      let place = index.flatMap { plan.mechanismPlaces.indices.contains($0) ? plan.mechanismPlaces[$0] : nil }
      throw (place ?? DocumentPlace()).error("graph '\(cell.graph.name)': \(error)", remedy: "")
    }
  }

  /// The generator of a cell that was given to the initialiser.
  subscript(cell: CellSpecification) -> GenerativeModel { models[Self.key(cell)]! }

  private static func key(_ cell: CellSpecification) -> Key {
    // Graph names are distinct within a plan, and its interventions are the same for all cells.
    Key(
      graph: cell.graph.name, mechanism: cell.mechanism, seed: cell.generatorSeed, environment: cell.environment)
  }
}
