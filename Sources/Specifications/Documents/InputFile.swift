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
  package static func bytes(_ path: String) throws(SpecificationError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw unreadable(path, EISDIR) }
    var bytes: [UInt8] = []
    let chunk = max(1 << 16, min(Int(status.st_size) + 1, Document.largestSize + 1))
    while true {
      let old = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunk))
      let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + old, chunk) }
      let code = errno
      bytes.removeLast(chunk - max(count, 0))
      if count == 0 { return bytes }
      guard count > 0 || code == EINTR else { throw unreadable(path, code) }
      guard bytes.count <= Document.largestSize else {
        throw SpecificationError(
          file: path, "the file is larger than \(Document.largestSize >> 20) MiB",
          remedy: "check that it is the right one")
      }
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> SpecificationError {
    let (message, remedy) =
      switch code {
      case ENOENT, ENOTDIR: ("there is no such file", "check the path")
      case EISDIR: ("this is a directory", "give a file")
      case EACCES, EPERM: ("permission to read this file is denied", "change its permissions")
      default: (String(cString: strerror(code)), "check the file")
      }
    return SpecificationError(file: path, message, remedy: remedy, status: code == EIO ? .inputOutput : .noInput)
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
