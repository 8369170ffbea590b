internal import Glibc

/// Writes whole files so that a reader sees the old content or the new, never a part: a temporary file in the same
/// folder, fsync, rename, fsync of the folder.
public enum AtomicFile {
  /// Writes text, replacing a file that exists.
  ///
  /// - Throws: ``WriteFailure``; nothing is left behind then.
  public static func write(_ text: String, to path: String) throws(WriteFailure) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes, replacing a file that exists. Errors as ``write(_:to:)-(String,_)``.
  public static func write(_ bytes: [UInt8], to path: String) throws(WriteFailure) {
    try publish(path) { writeAll(bytes, $0) }
  }

  /// Writes what comes in pieces, replacing a file that exists: for files that would not fit into memory.
  ///
  /// - Parameter pieces: Is given the function that takes one piece after the other.
  /// - Throws: ``WriteFailure``, or what `pieces` throws; nothing is left behind then.
  package static func write(to path: String, pieces: ((_ bytes: [UInt8]) throws -> Void) throws -> Void) throws {
    var thrown: (any Error)?
    do {
      try publish(path) { descriptor in
        do {
          try pieces { bytes in
            let code = writeAll(bytes, descriptor)
            if code != 0 { throw WriteFailure(file: path, code: code) }
          }
          return 0
        } catch {
          thrown = error
          return ECANCELED
        }
      }
    } catch {
      throw thrown ?? error
    }
  }

  /// Fills a temporary file and puts it in its place.
  ///
  /// - Parameter fill: Writes to a descriptor; returns 0 or an error number.
  private static func publish(_ path: String, fill: (Int32) -> Int32) throws(WriteFailure) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw WriteFailure(file: path, code: EISDIR) }
    // A device or pipe (/dev/stdout) cannot be renamed onto: write straight into it.
    if exists, status.st_mode & S_IFMT != S_IFREG { return try writeInPlace(path, fill: fill) }
    // A link stays a link: its target is replaced.
    let target = exists ? resolved(path) : path
    var descriptor: Int32 = -1
    let made = UnfinishedOutputs.add {
      var template = Array((target + ".XXXXXX").utf8CString)
      descriptor = mkstemp(&template)
      guard descriptor >= 0 else { return nil }
      return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
    guard let temporary = made else { throw WriteFailure(file: path, code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var code = fill(descriptor)
    if code == 0, fchmod(descriptor, exists ? status.st_mode & 0o7777 : 0o666 & ~currentMask()) != 0 { code = errno }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    let isPublished = UnfinishedOutputs.finish(temporary) {
      if code == 0, rename(temporary, target) != 0 { code = errno }
      return code == 0
    }
    guard isPublished else {
      _ = UnfinishedOutputs.finish(temporary) {
        unlink(temporary)
        return true
      }
      throw WriteFailure(file: path, code: code)
    }
    synchronizeFolder(of: target)
  }

  private static func writeInPlace(_ path: String, fill: (Int32) -> Int32) throws(WriteFailure) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WriteFailure(file: path, code: errno) }
    defer { close(descriptor) }
    let code = fill(descriptor)
    guard code == 0 else { throw WriteFailure(file: path, code: code) }
  }

  /// Writes all bytes; returns 0 or the error number.
  private static func writeAll(_ bytes: [UInt8], _ descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if count < 0, errno != EINTR { return errno }
        done += max(count, 0)
      }
      return 0
    }
  }

  static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// The process's file mode mask, read from /proc: umask(2) can only be read by changing it, which other threads see.
  static func currentMask() -> mode_t {
    guard let bytes = try? readBytes("/proc/self/status") else { return 0o022 }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Umask:") }
    return line.flatMap { mode_t($0.dropFirst(6).filter(\.isNumber), radix: 8) } ?? 0o022
  }

  /// Makes the rename itself durable. Some file systems cannot; the content is safe all the same.
  package static func synchronizeFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// Why a file could not be written.
public struct WriteFailure: Error, Equatable, Sendable {
  /// The file, as the caller named it.
  public let file: String
  /// The operating system's error number.
  public let code: Int32

  /// The failure of a file with an error number.
  package init(file: String, code: Int32) { (self.file, self.code) = (file, code) }

  /// Whether there is no room for the file.
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

  /// What the operating system says about it.
  public var reason: String { String(cString: strerror(code)) }
}
