internal import CHDF5
internal import LinearAlgebra

/// An HDF5 file opened for reading.
final class HDF5Reader {
  private let path: String
  private let file: hid_t

  /// - Throws: ``DatasetError``: `cannotRead` for a missing file, `truncated`, `malformed`.
  init(_ path: String) throws(DatasetError) {
    self.path = path
    // The library's own word on a missing file speaks of internals.
    let size = try fileSize(path)
    file = try HDF5Library.locked { () throws(DatasetError) in
      let file = strata_h5_open(path)
      guard file >= 0 else { throw Self.openingFailure(path, size: size, reason: HDF5Library.reason) }
      return file
    }
  }

  deinit {
    let file = file
    HDF5Library.lockedAlways { H5Fclose(file) }
  }

  private static func openingFailure(_ path: String, size: Int, reason: String) -> DatasetError {
    // "truncated file: eof = 100, sblock->base_addr = 0, stored_eof = 5000"
    if reason.hasPrefix("truncated file"), let stored = reason.split(separator: " ").last.flatMap({ Int($0) }) {
      return .truncated(file: path, bytes: size, expected: stored)
    }
    return failure(path, reason)
  }

  /// Whether there is an object of this path. What cannot be decided, because the group is damaged, is an error.
  func contains(_ object: String) throws(DatasetError) -> Bool {
    try run { () throws(DatasetError) in
      var prefix = ""
      for part in object.split(separator: "/") {
        prefix += "/\(part)"
        let answer = H5Lexists(file, prefix, strata_h5_default())
        guard answer >= 0 else { throw failure() }
        if answer == 0 { return false }
      }
      return true
    }
  }

  /// The paths of all data sets, sorted.
  func datasetPaths() throws(DatasetError) -> [String] {
    try run { () throws(DatasetError) in
      var found: [String] = []
      let status = withUnsafeMutablePointer(to: &found) { target in
        H5Ovisit2(
          file, H5_INDEX_NAME, H5_ITER_INC,
          { _, name, information, target in
            guard let name, let information, let target, information.pointee.type == H5O_TYPE_DATASET else { return 0 }
            target.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            return 0
          }, target, UInt32(H5O_INFO_BASIC))
      }
      guard status >= 0 else { throw failure() }
      return found
    }
  }

  /// The extents of a data set.
  func shape(_ dataset: String) throws(DatasetError) -> [Int] {
    try run { () throws(DatasetError) in
      let handle = try open(dataset)
      return try shape(handle.raw)
    }
  }

  /// All elements of a data set of numbers, row by row, in double precision.
  func numbers(_ dataset: String) throws(DatasetError) -> (shape: [Int], values: [Double]) {
    try run { () throws(DatasetError) in
      try read(dataset, zero: 0.0, type: strata_h5_float64(), kinds: [H5T_FLOAT, H5T_INTEGER])
    }
  }

  /// All elements of a data set of bytes.
  func bytes(_ dataset: String) throws(DatasetError) -> [UInt8] {
    try run { () throws(DatasetError) in
      try read(dataset, zero: UInt8(0), type: strata_h5_uint8(), kinds: [H5T_INTEGER]).values
    }
  }

  // MARK: Calls

  private func run<Result>(_ body: () throws(DatasetError) -> Result) throws(DatasetError) -> Result {
    try HDF5Library.locked(body)
  }

  private func read<Scalar>(
    _ dataset: String, zero: Scalar, type: hid_t, kinds: [H5T_class_t]
  ) throws(DatasetError) -> (shape: [Int], values: [Scalar]) {
    let handle = try open(dataset)
    let shape = try shape(handle.raw)
    let stored = try identifier(H5Dget_type(handle.raw))
    let kind = H5Tget_class(stored.raw)
    guard kinds.contains(kind) else {
      throw .unsupportedType(
        file: "\(path):\(dataset)", type: Self.name(kind),
        remedy: "give a data set of integers or floating-point numbers")
    }
    guard let count = elementCount(shape), count <= Int.max / 8 else { throw failure("shape \(shape)") }
    var values = [Scalar](repeating: zero, count: count)
    if count > 0 {
      let status = values.withUnsafeMutableBytes { buffer in
        H5Dread(handle.raw, type, strata_h5_all(), strata_h5_all(), strata_h5_default(), buffer.baseAddress)
      }
      guard status >= 0 else { throw readingFailure(dataset) }
    }
    return (shape, values)
  }

  private func open(_ dataset: String) throws(DatasetError) -> HDF5Identifier {
    guard let handle = HDF5Identifier(H5Dopen2(file, dataset, strata_h5_default())) else { throw failure() }
    return handle
  }

  private func shape(_ dataset: hid_t) throws(DatasetError) -> [Int] {
    let space = try identifier(H5Dget_space(dataset))
    let rank = Int(H5Sget_simple_extent_ndims(space.raw))
    guard rank >= 0 else { throw failure() }
    var extents = [hsize_t](repeating: 0, count: max(rank, 1))
    guard H5Sget_simple_extent_dims(space.raw, &extents, nil) >= 0 else { throw failure() }
    return extents.prefix(rank).map { Int(clamping: $0) }
  }

  private func identifier(_ raw: hid_t) throws(DatasetError) -> HDF5Identifier {
    guard let identifier = HDF5Identifier(raw) else { throw failure() }
    return identifier
  }

  private func failure(_ reason: String = HDF5Library.reason) -> DatasetError { Self.failure(path, reason) }

  /// Damage that a checksum found is told apart from bytes that are no HDF5.
  private static func failure(_ path: String, _ reason: String, part: String = "the metadata") -> DatasetError {
    // fletcher32: "data error detected by Fletcher32 checksum"; deflate: "inflate() failed"; headers of objects:
    // "incorrect metadata checksum after all read attempts".
    if reason.contains("checksum") || reason.contains("inflate") {
      return .checksumMismatch(file: path, part: part)
    }
    return .malformed(file: path, format: "HDF5", reason: reason)
  }

  private func readingFailure(_ dataset: String) -> DatasetError {
    Self.failure(path, HDF5Library.reason, part: "data set '\(dataset)'")
  }

  private static func name(_ kind: H5T_class_t) -> String {
    switch kind {
    case H5T_STRING: "string"
    case H5T_COMPOUND: "compound"
    case H5T_ENUM: "enumeration"
    case H5T_REFERENCE: "reference"
    default: "class \(kind.rawValue)"
    }
  }
}
