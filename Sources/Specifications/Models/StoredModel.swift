public import Datasets
internal import Foundation
public import GenerativeModels
internal import HierarchicalGraphs
internal import Stochastics

/// A generating model as it is kept with its samples: the graph as YAML, the rest as JSON that refers to one list of numbers
/// in double precision. Reading gives a model that draws the same samples, bit for bit.
public struct StoredModel: Sendable {
  /// The model.
  public let model: GenerativeModel
  /// The seed that its weights were drawn from, if there was one; for the record only.
  public let seed: UInt64?

  /// A model with its seed.
  public init(_ model: GenerativeModel, seed: UInt64?) { (self.model, self.seed) = (model, seed) }

  /// The model as text and numbers.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` for a mechanism or law without storage.
  public func record() throws(ModelStorageError) -> ModelRecord {
    var numbers: [Double] = []
    func text(_ stored: StoredParameters) -> ModelText.Part {
      ModelText.Part(
        kind: stored.kind,
        tensors: stored.tensors.map { tensor in
          defer { numbers += tensor.values }
          return ModelText.Tensor(name: tensor.name, shape: tensor.shape, offset: numbers.count)
        })
    }
    var nodes: [ModelText.Node] = []
    for (index, node) in model.graph.nodes.enumerated() {
      nodes.append(
        ModelText.Node(
          name: node.name, mechanism: text(try model.mechanisms[index].parametersForStorage()),
          noise: text(try model.noises[index].parametersForStorage())))
    }
    let content = ModelText(version: 1, seed: seed, family: text(model.family.storedParameters), nodes: nodes)
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
  ///   - registry: The mechanisms that may occur; add your own.
  /// - Throws: ``SpecificationError``.
  public init(
    _ record: ModelRecord, file: String, registry: MechanismRegistry = .builtIn
  ) throws(SpecificationError) {
    let graph = try GraphFile.parse(record.graph, format: .yaml, file: file).graph
    let content: ModelText
    do {
      content = try JSONDecoder().decode(ModelText.self, from: Data(record.description.utf8))
    } catch {
      throw Self.error(file, "the description of the stored model cannot be read")
    }
    guard content.version == 1 else {
      throw SpecificationError(
        file: file, "the stored model has version \(content.version), and this program reads version 1",
        remedy: "read it with the version that wrote it")
    }
    guard content.nodes.map(\.name) == graph.nodes.map(\.name) else {
      throw Self.error(file, "the stored model has other nodes than its graph")
    }
    var (mechanisms, noises): ([any Mechanism], [Distribution]) = ([], [])
    let family: MechanismFamily
    do throws(ModelStorageError) {
      family = try MechanismFamily(try content.family.parameters(record.parameters))
      for node in content.nodes {
        mechanisms.append(try registry.mechanism(try node.mechanism.parameters(record.parameters)))
        noises.append(try Distribution(try node.noise.parameters(record.parameters)))
      }
    } catch {
      throw SpecificationError(file: file, error.description, remedy: "")
    }
    for (index, mechanism) in mechanisms.enumerated() {
      guard
        mechanism.dimension == graph.nodes[index].dimension && mechanism.inputDimension == graph.inputDimension(index)
      else { throw Self.error(file, "the mechanism of node '\(graph.nodes[index].name)' does not fit the graph") }
    }
    self.init(
      GenerativeModel(graph: graph, family: family, mechanisms: mechanisms, noises: noises), seed: content.seed)
  }

  private static func error(_ file: String, _ message: String) -> SpecificationError {
    SpecificationError(file: file, message, remedy: "write the file again")
  }
}

/// The JSON text of a model.
private struct ModelText: Codable {
  struct Tensor: Codable {
    let name: String
    let shape: [Int]
    let offset: Int
  }

  struct Part: Codable {
    let kind: String
    let tensors: [Tensor]

    func parameters(_ numbers: [Double]) throws(ModelStorageError) -> StoredParameters {
      var result: [StoredParameters.Tensor] = []
      for tensor in tensors {
        let (count, overflow) = tensor.shape.reduce((1, false)) { total, extent in
          let (product, overflow) = total.0.multipliedReportingOverflow(by: extent)
          return (product, total.1 || overflow || extent < 0)
        }
        guard !overflow, tensor.offset >= 0, tensor.offset <= numbers.count, count <= numbers.count - tensor.offset
        else {
          throw .unsuitable(kind: kind, reason: "\(tensor.name) of shape \(tensor.shape) is not in the file")
        }
        guard !result.contains(where: { $0.name == tensor.name }) else {
          throw .unsuitable(kind: kind, reason: "there are two of \(tensor.name)")
        }
        result.append(
          .init(tensor.name, shape: tensor.shape, values: Array(numbers[tensor.offset..<tensor.offset + count])))
      }
      return StoredParameters(kind: kind, tensors: result)
    }
  }

  struct Node: Codable {
    let name: String
    let mechanism: Part
    let noise: Part
  }

  let version: Int
  let seed: UInt64?
  let family: Part
  let nodes: [Node]
}
