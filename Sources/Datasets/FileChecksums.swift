/// The checksums of files without a place for one, the `.npy` files of an export's folder and CSV files: CRC-32s of whole
/// files, among the facts that stand beside them in `metadata.json`.
///
/// Facts have a checksum themselves, so that these are what was written, or the damage is found. Exports of before there were
/// checksums have facts without them and are read unchecked.
enum FileChecksums {
  /// The fact of a CSV file, and of an array of a folder.
  static let name = "checksum"

  static func attribute(_ checksum: Checksum) -> ExportAttribute {
    ExportAttribute(name, .integer(UInt64(checksum.value)))
  }

  /// The bytes of a file as they were written, if the facts beside it say how.
  ///
  /// - Throws: ``DatasetError``: `cannotRead`, `checksumMismatch`, `invalidSample`.
  /// - Complexity: O(size of the file and of the metadata).
  static func readBytes(_ path: String) throws(DatasetError) -> [UInt8] {
    let bytes = try Datasets.readBytes(path)
    if let expected = try expected(of: path) {
      var checksum = Checksum()
      checksum.update(bytes)
      try compare(checksum, expected, path)
    }
    return bytes
  }

  /// Checks every array of a folder against its facts.
  ///
  /// - Parameter path: With `/` at its end.
  /// - Throws: ``DatasetError``: `cannotRead`, also for an array that is missing; `checksumMismatch`.
  /// - Complexity: O(size of the files) time, constant memory.
  static func verify(folder path: String, facts: [String: ExportAttribute.Value]) throws(DatasetError) {
    for (fact, value) in facts.sorted(by: { $0.key < $1.key }) where fact.hasSuffix("/\(name)") {
      let file = "\(path)\(fact.dropLast(name.count + 1)).npy"
      var checksum = Checksum()
      do { try FileBytes.forEachPiece(file) { checksum.update($0) } } catch { throw DatasetError(error) }
      try compare(checksum, value, file)
    }
  }

  private static func expected(of path: String) throws(DatasetError) -> ExportAttribute.Value? {
    if DatasetExporter.Format(path: path) == .csv {
      return try MetadataText.facts(beside: DatasetExporter.metadataPath(besideCSV: path))?.values[name]
    }
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let file = path[start...]
    guard file.hasSuffix(".npy") else { return nil }
    return try MetadataText.facts(beside: path[..<start] + "metadata.json")?.values["\(file.dropLast(4))/\(name)"]
  }

  private static func compare(
    _ checksum: Checksum, _ expected: ExportAttribute.Value, _ file: String
  ) throws(DatasetError) {
    guard attribute(checksum).value == expected else { throw .checksumMismatch(file: file, part: "the file") }
  }
}
