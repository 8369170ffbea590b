public import Datasets
internal import Foundation
public import GenerativeModels
internal import HierarchicalGraphs
internal import Stochastics

/// A generating model as it is kept with its samples: the graph as YAML, the rest as JSON that refers to one list of numbers
/// in double precision. Reading gives a model that draws the same samples, bit for bit, in all its environments.
public struct StoredModel: Sendable {
  /// The model, without the interventions of an environment but with ``interventions``.
  public let model: GenerativeModel
  /// The seed that its weights were drawn from, if there was one; for the record only.
  public let seed: UInt64?

  /// Its environments.
  public let environments: [Environment]
  /// The interventions that are part of the model: ``model`` is as they leave it, so they are for the record only.
  public let interventions: [Intervention]

  /// A model with its seed and environments.
  ///
  /// - Parameters:
  ///   - model: The model, with its own interventions made.
  ///   - seed: The seed of its weights, if there was one.
  ///   - environments: Its environments.
  ///   - interventions: Those that were made in `model`.
  public init(
    _ model: GenerativeModel, seed: UInt64?, environments: [Environment] = [], interventions: [Intervention] = []
  ) {
    (self.model, self.seed, self.environments, self.interventions) = (model, seed, environments, interventions)
  }

  /// The model as text and numbers.
  ///
  /// - Throws: `ModelStorageError.notStorable(type:remedy:)` for a mechanism or law without storage.
  public func record() throws(ModelStorageError) -> ModelRecord {
    var numbers: [Double] = []
    let family = ModelText.Part(model.family.storedParameters, numbers: &numbers)
    var nodes: [ModelText.Node] = []
    for (index, node) in model.graph.nodes.enumerated() {
      nodes.append(
        ModelText.Node(
          name: node.name, mechanism: .init(try model.mechanisms[index].parametersForStorage(), numbers: &numbers),
          noise: .init(try model.noises[index].parametersForStorage(), numbers: &numbers)))
    }
    var texts: [ModelText.Environment] = []
    for environment in environments {
      texts.append(try ModelText.Environment(environment, numbers: &numbers))
    }
    let made = try [ModelText.Intervention](interventions, numbers: &numbers)
    // Programs that do not know the record of interventions read the same model, so that it is no version of its own.
    let content = ModelText(
      version: texts.isEmpty ? 1 : 2, seed: seed, family: family, nodes: nodes,
      environments: texts.isEmpty ? nil : texts, interventions: made.isEmpty ? nil : made)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text and integers only, so encoding cannot fail; a YAML text exists for every graph.
    return ModelRecord(
      graph: GraphYAML.text(model.graph), description: String(decoding: try! encoder.encode(content), as: UTF8.self),
      parameters: numbers)
  }

  /// Reads a model.
  ///
  /// - Parameters:
  ///   - record: What ``record()`` made.
  ///   - file: The name for errors.
  ///   - plugins: Mechanisms and noise laws of your own that may occur.
  /// - Throws: ``SpecificationError``.
  public init(
    _ record: ModelRecord, file: String, plugins: Plugins = Plugins()
  ) throws(SpecificationError) {
    let graph = try GraphFile.parse(record.graph, format: .yaml, file: file).graph
    let content: ModelText
    do {
      content = try JSONDecoder().decode(ModelText.self, from: Data(record.description.utf8))
    } catch {
      throw Self.error(file, "the description of the stored model cannot be read")
    }
    guard (1...2).contains(content.version) else {
      throw SpecificationError(
        file: file, "the stored model has version \(content.version), and this program reads versions 1 and 2",
        remedy: "read it with the version that wrote it")
    }
    guard content.nodes.map(\.name) == graph.nodes.map(\.name) else {
      throw Self.error(file, "the stored model has other nodes than its graph")
    }
    var (mechanisms, noises): ([any Mechanism], [Distribution]) = ([], [])
    let family: MechanismFamily
    var environments: [Environment] = []
    var made = Environment(name: "interventions", [])
    let (known, laws) = (plugins.storedMechanisms, plugins.storedNoises)
    do throws(ModelStorageError) {
      family = try MechanismFamily(try content.family.parameters(record.parameters))
      for node in content.nodes {
        mechanisms.append(try known.mechanism(try node.mechanism.parameters(record.parameters)))
        noises.append(try Distribution(try node.noise.parameters(record.parameters), registry: laws))
      }
      for text in content.environments ?? [] {
        environments.append(try text.environment(record.parameters, registry: laws))
      }
      made = Environment(
        name: made.name, try (content.interventions ?? []).interventions(record.parameters, registry: laws))
    } catch {
      throw SpecificationError(file: file, error.description, remedy: "")
    }
    for (index, mechanism) in mechanisms.enumerated() {
      guard
        mechanism.dimension == graph.nodes[index].dimension && mechanism.inputDimension == graph.inputDimension(index)
      else { throw Self.error(file, "the mechanism of node '\(graph.nodes[index].name)' does not fit the graph") }
    }
    let model = GenerativeModel(graph: graph, family: family, mechanisms: mechanisms, noises: noises)
    guard Set(environments.map(\.name)).count == environments.count else {
      throw Self.error(file, "the stored model has two environments of one name")
    }
    do throws(ModelError) {
      for environment in environments + [made] { _ = try model.intervened(by: environment) }
    } catch {
      throw SpecificationError(file: file, error.description, remedy: "")
    }
    self.init(model, seed: content.seed, environments: environments, interventions: made.interventions)
  }

  private static func error(_ file: String, _ message: String) -> SpecificationError {
    SpecificationError(file: file, message, remedy: "write the file again")
  }
}
