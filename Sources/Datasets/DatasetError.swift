/// Why a data file cannot be read or written. Every case names the file and what to do.
public enum DatasetError: Error, Equatable, Sendable {
  /// The operating system refused to read.
  case cannotRead(file: String, reason: String)
  /// The operating system refused to write; the file that was there before, if any, is unchanged.
  case cannotWrite(file: String, reason: String)
  /// There is no room for the file; the file that was there before, if any, is unchanged.
  case diskFull(file: String)
  /// The file ends too early.
  case truncated(file: String, bytes: Int, expected: Int)
  /// The bytes are not what the format asks for.
  case malformed(file: String, format: String, reason: String)
  /// The groups of target columns that a file names cannot be.
  case invalidGroups(file: String, reason: String)
  /// The file is none that ``DatasetExporter`` wrote, or no longer.
  case invalidSample(file: String, reason: String)
  /// A model is asked for, and the file holds none.
  case noModel(file: String)
  /// The element type is a valid one of the format, but not one that is read here.
  case unsupportedType(file: String, type: String, remedy: String)
  /// The array has another number of axes than two.
  case unsupportedShape(file: String, shape: [Int])
  /// The file is of a version that this program does not read.
  case unsupportedVersion(file: String, version: String, known: String)
  /// The bytes are not those that were written.
  case checksumMismatch(file: String, part: String)
  /// An array is asked for that is not there.
  case missingArray(file: String, name: String, available: [String])
  /// A value is NaN or infinite.
  case notFinite(file: String, row: Int, column: Int)
  /// A value that was to be written is NaN or infinite.
  case overflowed(file: String, array: String, column: String, row: Int)

  /// The failure to write a file with an error number of the operating system.
  static func writing(_ file: String, code: Int32) -> DatasetError {
    let failure = WriteFailure(file: file, code: code)
    return failure.isDiskFull ? .diskFull(file: file) : .cannotWrite(file: file, reason: failure.reason)
  }
}

extension DatasetError: CustomStringConvertible {
  /// One line: file, what is wrong, what to do.
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(file): cannot be read: \(reason); check the path and its permissions"
    case .cannotWrite(let file, let reason):
      "\(file): cannot be written: \(reason); check the folder, its permissions and the free space"
    case .diskFull(let file):
      "\(file): the disk is full; free some space, then run the same command again"
    case .truncated(let file, let bytes, let expected):
      "\(file): the file has \(bytes) bytes and needs \(expected); it was cut off, copy or write it again"
    case .malformed(let file, let format, let reason):
      "\(file): not a valid \(format) file: \(reason); write it again with a program that supports \(format)"
    case .invalidGroups(let file, let reason):
      "\(file): \(reason); give groups as {\"name\": [columns, from 0], …}"
    case .invalidSample(let file, let reason):
      "\(file): not a data set as strata sample writes it: \(reason); sample it again, or give another file"
    case .noModel(let file):
      "\(file): \(DatasetExporter.Format(path: file) == .csv ? "CSV files hold" : "the file holds") no model; give a data "
        + "set that strata sample wrote as .h5, as .npz or into a folder, or the model itself"
    case .unsupportedType(let file, let type, let remedy):
      "\(file): elements of type \(type) are not supported; \(remedy)"
    case .unsupportedShape(let file, let shape):
      "\(file): the array has \(shape.count) axes, shape \(shape), and a matrix needs 2; "
        + "reshape it to (samples, columns)"
    case .unsupportedVersion(let file, let version, let known):
      "\(file): the data set has format version \(version), and this program reads version \(known); "
        + "read it with the version of Strata that wrote it, or sample it again"
    case .checksumMismatch(let file, let part):
      "\(file): the checksum of \(part) is wrong: the file was damaged; copy or write it again"
    case .missingArray(let file, let name, let available):
      "\(file): \(name.isEmpty ? "no array is named" : "there is no array '\(name)'"); "
        + (available.isEmpty ? "the file holds no arrays" : "name one of \(available.joined(separator: ", "))")
    case .notFinite(let file, let row, let column):
      "\(file): the value in row \(row), column \(column) (from 0) is not a finite number; remove or impute such rows"
    case .overflowed(let file, let array, let column, let row):
      "\(file): the value of \(column) in row \(row) of '\(array)' is not finite, so nothing was written; the model's "
        + "mechanisms grow without bound on the way to this node: choose milder ones, noise with lighter tails, or fewer levels"
    }
  }
}
