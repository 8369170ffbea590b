internal import Datasets
internal import Glibc

/// Reads whole files with errors that say what to do.
package enum InputFile {
  /// The content of a UTF-8 file, without a byte order mark.
  ///
  /// - Throws: ``SpecificationError`` for a file that is missing, unreadable, a directory, empty, too large, or not UTF-8.
  package static func text(_ path: String) throws(SpecificationError) -> String {
    var bytes = try bytes(path)
    guard !bytes.isEmpty else {
      throw SpecificationError(file: path, "the file is empty", remedy: "write the specification into it")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let line = firstInvalidLine(bytes)
    throw SpecificationError(file: path, line: line, "the file is not UTF-8 text", remedy: "save it in UTF-8")
  }

  /// The bytes of a file.
  ///
  /// - Throws: ``SpecificationError`` for a file that is missing, unreadable, a directory, a pipe or device, or too large.
  package static func bytes(_ path: String) throws(SpecificationError) -> [UInt8] {
    do { return try FileBytes.read(path, atMost: Document.largestSize) } catch { throw SpecificationError(error) }
  }

  /// The line, from 1, of the first byte that is not UTF-8.
  private static func firstInvalidLine(_ bytes: [UInt8]) -> Int {
    var line = 1
    var start = 0
    for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
      guard String(validating: bytes[start..<end], as: UTF8.self) != nil else { return line }
      line += 1
      start = end + 1
    }
    return line
  }
}

extension SpecificationError {
  /// What a user should do about a file that could not be read: `noInput`, but `invalidData` for a file that is too large
  /// and `inputOutput` if reading failed midway.
  fileprivate init(_ failure: ReadFailure) {
    let (message, remedy, status): (String, String, ExitStatus) =
      switch failure.cause {
      case .system(ENOENT), .system(ENOTDIR): ("there is no such file", "check the path", .noInput)
      case .system(EISDIR): ("this is a directory", "give a file", .noInput)
      case .system(EACCES), .system(EPERM):
        ("permission to read this file is denied", "change its permissions", .noInput)
      case .system(let code):
        (String(cString: strerror(code)), "check the file", code == EIO ? .inputOutput : .noInput)
      case .notRegular:
        ("this is a pipe or device, not a file", "save its content in a file and give that one", .noInput)
      case .tooLarge:
        (
          "the file is larger than \(Document.largestSize >> 20) MiB", "check that it is the right one", .invalidData
        )
      }
    self.init(file: failure.file, message, remedy: remedy, status: status)
  }
}
