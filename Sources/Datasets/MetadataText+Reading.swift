internal import Foundation

extension MetadataText {
  /// Where an HDF5 file keeps this text, as bytes under a checksum. The attributes say the same to people, but HDF5 keeps
  /// texts of variable length in heaps without checksums, whose damage makes the library read beyond its memory.
  static let hdf5Path = "model/metadata"

  /// The head of an HDF5 file.
  static func head(hdf5 path: String) throws(DatasetError) -> StoredHead {
    let reader = try HDF5Reader(path)
    guard try reader.contains("model/parameters") else { throw .noModel(file: path) }
    guard try reader.contains(hdf5Path) else { throw .unsupportedVersion(file: path, version: "1", known: "2") }
    return try head(
      try reader.bytes(hdf5Path), parameters: try reader.numbers("model/parameters").values, file: path)
  }

  /// The head of an `.npz` archive.
  ///
  /// - Complexity: O(size of the file) time and memory: archives are read whole.
  static func head(archive path: String) throws(DatasetError) -> StoredHead {
    let archive = try ZipReader(try readBytes(path), file: path)
    guard let metadata = try archive.content("metadata.json"),
      let parameters = try archive.content("model_parameters.npy")
    else { throw .noModel(file: path) }
    return try head(metadata, parameters: try vector(parameters, file: path), file: path)
  }

  /// The head of a folder of `.npy` files.
  ///
  /// - Parameter path: With `/` at its end.
  static func head(folder path: String) throws(DatasetError) -> StoredHead {
    let metadata = try readBytes("\(path)metadata.json")
    return try head(
      metadata, parameters: try vector(try readBytes("\(path)model_parameters.npy"), file: path), file: path)
  }

  private static func vector(_ bytes: [UInt8], file: String) throws(DatasetError) -> [Double] {
    try NumPyFile.decodeVector(bytes, file: "\(file): model_parameters.npy")
  }

  /// The names of all files of an export in a folder, by what its `metadata.json` says; nil if it holds none.
  static func files(folder path: String) -> Set<String>? {
    guard let bytes = try? readBytes("\(path)/metadata.json"), let fields = object(bytes),
      fields["format"]?.fact == StoredSample.formatAttributes[0].value,
      case .object(let arrays)? = fields["arrays"]
    else { return nil }
    return Set(arrays.keys.map { "\($0).npy" } + ["metadata.json", "model_parameters.npy"])
  }

  private static func head(_ metadata: [UInt8], parameters: [Double], file: String) throws(DatasetError) -> StoredHead {
    guard let fields = object(metadata) else { throw malformed(file, "is no JSON object") }
    guard case .text(let graph)? = fields["graph"], case .object(let model)? = fields["model"],
      case .text(let description)? = model["description"], case .integer(let checksum)? = model["checksum"]
    else { throw malformed(file, "describes no model") }
    let record = ModelRecord(graph: graph, description: description, parameters: parameters)
    return StoredHead(model: record, modelChecksum: checksum, facts: try StoredFacts(fields, file: file))
  }

  /// The facts of a text that stands beside the files which it is about; nil if it is none of Strata's.
  ///
  /// - Throws: ``DatasetError`` for a text of Strata's that is damaged.
  static func facts(beside path: String) throws(DatasetError) -> StoredFacts? {
    guard let bytes = try? readBytes(path) else { return nil }
    guard let fields = object(bytes) else {
      // A word of the format in what is no JSON any more tells damage from somebody else's file.
      guard String(decoding: bytes, as: UTF8.self).contains("strata") else { return nil }
      throw malformed(path, "is no JSON object")
    }
    guard fields["format"]?.fact == StoredSample.formatAttributes[0].value || fields[ExportFacts.checksumName] != nil
    else { return nil }
    let facts = try StoredFacts(fields, file: path)
    try facts.verify(file: path)
    return facts
  }

  private static func object(_ bytes: [UInt8]) -> [String: JSONText]? {
    guard case .object(let fields)? = try? JSONDecoder().decode(JSONText.self, from: Data(bytes)) else { return nil }
    return fields
  }

  fileprivate static func malformed(_ file: String, _ reason: String) -> DatasetError {
    .invalidSample(file: file, reason: "its metadata \(reason)")
  }
}

/// The facts of a data set as they were read, with their checksum.
struct StoredFacts {
  let values: [String: ExportAttribute.Value]
  private let checksum: UInt64?

  fileprivate init(_ fields: [String: JSONText], file: String) throws(DatasetError) {
    var names = ["format", "format_version"]
    if case .texts(let listed)? = fields[ExportFacts.listName]?.fact { names += listed }
    var values: [String: ExportAttribute.Value] = [:]
    for name in names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      var value = fields[name]
      if parts.count == 2 {
        guard case .object(let arrays)? = fields["arrays"], case .object(let array)? = arrays[parts[0]] else {
          throw MetadataText.malformed(file, "has no array \(parts[0])")
        }
        value = array[parts[1]]
      }
      values[name] = value?.fact
    }
    self.values = values
    checksum = if case .integer(let value)? = fields[ExportFacts.checksumName] { value } else { nil }
  }

  /// - Throws: ``DatasetError/checksumMismatch(file:part:)`` if these are not the facts that were written.
  func verify(file: String) throws(DatasetError) {
    guard checksum == UInt64(ExportFacts(values: values).checksum) else {
      throw .checksumMismatch(file: file, part: "the attributes")
    }
  }
}
