internal import Glibc

/// Files that are either wholly there or not at all, whatever happens while they are written.
public enum AtomicFile {
  /// Writes a temporary file beside `path`, flushes it to the disk, and renames it to `path`.
  ///
  /// A file of this name is replaced, its permissions included. Concurrent writers do not mix: the last rename wins.
  ///
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``; nothing is left behind then.
  public static func write(_ bytes: [UInt8], to path: String) throws(DatasetError) {
    // The suffix only keeps writers apart; no result depends on it.
    let temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(file: path, reason: lastErrorText()) }
    var failure: String?
    if !writeAll(bytes, to: descriptor) || fsync(descriptor) != 0 { failure = lastErrorText() }
    if close(descriptor) != 0, failure == nil { failure = lastErrorText() }
    if failure == nil, rename(temporary, path) != 0 { failure = lastErrorText() }
    if let failure {
      unlink(temporary)
      throw .cannotWrite(file: path, reason: failure)
    }
    flushFolder(of: path)
  }

  /// Writes text in UTF-8. See ``write(_:to:)-([UInt8],_)``.
  public static func write(_ text: String, to path: String) throws(DatasetError) {
    try write(Array(text.utf8), to: path)
  }

  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let written = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
        if written < 0 {
          if errno == EINTR { continue }
          return false
        }
        done += written
      }
      return true
    }
  }

  /// Makes the rename survive a power failure. Some file systems cannot flush folders; the file is whole anyway.
  private static func flushFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// The whole content of a file.
func readBytes(_ path: String) throws(DatasetError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  defer { close(descriptor) }
  var information = stat()
  guard fstat(descriptor, &information) == 0 else { throw .cannotRead(file: path, reason: lastErrorText()) }
  if information.st_mode & S_IFMT == S_IFDIR { throw .cannotRead(file: path, reason: "it is a directory") }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(Int(information.st_size))
  var block = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = block.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw .cannotRead(file: path, reason: lastErrorText())
    }
    if count == 0 { return bytes }
    bytes.append(contentsOf: block[..<count])
  }
}

private func lastErrorText() -> String { String(cString: strerror(errno)) }
