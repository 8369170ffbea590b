internal import Glibc

/// Reads whole files. Only regular files are read: a pipe would wait for its writer for ever, and a device may have no end.
package enum FileBytes {
  /// The content of a file.
  ///
  /// - Parameter limit: The largest number of bytes that is read.
  /// - Throws: ``ReadFailure``.
  /// - Complexity: O(size of the file) time and memory.
  package static func read(_ path: String, atMost limit: Int = .max) throws(ReadFailure) -> [UInt8] {
    let file = try OpenFile(path)
    guard file.size <= limit else { throw ReadFailure(file: path, cause: .tooLarge) }
    // One more byte than the size shows the end in the same call. Files of /proc have content and no size.
    var bytes: [UInt8] = []
    let chunk = max(1 << 16, file.size + 1)
    while true {
      let old = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: chunk))
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file.descriptor, $0.baseAddress! + old, chunk) }
      let code = errno
      bytes.removeLast(chunk - max(count, 0))
      if count == 0 { return bytes }
      guard count > 0 || code == EINTR else { throw ReadFailure(file: path, cause: .system(code)) }
      guard bytes.count <= limit else { throw ReadFailure(file: path, cause: .tooLarge) }
    }
  }

  /// Hands the content of a file on in order, in pieces of at most a megabyte.
  ///
  /// - Throws: ``ReadFailure``.
  static func forEachPiece(_ path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(ReadFailure) {
    let file = try OpenFile(path)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { piece.deallocate() }
    while true {
      let count = Glibc.read(file.descriptor, piece.baseAddress, piece.count)
      if count == 0 { return }
      if count > 0 {
        body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      } else if errno != EINTR {
        throw ReadFailure(file: path, cause: .system(errno))
      }
    }
  }

  /// The length of a file that can be read, in bytes.
  ///
  /// - Throws: ``ReadFailure``.
  package static func size(_ path: String) throws(ReadFailure) -> Int { try OpenFile(path).size }
}

/// A regular file, open for reading.
private struct OpenFile: ~Copyable {
  let descriptor: Int32
  let size: Int

  init(_ path: String) throws(ReadFailure) {
    // Without O_NONBLOCK, opening a pipe waits for its writer. It changes nothing for regular files.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    // ENXIO is what a socket answers.
    guard descriptor >= 0 else { throw ReadFailure(file: path, cause: errno == ENXIO ? .notRegular : .system(errno)) }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    let kind = status.st_mode & S_IFMT
    guard code == 0, kind == S_IFREG else {
      close(descriptor)
      throw ReadFailure(
        file: path, cause: code != 0 ? .system(code) : kind == S_IFDIR ? .system(EISDIR) : .notRegular)
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }
}

/// Why a file could not be read.
package struct ReadFailure: Error, Equatable, Sendable {
  /// What stood in the way.
  package enum Cause: Equatable, Sendable {
    /// The operating system refused, with this error number; `EISDIR` for a directory.
    case system(Int32)
    /// It is a pipe, a socket or a device.
    case notRegular
    /// It has more bytes than the caller reads.
    case tooLarge
  }

  /// The file, as the caller named it.
  package let file: String
  /// What stood in the way.
  package let cause: Cause
}

extension DatasetError {
  init(_ failure: ReadFailure) {
    let reason =
      switch failure.cause {
      case .system(EISDIR): "it is a directory"
      case .system(let code): String(cString: strerror(code))
      case .notRegular: "it is a pipe or device, not a file that holds data"
      case .tooLarge: "it is too large"
      }
    self = .cannotRead(file: failure.file, reason: reason)
  }
}

/// The whole content of a data file.
func readBytes(_ path: String) throws(DatasetError) -> [UInt8] {
  do { return try FileBytes.read(path) } catch { throw DatasetError(error) }
}

/// Writes a data file, atomically.
func writeBytes(_ bytes: [UInt8], to path: String) throws(DatasetError) {
  do { try AtomicFile.write(bytes, to: path) } catch { throw .writing(error.file, code: error.code) }
}

/// The length of a data file that can be read.
func fileSize(_ path: String) throws(DatasetError) -> Int {
  do { return try FileBytes.size(path) } catch { throw DatasetError(error) }
}
