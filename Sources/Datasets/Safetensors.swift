public import LinearAlgebra

/// Named single-precision tensors and text, as a safetensors file holds them
/// (<https://github.com/huggingface/safetensors>, format as of version 0.4).
///
/// A file is the length of the header (8 bytes, little-endian), the header (JSON: for every tensor `dtype`, `shape` and
/// `data_offsets`; under `__metadata__` the text), and the tensors' elements without gaps. Equal values give equal bytes.
public struct Safetensors: Sendable, Equatable {
  /// The tensors, in the order of their data in the file.
  public let tensors: [NamedTensor]
  /// Text by name.
  public let metadata: [String: String]

  /// The content of a file.
  ///
  /// - Precondition: the tensors' names are unique and none is `__metadata__`.
  public init(tensors: [NamedTensor], metadata: [String: String] = [:]) {
    let names = Set(tensors.map(\.name))
    precondition(names.count == tensors.count, "two tensors of one name among \(tensors.map(\.name))")
    precondition(!names.contains("__metadata__"), "a tensor cannot be named __metadata__")
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed` (header, shapes, overlapping or missing ranges),
  ///   `unsupportedType` for anything but F32.
  public init(contentsOf path: String) throws(DatasetError) { try self.init(bytes: try readBytes(path), file: path) }

  /// Writes a file, atomically.
  ///
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``, ``DatasetError/diskFull(file:)``.
  public func write(to path: String) throws(DatasetError) { try writeBytes(encoded(), to: path) }

  /// The tensor of a name.
  public func tensor(_ name: String) -> NamedTensor? { tensors.first { $0.name == name } }
}
