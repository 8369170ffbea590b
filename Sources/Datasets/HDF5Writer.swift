internal import CHDF5

/// An HDF5 file under construction, in the file format of version 1.10, whose metadata carry checksums. Times are left
/// out: equal content gives equal bytes.
///
/// The library keeps state of its own and is not crash-safe in place, so write under a temporary name.
final class HDF5Writer {
  /// The file as errors name it.
  private let name: String
  private var file: hid_t
  /// Data sets that are open for chunks.
  private var datasets: [hid_t] = []

  init(temporaryPath: String, name: String) throws(DatasetError) {
    self.name = name
    file = -1
    file = try HDF5Library.locked { () throws(DatasetError) in
      guard let access = HDF5Identifier(H5Pcreate(strata_h5_file_access())) else { throw Self.failure(name) }
      H5Pset_libver_bounds(access.raw, H5F_LIBVER_V110, H5F_LIBVER_V110)
      guard let creation = HDF5Identifier(H5Pcreate(strata_h5_file_creation())) else { throw Self.failure(name) }
      H5Pset_obj_track_times(creation.raw, false)
      let file = strata_h5_create(temporaryPath, creation.raw, access.raw)
      guard file >= 0 else { throw Self.failure(name) }
      return file
    }
  }

  deinit { abandon() }

  func makeGroup(_ path: String) throws(DatasetError) {
    try run { () throws(DatasetError) in
      let properties = try identifier(H5Pcreate(strata_h5_group_creation()))
      H5Pset_obj_track_times(properties.raw, false)
      _ = try identifier(H5Gcreate2(file, path, strata_h5_default(), properties.raw, strata_h5_default()))
    }
  }

  /// Attaches a fact to an object; text is UTF-8 of variable length.
  func setAttribute(_ attribute: ExportAttribute, of object: String) throws(DatasetError) {
    try run { () throws(DatasetError) in
      let target = try identifier(H5Oopen(file, object, strata_h5_default()))
      if case .texts(let texts) = attribute.value {
        return try writeList(attribute.name, target.raw, texts)
      }
      let space = try identifier(H5Screate(H5S_SCALAR))
      switch attribute.value {
      case .texts: break
      case .text(let text):
        let type = try textType(length: strata_h5_variable())
        let handle = try identifier(
          H5Acreate2(target.raw, attribute.name, type.raw, space.raw, strata_h5_default(), strata_h5_default()))
        let status = text.withCString { pointer in
          var pointer: UnsafePointer<CChar>? = pointer
          return H5Awrite(handle.raw, type.raw, &pointer)
        }
        try check(status)
      case .integer(var value):
        try writeScalar(attribute.name, target.raw, space.raw, type: strata_h5_uint64(), &value)
      case .number(var value):
        try writeScalar(attribute.name, target.raw, space.raw, type: strata_h5_float64(), &value)
      }
    }
  }

  private func writeList(_ name: String, _ target: hid_t, _ texts: [String]) throws(DatasetError) {
    let space = try identifier(H5Screate_simple(1, [hsize_t(texts.count)], nil))
    let type = try textType(length: strata_h5_variable())
    let handle = try identifier(
      H5Acreate2(target, name, type.raw, space.raw, strata_h5_default(), strata_h5_default()))
    // One run of bytes, each text with a zero at its end, and a pointer to the start of each.
    var (bytes, starts): ([CChar], [Int]) = ([], [])
    for text in texts {
      starts.append(bytes.count)
      bytes += text.utf8CString
    }
    let status = bytes.withUnsafeBufferPointer { bytes in
      H5Awrite(handle.raw, type.raw, starts.map { start in bytes.baseAddress.map { $0 + start } })
    }
    try check(status)
  }

  private func writeScalar(
    _ name: String, _ target: hid_t, _ space: hid_t, type: hid_t, _ value: UnsafeRawPointer
  ) throws(DatasetError) {
    let handle = try identifier(H5Acreate2(target, name, type, space, strata_h5_default(), strata_h5_default()))
    try check(H5Awrite(handle.raw, type, value))
  }

  /// Writes a list of texts as UTF-8 of one length, zero-padded, compressed and checksummed.
  func writeTexts(_ texts: [String], to path: String) throws(DatasetError) {
    let length = max(texts.map(\.utf8.count).max() ?? 1, 1)
    var bytes = [UInt8](repeating: 0, count: texts.count * length)
    for (i, text) in texts.enumerated() {
      bytes.replaceSubrange(i * length..<i * length + text.utf8.count, with: text.utf8)
    }
    try run { () throws(DatasetError) in
      let type = try textType(length: length)
      let dataset = try create(path, type: type.raw, shape: [texts.count], chunk: [texts.count])
      try check(H5Dwrite(dataset.raw, type.raw, strata_h5_all(), strata_h5_all(), strata_h5_default(), bytes))
    }
  }

