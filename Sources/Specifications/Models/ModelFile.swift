internal import GenerativeModels
internal import Stochastics

/// Model files: a graph, a mechanism, a noise law and a seed in one YAML file (docs/model-format.md).
public enum ModelFile {
  static let keys = ["graph", "mechanism", "noise", "seed", "interventions", "environments"]

  /// Parts of a model given besides its file, as on a command line; they win over the file.
  public struct Overrides: Sendable {
    /// A mechanism in one word, like `rho:0.85`.
    public var mechanism: String?
    /// A noise law in one word, like `student-t:5`.
    public var noise: String?
    /// The seed of the weights.
    public var seed: UInt64?

    /// Overrides; everything may be left out.
    public init(mechanism: String? = nil, noise: String? = nil, seed: UInt64? = nil) {
      (self.mechanism, self.noise, self.seed) = (mechanism, noise, seed)
    }
  }

  /// Reads a model file, a graph to which `overrides` add the rest, or the model that a data set was drawn from.
  ///
  /// - Parameters:
  ///   - source: The path of a model file; of a data set that holds a model (`.h5`, `.npz`, or a folder with `/` at its end), which
  ///     takes no overrides; or what ``GraphFile/load(_:)`` takes: the path of a graph file or a built-in family.
  ///   - overrides: What wins over the file; for a graph the mechanism is required.
  ///   - plugins: Mechanisms and noises that the file may name besides the built-in ones.
  /// - Throws: ``SpecificationError`` with file, line, key and remedy.
  public static func load(
    _ source: String, overrides: Overrides = Overrides(), plugins: Plugins = Plugins()
  ) throws(SpecificationError) -> ModelSpecification {
    if StoredModelFile.isDataset(source) {
      return try StoredModelFile.load(source, overrides: overrides, plugins: plugins)
    }
    var specification: ModelSpecification
    if let root = try modelDocument(source) {
      specification = try read(root, file: source, overrides: overrides, plugins: plugins)
    } else {
      let loaded = try GraphFile.load(source)
      guard let word = overrides.mechanism else {
        throw SpecificationError(
          file: source, "this is a graph, and a model also needs a mechanism",
          remedy: "add --mechanism, for example --mechanism rho:0.85, or give a model file", status: .usage)
      }
      specification = ModelSpecification(graph: loaded.graph, mechanism: try mechanism(word, plugins))
      specification.notes = loaded.notes
      (specification.place, specification.environmentsPlace) = (
        DocumentPlace(file: source), DocumentPlace(file: source)
      )
    }
    if let word = overrides.noise {
      specification.noise = NoiseAssignment(
        try Distribution(SpecificationWord.node(word, option: "--noise"), context: ReadingContext(plugins: plugins)))
    }
    if let seed = overrides.seed { specification.seed = seed }
    return specification
  }

  /// The document of a model file; `nil` for graph files, families and what only ``GraphFile`` can say is wrong.
  private static func modelDocument(_ source: String) throws(SpecificationError) -> DocumentNode? {
    guard !GraphFamilyReader.isFamily(source) else { return nil }
    guard ["yaml", "yml", "json"].contains(GraphFile.fileExtension(source)) else { return nil }
    let root = try Document.load(source)
    guard let map = try? root.anyMapping else { return nil }
    // NetworkX's node-link files have a key 'graph' too, but always nodes besides.
    let isModel = map.optional("nodes") == nil && (map.optional("graph") ?? map.optional("mechanism")) != nil
    return isModel ? root : nil
  }

  private static func read(
    _ root: DocumentNode, file: String, overrides: Overrides, plugins: Plugins
  ) throws(SpecificationError) -> ModelSpecification {
    let map = try root.mapping(keys: keys)
    let folder = file.lastIndex(of: "/").map { $0 == file.startIndex ? "/" : String(file[..<$0]) }
    let context = ReadingContext(folder: folder, plugins: plugins)
    let loaded = try GraphFile.load(try map.required("graph"), relativeTo: folder)
    var specification: ModelSpecification
    if let word = overrides.mechanism {
      specification = ModelSpecification(graph: loaded.graph, mechanism: try mechanism(word, plugins))
      specification.place = DocumentPlace(file: file)
    } else {
      let node = try map.required("mechanism")
      specification = ModelSpecification(graph: loaded.graph, mechanism: try MechanismFamily(node, context: context))
      specification.place = node.place
    }
    specification.notes = loaded.notes
    if let node = map.optional("noise") { specification.noise = try NoiseAssignment(node, context: context) }
    if let node = map.optional("interventions") {
      let read = try Environment(name: "interventions", node, context: context, graphs: [loaded.graph])
      specification.interventions = read.interventions
    }
    specification.environmentsPlace = DocumentPlace(file: file)
    if let node = map.optional("environments") {
      // The model without interventions is always among a model's environments.
      specification.environments = try Environment.all(node, context: context, graphs: [loaded.graph])
        .filter { $0.name != EnvironmentChoice.observational }
      specification.environmentsPlace = map.place(of: "environments")
    }
    if let node = map.optional("seed") { specification.seed = try node.seed }
    return specification
  }

  private static func mechanism(_ word: String, _ plugins: Plugins) throws(SpecificationError) -> MechanismFamily {
    try MechanismFamily(SpecificationWord.node(word, option: "--mechanism"), context: ReadingContext(plugins: plugins))
  }
}
