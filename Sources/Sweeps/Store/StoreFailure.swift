internal import GRDB
internal import Glibc
internal import Specifications

/// What SQLite's error codes mean for a user.
enum StoreFailure {
  /// One error with the file, what happened and what to do.
  ///
  /// - Parameters:
  ///   - error: Of SQLite; an error that is typed already passes.
  ///   - file: The store.
  static func error(_ error: any Error, file: String) -> SpecificationError {
    if let error = error as? SpecificationError { return error }
    guard let failure = error as? DatabaseError else {
      return SpecificationError(file: file, "\(error)", remedy: "report this as a bug", status: .software)
    }
    switch failure.resultCode {
    case .SQLITE_FULL: return full(file)
    case .SQLITE_IOERR where isFull(file): return full(file)
    case .SQLITE_IOERR:
      return SpecificationError(
        file: file, "reading or writing failed (\(failure.extendedResultCode))",
        remedy: "check the disk, then run the same command again: what is finished is kept", status: .inputOutput)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: return damaged(file, failure.message ?? "not a database")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN:
      return SpecificationError(
        file: file, "this file cannot be opened for writing", remedy: "mend its permissions and those of its folder",
        status: .cannotCreate)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return SpecificationError(
        file: file, "another program is holding this file", remedy: "close it, then run the same command again",
        status: .temporaryFailure)
    default:
      return SpecificationError(file: file, "\(failure)", remedy: "report this as a bug", status: .software)
    }
  }

  /// The error of a store that is not what was written.
  static func damaged(_ file: String, _ message: String) -> SpecificationError {
    SpecificationError(
      file: file, "this store is damaged: \(message)",
      remedy: "give --recover to keep what is sound of it; the rest is run again")
  }

  /// The error of a cell whose scores are not what their checksum says.
  static func changed(_ file: String, row number: Int64) -> SpecificationError {
    damaged(file, "the scores of row \(number) of the table 'cells' were changed")
  }

  private static func full(_ file: String) -> SpecificationError {
    SpecificationError(
      file: file, "the disk is full",
      remedy: "free some space, then run the same command again: what is finished is kept", status: .inputOutput)
  }

  private static func isFull(_ file: String) -> Bool {
    var status = statvfs()
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    // Some blocks may be left that no file can be given.
    return statvfs(folder, &status) == 0 && status.f_bavail * UInt(status.f_bsize) < 65536
  }
}
