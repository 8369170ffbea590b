/// The head of an HDF5 file that ``DatasetExporter`` wrote: the model and the facts, without the values.
public struct StoredSample: Sendable {
  /// The file.
  public let file: String
  /// The model.
  public let model: ModelRecord
  private let integers: [String: UInt64]
  private let lists: [String: [String]]

  /// Reads the head of a file.
  ///
  /// - Parameters:
  ///   - path: An HDF5 file.
  ///   - integers: The names of those integer attributes of the file that are wanted.
  ///   - lists: The attributes that are wanted of those that are lists of texts, as `array/attribute`.
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed` (also for HDF5 files without a model),
  ///   `checksumMismatch`.
  public init(contentsOf path: String, integers names: [String], lists listNames: [String] = []) throws(DatasetError) {
    let reader = try HDF5Reader(path)
    guard try reader.contains("model/parameters"), let graph = try reader.text("graph", of: "/"),
      let description = try reader.text("description", of: "model"),
      let checksum = try reader.integer("checksum", of: "model")
    else { throw .malformed(file: path, format: "Strata HDF5", reason: "it holds no model") }
    let parameters = try reader.numbers("model/parameters").values
    model = ModelRecord(graph: graph, description: description, parameters: parameters)
    guard checksum == UInt64(model.checksum) else { throw .checksumMismatch(file: path, part: "the model") }
    var found: [String: UInt64] = [:]
    for name in names { found[name] = try reader.integer(name, of: "/") }
    integers = found
    var read: [String: [String]] = [:]
    for name in listNames {
      let parts = name.split(separator: "/").map(String.init)
      precondition(parts.count == 2, "\(name) is not array/attribute")
      read[name] = try reader.texts(parts[1], of: parts[0])
    }
    lists = read
    file = path
  }

  /// One of the integer attributes that were asked for.
  ///
  /// - Throws: ``DatasetError/malformed(file:format:reason:)`` if the file has none of this name.
  public func integer(_ name: String) throws(DatasetError) -> UInt64 {
    guard let value = integers[name] else {
      throw .malformed(file: file, format: "Strata HDF5", reason: "it has no attribute \(name)")
    }
    return value
  }

  /// One of the lists of texts that were asked for; nil if the file has none of this name.
  public func texts(_ name: String) -> [String]? { lists[name] }
}
