internal import Glibc

/// Writes whole files so that a reader sees the old content or the new, never a part: a temporary file in the same
/// folder, fsync, rename, fsync of the folder.
public enum AtomicFile {
  /// Writes text, replacing a file that exists.
  ///
  /// - Throws: ``SpecificationError``: `cannotCreate` if the folder does not exist or may not be written, or the path is
  ///   a directory; `inputOutput` if writing fails midway (a full disk). Nothing is left behind.
  public static func write(_ text: String, to path: String) throws(SpecificationError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes, replacing a file that exists. Errors as ``write(_:to:)-(String,_)``.
  public static func write(_ bytes: [UInt8], to path: String) throws(SpecificationError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw failure(path, EISDIR) }
    // A device or pipe (/dev/stdout) cannot be renamed onto: write straight into it.
    if exists, status.st_mode & S_IFMT != S_IFREG { return try writeInPlace(bytes, to: path) }
    // A link stays a link: its target is replaced.
    let target = exists ? resolved(path) : path
    var template = Array((target + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path, errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let temporary = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    var code = writeAll(bytes, descriptor)
    if code == 0, fchmod(descriptor, exists ? status.st_mode & 0o7777 : 0o666 & ~currentMask()) != 0 { code = errno }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, target) != 0 { code = errno }
    guard code == 0 else {
      unlink(temporary)
      throw failure(path, code)
    }
    synchronizeFolder(of: target)
  }

  private static func writeInPlace(_ bytes: [UInt8], to path: String) throws(SpecificationError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    let code = writeAll(bytes, descriptor)
    guard code == 0 else { throw failure(path, code) }
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

  private static func resolved(_ path: String) -> String {
    guard let pointer = realpath(path, nil) else { return path }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// The process's file mode mask, read from /proc: umask(2) can only be read by changing it, which other threads see.
  private static func currentMask() -> mode_t {
    guard let bytes = try? InputFile.bytes("/proc/self/status") else { return 0o022 }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Umask:") }
    return line.flatMap { mode_t($0.dropFirst(6).filter(\.isNumber), radix: 8) } ?? 0o022
  }

  /// Makes the rename itself durable. Some file systems cannot; the content is safe all the same.
  private static func synchronizeFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String, _ code: Int32) -> SpecificationError {
    let (message, remedy, status): (String, String, ExitStatus) =
      switch code {
      case ENOENT, ENOTDIR: ("the folder of this file does not exist", "create it first", .cannotCreate)
      case EISDIR: ("this is a directory", "give a file name", .cannotCreate)
      case EACCES, EPERM, EROFS: ("permission to write this file is denied", "choose another place", .cannotCreate)
      case ENOSPC, EDQUOT: ("the disk is full", "free some space", .inputOutput)
      default: ("writing failed: \(String(cString: strerror(code)))", "check the disk", .inputOutput)
      }
    return SpecificationError(file: path, message, remedy: remedy, status: status)
  }
}
