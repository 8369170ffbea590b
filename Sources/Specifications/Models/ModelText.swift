internal import GenerativeModels
internal import Stochastics

/// The JSON text of a stored model: kinds and shapes, with the positions of the numbers in a list beside it.
struct ModelText: Codable {
  struct Tensor: Codable {
    let name: String
    let shape: [Int]
    let offset: Int
  }

  /// A mechanism, a law, a family, or what is done to a node.
  struct Part: Codable {
    let kind: String
    let tensors: [Tensor]
    /// What it is made of; nil where it is nothing.
    let parts: [NamedPart]?
  }

  struct NamedPart: Codable {
    let name: String
    let content: Part
  }

  struct Node: Codable {
    let name: String
    let mechanism: Part
    let noise: Part
  }

  struct Environment: Codable {
    let name: String
    let interventions: [Intervention]
  }

  struct Intervention: Codable {
    let node: String
    let change: Part
  }

  let version: Int
  let seed: UInt64?
  let family: Part
  let nodes: [Node]
  /// nil in version 1, which has none.
  let environments: [Environment]?
  /// What was done to the model before it was stored: its nodes are as these leave them. nil for nothing.
  let interventions: [Intervention]?
}

extension ModelText.Part {
  /// The text of parameters, whose numbers go to the end of the list.
  init(_ stored: StoredParameters, numbers: inout [Double]) {
    kind = stored.kind
    var (tensors, parts): ([ModelText.Tensor], [ModelText.NamedPart]) = ([], [])
    for tensor in stored.tensors {
      tensors.append(.init(name: tensor.name, shape: tensor.shape, offset: numbers.count))
      numbers += tensor.values
    }
    for part in stored.parts {
      parts.append(.init(name: part.name, content: .init(part.parameters, numbers: &numbers)))
    }
    self.tensors = tensors
    self.parts = parts.isEmpty ? nil : parts
  }

  /// The parameters with their numbers.
  ///
  /// - Throws: ``ModelStorageError/unsuitable(kind:reason:)`` for positions outside of the list and names that occur twice.
  func parameters(_ numbers: [Double]) throws(ModelStorageError) -> StoredParameters {
    var (result, made): ([StoredParameters.Tensor], [StoredParameters.Part]) = ([], [])
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
    for part in parts ?? [] {
      guard !made.contains(where: { $0.name == part.name }) else {
        throw .unsuitable(kind: kind, reason: "there are two of \(part.name)")
      }
      made.append(.init(part.name, try part.content.parameters(numbers)))
    }
    return StoredParameters(kind: kind, tensors: result, parts: made)
  }
}

extension ModelText.Environment {
  /// The text of an environment.
  init(_ environment: GenerativeModels.Environment, numbers: inout [Double]) throws(ModelStorageError) {
    name = environment.name
    interventions = try [ModelText.Intervention](environment.interventions, numbers: &numbers)
  }

  /// The environment.
  func environment(
    _ numbers: [Double], registry: NoiseRegistry
  ) throws(ModelStorageError) -> GenerativeModels.Environment {
    GenerativeModels.Environment(name: name, try interventions.interventions(numbers, registry: registry))
  }
}

extension [ModelText.Intervention] {
  /// The text of interventions, whose numbers go to the end of the list.
  init(_ interventions: [GenerativeModels.Intervention], numbers: inout [Double]) throws(ModelStorageError) {
    self = []
    for intervention in interventions {
      append(.init(node: intervention.node, change: .init(try intervention.parametersForStorage(), numbers: &numbers)))
    }
  }

  /// The interventions.
  func interventions(
    _ numbers: [Double], registry: NoiseRegistry
  ) throws(ModelStorageError) -> [GenerativeModels.Intervention] {
    var read: [GenerativeModels.Intervention] = []
    for text in self {
      read.append(
        try GenerativeModels.Intervention(try text.change.parameters(numbers), on: text.node, registry: registry))
    }
    return read
  }
}
