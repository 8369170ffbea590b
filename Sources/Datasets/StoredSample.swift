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
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed` (also for data without a model and for CSV, which
  ///   has no place for one), `unsupportedVersion`, `checksumMismatch`.
  public init(contentsOf path: String) throws(DatasetError) {
    let head: StoredHead
    switch DatasetExporter.Format(path: path) {
    case .npz: head = try MetadataText.head(archive: path)
    case .npyFolder: head = try MetadataText.head(folder: path)
    case .csv:
      throw .malformed(file: path, format: "data set", reason: "CSV keeps no model; .h5, .npz and folders of .npy do")
    case .hdf5, nil: head = try MetadataText.head(hdf5: path)
    }
    guard head.facts["format"] == Self.formatAttributes[0].value else {
      throw .malformed(file: path, format: "Strata data set", reason: "it has no attribute format 'strata-sample'")
    }
    guard head.facts["format_version"] == Self.formatAttributes[1].value else {
      let version = if case .integer(let number)? = head.facts["format_version"] { "\(number)" } else { "none" }
      throw .unsupportedVersion(file: path, version: version, known: "2")
    }
    guard head.factsChecksum == UInt64(ExportFacts(values: head.facts).checksum) else {
      throw .checksumMismatch(file: path, part: "the attributes")
    }
    guard head.modelChecksum == UInt64(head.model.checksum) else {
      throw .checksumMismatch(file: path, part: "the model")
    }
    (file, model, facts) = (path, head.model, head.facts)
  }

  /// A fact of the file, or of an array as `array/attribute`; nil if there is none of this name.
  public subscript(_ name: String) -> ExportAttribute.Value? { facts[name] }

  /// A fact that is an integer.
  ///
  /// - Throws: ``DatasetError/malformed(file:format:reason:)`` if the file has no integer of this name.
  public func integer(_ name: String) throws(DatasetError) -> UInt64 {
    guard case .integer(let value)? = facts[name] else {
      throw .malformed(file: file, format: "Strata data set", reason: "it has no attribute \(name)")
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
  let facts: [String: ExportAttribute.Value]
  let factsChecksum: UInt64?
}