  /// Writes bytes, compressed and checksummed.
  func writeBytes(_ bytes: [UInt8], to path: String) throws(DatasetError) {
    try run { () throws(DatasetError) in
      let dataset = try create(
        path, type: strata_h5_uint8(), shape: [bytes.count], chunk: [max(min(bytes.count, 1 << 20), 1)])
      if bytes.isEmpty { return }
      try check(H5Dwrite(dataset.raw, strata_h5_uint8(), strata_h5_all(), strata_h5_all(), strata_h5_default(), bytes))
    }
  }

  /// Writes numbers in double precision, compressed and checksummed.
  func writeNumbers(_ numbers: [Double], to path: String) throws(DatasetError) {
    try run { () throws(DatasetError) in
      let dataset = try create(
        path, type: strata_h5_float64(), shape: [numbers.count], chunk: [max(min(numbers.count, 1 << 17), 1)])
      if numbers.isEmpty { return }
      try check(
        H5Dwrite(dataset.raw, strata_h5_float64(), strata_h5_all(), strata_h5_all(), strata_h5_default(), numbers))
    }
  }

  /// Makes a data set of shape (rows, columns) that ``writeChunk(_:of:row:)`` fills.
  ///
  /// - Returns: Its number.
  func makeMatrix(
    _ path: String, element: ExportArray.Element, rows: Int, columns: Int, chunkRows: Int
  ) throws(DatasetError) -> Int {
    try run { () throws(DatasetError) in
      let type =
        switch element {
        case .float32: strata_h5_float32()
        case .uint8: strata_h5_uint8()
        case .uint16: strata_h5_uint16()
        }
      let dataset = try create(path, type: type, shape: [rows, columns], chunk: [chunkRows, columns])
      H5Iinc_ref(dataset.raw)
      datasets.append(dataset.raw)
    }
    return datasets.count - 1
  }

  /// Writes a whole chunk as ``HDF5ChunkCoding`` coded it.
  func writeChunk(_ bytes: [UInt8], of dataset: Int, row: Int) throws(DatasetError) {
    try run { () throws(DatasetError) in
      try check(H5Dwrite_chunk(datasets[dataset], strata_h5_default(), 0, [hsize_t(row), 0], bytes.count, bytes))
    }
  }

  /// Completes the file and closes it; failures of delayed writes show here.
  func close() throws(DatasetError) {
    try run { () throws(DatasetError) in
      for dataset in datasets { try check(H5Dclose(dataset)) }
      datasets = []
      let status = H5Fclose(file)
      file = -1
      try check(status)
    }
  }

  /// Closes what is open, whatever comes of it.
  func abandon() {
    HDF5Library.lockedAlways {
      for dataset in datasets { H5Dclose(dataset) }
      if file >= 0 { H5Fclose(file) }
    }
    (datasets, file) = ([], -1)
  }

  // MARK: Calls

  private func create(
    _ path: String, type: hid_t, shape: [Int], chunk: [Int]
  ) throws(DatasetError) -> HDF5Identifier {
    let space = try identifier(H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil))
    let properties = try identifier(H5Pcreate(strata_h5_dataset_creation()))
    H5Pset_obj_track_times(properties.raw, false)
    if !shape.contains(0) {
      try check(H5Pset_chunk(properties.raw, Int32(chunk.count), chunk.map(hsize_t.init)))
      if H5Tget_size(type) > 1, H5Tget_class(type) != H5T_STRING { try check(H5Pset_shuffle(properties.raw)) }
      try check(H5Pset_deflate(properties.raw, 1))
      try check(H5Pset_fletcher32(properties.raw))
    }
    return try identifier(
      H5Dcreate2(file, path, type, space.raw, strata_h5_default(), properties.raw, strata_h5_default()))
  }

  private func textType(length: Int) throws(DatasetError) -> HDF5Identifier {
    let type = try identifier(H5Tcopy(strata_h5_c_string()))
    try check(H5Tset_size(type.raw, length))
    try check(H5Tset_cset(type.raw, H5T_CSET_UTF8))
    if length != strata_h5_variable() { try check(H5Tset_strpad(type.raw, H5T_STR_NULLPAD)) }
    return type
  }

  private func run(_ body: () throws(DatasetError) -> Void) throws(DatasetError) { try HDF5Library.locked(body) }

  private func identifier(_ raw: hid_t) throws(DatasetError) -> HDF5Identifier {
    guard let identifier = HDF5Identifier(raw) else { throw Self.failure(name) }
    return identifier
  }

  private func check(_ status: herr_t) throws(DatasetError) {
    guard status >= 0 else { throw Self.failure(name) }
  }

  private static func failure(_ name: String) -> DatasetError {
    if let code = HDF5Library.errorNumber { return .writing(name, code: code) }
    return .cannotWrite(file: name, reason: HDF5Library.reason)
  }
}
