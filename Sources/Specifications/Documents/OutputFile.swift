public import Datasets
internal import Glibc

extension SpecificationError {
  /// What a user should do about a file that could not be written: `cannotCreate` if the folder does not exist or may not
  /// be written or the path is a directory, `inputOutput` if writing failed midway (a full disk).
  public init(_ failure: WriteFailure) {
    let (message, remedy, status): (String, String, ExitStatus) =
      switch failure.code {
      case ENOENT, ENOTDIR: ("the folder of this file does not exist", "create it first", .cannotCreate)
      case EISDIR: ("this is a directory", "give a file name", .cannotCreate)
      case EACCES, EPERM, EROFS: ("permission to write this file is denied", "choose another place", .cannotCreate)
      case _ where failure.isDiskFull: ("the disk is full", "free some space", .inputOutput)
      default: ("writing failed: \(failure.reason)", "check the disk", .inputOutput)
      }
    self.init(file: failure.file, message, remedy: remedy, status: status)
  }
}

/// Writes the files that a user asked for, whole or not at all.
public enum OutputFile {
  /// Writes text, replacing a file that exists.
  ///
  /// - Throws: ``SpecificationError`` of ``SpecificationError/init(_:)-(WriteFailure)``; nothing is left behind then.
  public static func write(_ text: String, to path: String) throws(SpecificationError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes, replacing a file that exists. Errors as ``write(_:to:)-(String,_)``.
  public static func write(_ bytes: [UInt8], to path: String) throws(SpecificationError) {
    do { try AtomicFile.write(bytes, to: path) } catch { throw SpecificationError(error) }
  }
}
