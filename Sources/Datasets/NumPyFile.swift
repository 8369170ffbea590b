public import LinearAlgebra

/// Matrices in NumPy's `.npy` files (NEP 1): float32 and float64, little-endian, C or Fortran order, two axes. Integers of 1 to
/// 8 bytes and flags are read too.
///
/// Versions 1, 2 and 3 are read; version 1 is written (version 2 if the header were too long), byte for byte as
/// `numpy.save` writes a C-ordered array.
public enum NumPyFile {
  /// Reads a matrix in double precision; float32 elements are widened, which is exact.
  ///
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed`, `unsupportedType`, `unsupportedShape`,
  ///   `checksumMismatch` for an array of an export's folder that is not the one that was written.
  public static func readDouble(_ path: String) throws(DatasetError) -> Matrix<Double> {
    try decodeDouble(try FileChecksums.readBytes(path), file: path)
  }

  /// Reads a matrix in single precision; float64 elements are rounded.
  ///
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed`, `unsupportedType`, `unsupportedShape`,
  ///   `checksumMismatch` for an array of an export's folder that is not the one that was written.
  public static func readFloat(_ path: String) throws(DatasetError) -> Matrix<Float> {
    try decodeFloat(try FileChecksums.readBytes(path), file: path)
  }

  /// Reads an array of any number of axes (a number has none) in double precision.
  ///
  /// - Returns: Its shape, and the values with the last axis running fastest.
  /// - Throws: ``DatasetError``: `cannotRead`, `truncated`, `malformed`, `unsupportedType`, `checksumMismatch`.
  public static func readTensor(_ path: String) throws(DatasetError) -> (shape: [Int], values: [Double]) {
    try decodeTensor(try FileChecksums.readBytes(path), file: path)
  }

  /// Writes a float32 file, atomically.
  ///
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``, ``DatasetError/diskFull(file:)``.
  public static func write(_ matrix: Matrix<Float>, to path: String) throws(DatasetError) {
    try writeBytes(encode(matrix), to: path)
  }

  /// Writes a float64 file, atomically.
  ///
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``, ``DatasetError/diskFull(file:)``.
  public static func write(_ matrix: Matrix<Double>, to path: String) throws(DatasetError) {
    try writeBytes(encode(matrix), to: path)
  }
}
