/// A data set as `.npy` arrays: the entries of an uncompressed `.npz` archive, or the files of a folder. Lengths are known
/// in advance, so every block goes to its place at once.
///
/// Beside the arrays stand `metadata.json` (attributes, columns, graph, the model's description) and
/// `model_parameters.npy`.
final class NumPyBlockWriter: BlockWriter {
  private let output: TemporaryOutput
  private var parts: [Part] = []
  private var archive: ZipWriter?
  private let schema: ExportSchema
  let coding: @Sendable ([ExportValues], Int) -> [[UInt8]] = { values, _ in values.map(\.bytes) }

  /// Where the bytes of one array go.
  private enum Part {
    case entry(Int)
    case file(PositionedFile, end: Int, Checksum)
  }

  convenience init(_ schema: ExportSchema, archive path: String) throws(DatasetError) {
    try self.init(schema, output: try .file(for: path), isArchive: true)
  }

  convenience init(_ schema: ExportSchema, folder path: String, replaces: Bool) throws(DatasetError) {
    try self.init(schema, output: try .folder(for: path, replacesExport: replaces), isArchive: false)
  }

  private init(_ schema: ExportSchema, output: TemporaryOutput, isArchive: Bool) throws(DatasetError) {
    (self.output, self.schema) = (output, schema)
    do {
      if isArchive { archive = try ZipWriter(output.temporaryPath, name: output.path) }
      // An archive has checksums of its own; in a folder they stand in the metadata, which is therefore written last.
      var whole: [(String, [UInt8])] = isArchive ? [(Self.metadata, MetadataText.json(schema))] : []
      if let model = schema.model {
        let header = NumPyFile.header(type: "<f8", shape: [model.parameters.count])
        whole.append(("model_parameters.npy", header + model.parameters.withUnsafeBytes { Array($0) }))
      }
      for (name, bytes) in whole {
        try append(bytes, to: add(name, size: bytes.count))
      }
      var arrays: [Int] = []
      for array in schema.arrays {
        let header = NumPyFile.header(type: Self.type(array.element), shape: [schema.rows, array.columns.count])
        let size = header.count + schema.rows * array.columns.count * array.element.size
        let part = try add("\(array.name).npy", size: size)
        try append(header, to: part)
        arrays.append(part)
      }
      firstArray = arrays.first ?? 0
    } catch {
      output.discard()
      throw error
    }
  }

  private static func type(_ element: ExportArray.Element) -> String {
    switch element {
    case .float32: "<f4"
    case .uint8: "|u1"
    case .uint16: "<u2"
    }
  }

  /// The part of the schema's first array; the others follow.
  private var firstArray = 0

  func append(_ block: [[UInt8]], rows: Range<Int>) throws(DatasetError) {
    for (array, bytes) in block.enumerated() { try append(bytes, to: firstArray + array) }
  }

  func finish() throws(DatasetError) {
    if let archive {
      try archive.finish()
    } else {
      try writeMetadata()
    }
    for case .file(let file, _, _) in parts { try file.synchronize() }
    try output.publish()
  }

  func abandon() { output.discard() }

  private static let metadata = "metadata.json"

  /// Writes the metadata of a folder, with the checksum of each array.
  private func writeMetadata() throws(DatasetError) {
    var whole = schema
    for i in whole.arrays.indices {
      if case .file(_, _, let checksum) = parts[firstArray + i] {
        whole.arrays[i].attributes.append(FileChecksums.attribute(checksum))
      }
    }
    let bytes = MetadataText.json(whole)
    try append(bytes, to: add(Self.metadata, size: bytes.count))
  }

  private func add(_ name: String, size: Int) throws(DatasetError) -> Int {
    if let archive {
      parts.append(.entry(archive.addEntry(name, size: size)))
    } else {
      parts.append(
        .file(try PositionedFile("\(output.temporaryPath)/\(name)", name: "\(output.path)\(name)"), end: 0, Checksum()))
    }
    return parts.count - 1
  }

  private func append(_ bytes: [UInt8], to part: Int) throws(DatasetError) {
    switch parts[part] {
    case .entry(let entry): try archive?.append(bytes, to: entry)
    case .file(let file, let end, var checksum):
      try file.write(bytes, at: end)
      checksum.update(bytes)
      parts[part] = .file(file, end: end + bytes.count, checksum)
    }
  }
}
