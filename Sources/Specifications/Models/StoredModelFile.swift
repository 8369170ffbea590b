package import Datasets
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Stochastics

/// Models that stand in a data set of `strata sample`, wherever a model or its graph is asked for.
enum StoredModelFile {
  /// Whether a name is that of a data set: `.h5`, `.hdf5`, `.npz`, `.csv` or a folder's with `/` at its end.
  static func isDataset(_ source: String) -> Bool { DatasetExporter.Format(path: source) != nil }

  /// The head of a data set, whose model record it holds.
  ///
  /// - Throws: ``SpecificationError`` for files without a model (CSV among them) and for damage.
  static func record(_ source: String) throws(SpecificationError) -> ModelRecord {
    do { return try StoredSample(contentsOf: source).model } catch { throw SpecificationError(error) }
  }

  /// The stored model as a specification.
  ///
  /// - Throws: ``SpecificationError``; status `usage` for overrides, which a finished model has no use for.
  static func load(
    _ source: String, overrides: ModelFile.Overrides, plugins: Plugins
  ) throws(SpecificationError) -> ModelSpecification {
    guard overrides.mechanism == nil, overrides.noise == nil, overrides.seed == nil else {
      throw SpecificationError(
        file: source, "a stored model keeps its mechanisms, its noise and its seed",
        remedy: "leave --mechanism, --rho, --noise and --model-seed out, or give a graph", status: .usage)
    }
    let stored = try StoredModel(try record(source), file: source, plugins: plugins)
    let model = stored.model
    let base = model.noises.first ?? .gaussian
    let others = model.graph.nodes.indices.filter { model.noises[$0] != base }
    var specification = ModelSpecification(
      graph: model.graph, mechanism: model.family,
      noise: NoiseAssignment(
        base,
        nodes: Dictionary(uniqueKeysWithValues: others.map { (model.graph.nodes[$0].name, model.noises[$0]) })),
      seed: stored.seed ?? ModelSpecification.defaultSeed)
    specification.environments = stored.environments
    specification.stored = stored
    (specification.place, specification.environmentsPlace) = (DocumentPlace(file: source), DocumentPlace(file: source))
    return specification
  }
}

extension SpecificationError {
  /// A failure to read or write data as an error of the command that wanted it: a file that cannot be opened is missing
  /// input, and not wrong data.
  package init(_ error: DatasetError) {
    let status: ExitStatus =
      switch error {
      case .cannotRead: .noInput
      case .cannotWrite: .cannotCreate
      case .diskFull: .inputOutput
      default: .invalidData
      }
    self.init(file: nil, error.description, remedy: "", status: status)
  }
}
