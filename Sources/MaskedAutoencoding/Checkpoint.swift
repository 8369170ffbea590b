public import LinearAlgebra

/// A training's or a model's whole state as plain values: named tensors and text, as a safetensors file holds them.
///
/// `docs/training.md` lists the names. Numbers that steer the training (sums of losses) stand in the text as bit patterns,
/// because a resumed training must continue with the same bits.
public struct Checkpoint: Sendable, Equatable {
  /// Parameters, both moments, standardisation, loss history.
  public let tensors: [NamedTensor]
  /// Format, version, architecture, configuration, key, step.
  public let metadata: [String: String]

  /// A checkpoint from what a file held; checked when it is used.
  public init(tensors: [NamedTensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }
}

/// Why a checkpoint cannot be used.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The metadata lack an entry.
  case missingEntry(String)
  /// A metadata entry cannot be read.
  case invalidEntry(String, value: String)
  /// There is no tensor of this name.
  case missingTensor(String)
  /// A tensor has another shape than the architecture asks for.
  case wrongShape(String, shape: [Int], expected: [Int])
}

extension CheckpointError: CustomStringConvertible {
  /// One line: what is wrong and what to do.
  public var description: String {
    switch self {
    case .missingEntry(let name):
      "the checkpoint has no metadata entry '\(name)'; give a file that strata wrote"
    case .invalidEntry(let name, let value):
      "the checkpoint's metadata entry '\(name)' is '\(value)'; give a file that this version of strata wrote"
    case .missingTensor(let name):
      "the checkpoint has no tensor '\(name)'; give a file that strata wrote"
    case .wrongShape(let name, let shape, let expected):
      "the checkpoint's tensor '\(name)' has shape \(shape), its architecture asks for \(expected); the file was altered"
    }
  }
}

extension Checkpoint {
  /// Why the training was given up; nil if it was not.
  ///
  /// - Throws: ``CheckpointError`` if the entry cannot be read.
  public func divergence() throws(CheckpointError) -> Divergence? {
    guard metadata["divergence"] != nil else { return nil }
    return try entry("divergence") { decodeJSON(Divergence.self, $0) }
  }

  func entry(_ name: String) throws(CheckpointError) -> String {
    guard let value = metadata[name] else { throw .missingEntry(name) }
    return value
  }

  func entry<Value>(_ name: String, _ parse: (String) -> Value?) throws(CheckpointError) -> Value {
    let text = try entry(name)
    guard let value = parse(text) else { throw .invalidEntry(name, value: text) }
    return value
  }

  func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> [Float] {
    guard let tensor = tensors.first(where: { $0.name == name }) else { throw .missingTensor(name) }
    guard tensor.shape == shape else { throw .wrongShape(name, shape: tensor.shape, expected: shape) }
    return tensor.values
  }

  /// The flat buffer of a layout from tensors named `prefix` + tensor name; padding is zero.
  func flat(_ layout: ParameterLayout, prefix: String) throws(CheckpointError) -> [Float] {
    var values = [Float](repeating: 0, count: layout.count)
    for place in layout.tensors {
      let tensor = try tensor(prefix + place.name, shape: place.shape)
      values.replaceSubrange(place.offset..<place.offset + place.count, with: tensor)
    }
    return values
  }

  func architecture() throws(CheckpointError) -> AutoencoderArchitecture {
    guard try entry("format") == Self.format else { throw .invalidEntry("format", value: try entry("format")) }
    guard try entry("version") == Self.version else { throw .invalidEntry("version", value: try entry("version")) }
    return try entry("architecture") { text in
      guard let value = decodeJSON(AutoencoderArchitecture.self, text), value.isValid else { return nil }
      return value
    }
  }

  func standardization(columns: Int) throws(CheckpointError) -> Standardization? {
    guard tensors.contains(where: { $0.name == "standardization.mean" }) else { return nil }
    return Standardization(
      mean: try tensor("standardization.mean", shape: [columns]),
      deviation: try tensor("standardization.deviation", shape: [columns]))
  }

  static let format = "strata-training"
  static let version = "1"
}

extension ParameterLayout {
  /// The tensors of a flat buffer, named `prefix` + tensor name.
  func tensors(of values: UnsafeMutablePointer<Float>, prefix: String) -> [NamedTensor] {
    tensors.map { place in
      NamedTensor(
        name: prefix + place.name, shape: place.shape,
        values: Array(UnsafeBufferPointer(start: values + place.offset, count: place.count)))
    }
  }
}
