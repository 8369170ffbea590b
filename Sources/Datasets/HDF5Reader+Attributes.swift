internal import CHDF5

/// Attributes: the facts about a file and its groups.
extension HDF5Reader {
  /// The value of an attribute; nil if the object has none of this name.
  ///
  /// - Throws: ``DatasetError``: `checksumMismatch` and `malformed` for what cannot be read, which is never taken for
  ///   absent; `malformed` for types that no fact has.
  func attribute(_ name: String, of object: String) throws(DatasetError) -> ExportAttribute.Value? {
    try checkSeal()
    return try run { () throws(DatasetError) in
      let answer = H5Aexists_by_name(file, object, name, strata_h5_default())
      guard answer >= 0 else { throw failure() }
      if answer == 0 { return nil }
      let handle = try identifier(
        H5Aopen_by_name(file, object, name, strata_h5_default(), strata_h5_default()))
      let type = try identifier(H5Aget_type(handle.raw))
      let space = try identifier(H5Aget_space(handle.raw))
      let isScalar = H5Sget_simple_extent_type(space.raw) == H5S_SCALAR
      switch H5Tget_class(type.raw) {
      case H5T_STRING where isScalar: return .text(try text(handle.raw, type: type.raw))
      case H5T_STRING where H5Tis_variable_str(type.raw) > 0:
        let count = H5Sget_simple_extent_npoints(space.raw)
        guard (0...65_536).contains(count) else { throw failure("attribute \(name) lists \(count) texts") }
        return .texts(try texts(handle.raw, type: type.raw, count: Int(count)))
      case H5T_INTEGER where isScalar:
        var value: UInt64 = 0
        guard H5Aread(handle.raw, strata_h5_uint64(), &value) >= 0 else { throw failure() }
        return .integer(value)
      case H5T_FLOAT where isScalar:
        var value = 0.0
        guard H5Aread(handle.raw, strata_h5_float64(), &value) >= 0 else { throw failure() }
        return .number(value)
      default: throw failure("attribute \(name) is no text, number or list of texts")
      }
    }
  }

  private func text(_ attribute: hid_t, type: hid_t) throws(DatasetError) -> String {
    guard H5Tis_variable_str(type) > 0 else {
      var bytes = [UInt8](repeating: 0, count: H5Tget_size(type))
      guard H5Aread(attribute, type, &bytes) >= 0 else { throw failure() }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    var pointer: UnsafeMutablePointer<CChar>?
    guard H5Aread(attribute, type, &pointer) >= 0, let pointer else { throw failure() }
    defer { H5free_memory(pointer) }
    return String(cString: pointer)
  }

  private func texts(_ attribute: hid_t, type: hid_t, count: Int) throws(DatasetError) -> [String] {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    guard H5Aread(attribute, type, &pointers) >= 0 else { throw failure() }
    defer { for pointer in pointers { H5free_memory(pointer) } }
    return pointers.map { pointer in pointer.map { String(cString: $0) } ?? "" }
  }
}
