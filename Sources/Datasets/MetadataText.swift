internal import Foundation

/// What HDF5 keeps in attributes, as one JSON object for formats that hold arrays only.
enum MetadataText {
  static func json(_ schema: ExportSchema) -> [UInt8] {
    var arrays: [String: JSONText] = [:]
    for array in schema.arrays {
      var fields = facts(array.attributes)
      fields["columns"] = .list(array.columns.map(JSONText.text))
      fields["nodes"] = .list(array.nodes.map(JSONText.text))
      arrays[array.name] = .object(fields)
    }
    var fields = facts(schema.attributes + ExportFacts(schema).attributes)
    fields["arrays"] = .object(arrays)
    if let model = schema.model {
      fields["graph"] = .text(model.graph)
      fields["model"] = .object([
        "description": .text(model.description), "checksum": .integer(UInt64(model.checksum)),
      ])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Text and finite numbers only, so encoding cannot fail.
    return [UInt8](try! encoder.encode(JSONText.object(fields))) + [UInt8(ascii: "\n")]
  }

  private static func facts(_ attributes: [ExportAttribute]) -> [String: JSONText] {
    var fields: [String: JSONText] = [:]
    for attribute in attributes {
      fields[attribute.name] =
        switch attribute.value {
        case .text(let text): .text(text)
        case .integer(let value): .integer(value)
        case .number(let value): value.isFinite ? .number(value) : .text("\(value)")
        case .texts(let texts): .list(texts.map(JSONText.text))
        }
    }
    return fields
  }
}

extension MetadataText {
  /// Where an HDF5 file keeps this text, as bytes under a checksum. The attributes say the same to people, but HDF5 keeps
  /// texts of variable length in heaps without checksums, whose damage makes the library read beyond its memory.
  static let hdf5Path = "model/metadata"

  /// The head of an HDF5 file.
  static func head(hdf5 path: String) throws(DatasetError) -> StoredHead {
    let reader = try HDF5Reader(path)
    guard try reader.contains("model/parameters") else {
      throw .malformed(file: path, format: "Strata HDF5", reason: "it holds no model")
    }
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
    else { throw .malformed(file: path, format: "Strata .npz", reason: "it holds no model") }
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
    guard let bytes = try? readBytes("\(path)/metadata.json"),
      case .object(let fields)? = try? JSONDecoder().decode(JSONText.self, from: Data(bytes)),
      fields["format"]?.fact == StoredSample.formatAttributes[0].value,
      case .object(let arrays)? = fields["arrays"]
    else { return nil }
    return Set(arrays.keys.map { "\($0).npy" } + ["metadata.json", "model_parameters.npy"])
  }

  private static func head(_ metadata: [UInt8], parameters: [Double], file: String) throws(DatasetError) -> StoredHead {
    func malformed(_ reason: String) -> DatasetError {
      .malformed(file: file, format: "Strata data set", reason: "its metadata \(reason)")
    }
    guard case .object(let fields)? = try? JSONDecoder().decode(JSONText.self, from: Data(metadata)) else {
      throw malformed("is no JSON object")
    }
    guard case .text(let graph)? = fields["graph"], case .object(let model)? = fields["model"],
      case .text(let description)? = model["description"], case .integer(let checksum)? = model["checksum"]
    else { throw malformed("describes no model") }
    var names = ["format", "format_version"]
    if case .texts(let listed)? = fields[ExportFacts.listName]?.fact { names += listed }
    var facts: [String: ExportAttribute.Value] = [:]
    for name in names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      var value = fields[name]
      if parts.count == 2 {
        guard case .object(let arrays)? = fields["arrays"], case .object(let array)? = arrays[parts[0]] else {
          throw malformed("has no array \(parts[0])")
        }
        value = array[parts[1]]
      }
      facts[name] = value?.fact
    }
    let factsChecksum: UInt64? =
      if case .integer(let value)? = fields[ExportFacts.checksumName] { value } else { nil }
    let record = ModelRecord(graph: graph, description: description, parameters: parameters)
    return StoredHead(model: record, modelChecksum: checksum, facts: facts, factsChecksum: factsChecksum)
  }
}

private indirect enum JSONText: Codable {
  case text(String)
  case integer(UInt64)
  case number(Double)
  case list([JSONText])
  case object([String: JSONText])

  /// The value as a fact; nil for what no fact is.
  var fact: ExportAttribute.Value? {
    switch self {
    case .text(let value): return .text(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .object: return nil
    case .list(let values):
      var texts: [String] = []
      for value in values {
        guard case .text(let text) = value else { return nil }
        texts.append(text)
      }
      return .texts(texts)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONText].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONText].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let value): try value.encode(to: encoder)
    case .integer(let value): try value.encode(to: encoder)
    case .number(let value): try value.encode(to: encoder)
    case .list(let value): try value.encode(to: encoder)
    case .object(let value): try value.encode(to: encoder)
    }
  }
}
