public import LinearAlgebra

/// A matrix of finite numbers from any file that users have.
public enum MatrixFile {
  /// Reads `file.npy`, `file.npz:array`, `file.h5:path/to/array` or `file.csv`.
  ///
  /// In an archive or HDF5 file that holds one array only, its name may be left out; a group that holds `values`, as
  /// Strata writes them, may stand for it: `sample.h5:observed`.
  ///
  /// - Returns: Shape (samples, columns).
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed`, `unsupportedType`, `unsupportedShape`,
  ///   `checksumMismatch`, `missingArray`, `notFinite`.
  /// - Complexity: O(size of the file); archives are read whole.
  public static func read(_ source: String) throws(DatasetError) -> Matrix<Double> {
    let (file, array) = split(source)
    let matrix: Matrix<Double>
    switch Format(path: file) {
    case .npy: matrix = try NumPyFile.readDouble(file)
    case .csv: matrix = try CSVFile.read(file).values
    case .npz: matrix = try archived(file, array)
    case .hdf5: matrix = try stored(file, array)
    case nil:
      throw .malformed(
        file: source, format: "matrix",
        reason: "its name ends in none of .npy, .npz, .h5, .hdf5 and .csv, with ':array' after .npz and .h5")
    }
    try requireFinite(matrix, source)
    return matrix
  }

  private enum Format: String, CaseIterable {
    case npy
    case csv
    case npz
    case hdf5

    init?(path: String) {
      let name = path.lowercased()
      guard
        let found = Self.allCases.first(where: { name.hasSuffix(".\($0.rawValue)") })
          ?? (name.hasSuffix(".h5") ? .hdf5 : nil)
      else { return nil }
      self = found
    }
  }

  /// The file and the array in it. The last colon separates them, unless what stands before it is not a file of arrays.
  private static func split(_ source: String) -> (file: String, array: String) {
    guard let colon = source.lastIndex(of: ":"), let format = Format(path: String(source[..<colon])),
      format == .npz || format == .hdf5
    else { return (source, "") }
    return (String(source[..<colon]), String(source[source.index(after: colon)...]))
  }

  private static func archived(_ file: String, _ array: String) throws(DatasetError) -> Matrix<Double> {
    let archive = try ZipReader(try readBytes(file), file: file)
    let names = archive.names.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    let name = array.isEmpty && names.count == 1 ? names[0] : array
    guard names.contains(name), let bytes = try archive.content("\(name).npy") else {
      throw .missingArray(file: file, name: array, available: names)
    }
    return try NumPyFile.decodeDouble(bytes, file: "\(file):\(name)")
  }

  private static func stored(_ file: String, _ array: String) throws(DatasetError) -> Matrix<Double> {
    let reader = try HDF5Reader(file)
    let paths = try reader.datasetPaths()
    let wanted = array.split(separator: "/").joined(separator: "/")
    let candidates = [wanted, "\(wanted)/values"] + (wanted.isEmpty && paths.count == 1 ? paths : [])
    guard let path = candidates.first(where: { paths.contains($0) }) else {
      // The texts that Strata stores beside its arrays are of no use here.
      let values = paths.filter { !$0.hasSuffix("/columns") && !$0.hasSuffix("/nodes") }
      throw .missingArray(file: file, name: array, available: values)
    }
    let (shape, values) = try reader.numbers(path)
    guard shape.count == 2 else { throw .unsupportedShape(file: "\(file):\(path)", shape: shape) }
    return Matrix(rows: shape[0], columns: shape[1], storage: values)
  }

  private static func requireFinite(_ matrix: Matrix<Double>, _ source: String) throws(DatasetError) {
    if matrix.isFinite { return }
    let first = matrix.withUnsafeElements { elements in elements.firstIndex { !$0.isFinite } }
    if let first { throw .notFinite(file: source, row: first / matrix.columns, column: first % matrix.columns) }
  }
}
