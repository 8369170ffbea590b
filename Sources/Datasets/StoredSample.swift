/// The head of a data set that ``DatasetExporter`` wrote as HDF5, `.npz` or a folder: the model and the facts, without the
/// values. All of it is under checksums, so that a damaged head is an error and never another model or other rows.
public struct StoredSample: Sendable {
  /// The facts that make a data set one of these.
  public static let formatAttributes: [ExportAttribute] = [
    .init("format", .text("strata-sample")), .init("format_version", .integer(2)),
  ]

  /// The file or folder.
  public let file: String
  /// The model.
  public let model: ModelRecord
  private let facts: [String: ExportAttribute.Value]

  /// Reads the head of a data set.
  ///
  /// - Parameter path: An HDF5 file, or an `.npz` archive or a folder's name with `/` at its end.
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed`, `invalidSample`, `noModel` (also for CSV, which has
  ///   no place for one), `unsupportedVersion`, `checksumMismatch`; for a folder also about an array of it that is missing
  ///   or is not the one that was written.
  /// - Complexity: O(size of the data set) for a folder and for an archive, whose memory it takes too; O(size of the model)
  ///   for HDF5.
  public init(contentsOf path: String) throws(DatasetError) {
    let head: StoredHead
    switch DatasetExporter.Format(path: path) {
    case .npz: head = try MetadataText.head(archive: path)
    case .npyFolder: head = try MetadataText.head(folder: path)
    case .csv: throw .noModel(file: path)
    case .hdf5, nil: head = try MetadataText.head(hdf5: path)
    }
    let facts = head.facts.values
    guard facts["format"] == Self.formatAttributes[0].value else {
      throw .invalidSample(file: path, reason: "it has no attribute format 'strata-sample'")
    }
    guard facts["format_version"] == Self.formatAttributes[1].value else {
      let version = if case .integer(let number)? = facts["format_version"] { "\(number)" } else { "none" }
      throw .unsupportedVersion(file: path, version: version, known: "2")
    }
    try head.facts.verify(file: path)
    guard head.modelChecksum == UInt64(head.model.checksum) else {
      throw .checksumMismatch(file: path, part: "the model")
    }
    if DatasetExporter.Format(path: path) == .npyFolder { try FileChecksums.verify(folder: path, facts: facts) }
    (file, model, self.facts) = (path, head.model, facts)
  }

  /// A fact of the file, or of an array as `array/attribute`; nil if there is none of this name.
  public subscript(_ name: String) -> ExportAttribute.Value? { facts[name] }

  /// A fact that is an integer.
  ///
  /// - Throws: ``DatasetError/invalidSample(file:reason:)`` if the file has no integer of this name.
  public func integer(_ name: String) throws(DatasetError) -> UInt64 {
    guard case .integer(let value)? = facts[name] else {
      throw .invalidSample(file: file, reason: "it has no attribute \(name)")
    }
    return value
  }

  /// A list of texts; nil if the file has none of this name.
  public func texts(_ name: String) -> [String]? {
    guard case .texts(let values)? = facts[name] else { return nil }
    return values
  }
}

/// A head as it was read, before it is checked.
struct StoredHead {
  let model: ModelRecord
  let modelChecksum: UInt64
  let facts: StoredFacts
}
