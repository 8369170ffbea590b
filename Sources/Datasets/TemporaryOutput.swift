internal import Glibc

/// A file or folder under construction beside the place where it shall stand: made under a temporary name, synced, then
/// renamed. What stood there before is untouched until then, and nothing is left behind on failure.
struct TemporaryOutput: Sendable {
  /// The name that the user gave.
  let path: String
  /// Where to write in the meantime.
  let temporaryPath: String
  private let target: String

  /// Makes an empty file.
  static func file(for path: String) throws(DatasetError) -> TemporaryOutput {
    var status = stat()
    let exists = stat(path, &status) == 0
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotWrite(file: path, reason: "it exists and is not a file")
    }
    let target = exists ? AtomicFile.resolved(path) : path
    var template = Array((target + ".XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path) }
    fchmod(descriptor, exists ? status.st_mode & 0o7777 : 0o666 & ~AtomicFile.currentMask())
    close(descriptor)
    return TemporaryOutput(path: path, temporaryPath: text(template), target: target)
  }

  /// Makes an empty folder.
  static func folder(for path: String) throws(DatasetError) -> TemporaryOutput {
    var target = path
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    var status = stat()
    // An empty folder is replaced; rename refuses any other, but only after all the work.
    if stat(target, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .cannotWrite(file: path, reason: "it exists and is not a folder")
      }
      guard isEmptyFolder(target) else { throw .cannotWrite(file: path, reason: "the folder exists and is not empty") }
    }
    var template = Array((target + ".XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw failure(path) }
    chmod(text(template), 0o777 & ~AtomicFile.currentMask())
    return TemporaryOutput(path: path, temporaryPath: text(template), target: target)
  }

  /// Syncs one file to the disk: the output itself, or a file in an output folder.
  func synchronize(_ file: String) throws(DatasetError) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Self.failure(path) }
  }

  /// Syncs the output and puts it in its place.
  func publish() throws(DatasetError) {
    try synchronize(temporaryPath)
    guard rename(temporaryPath, target) == 0 else { throw Self.failure(path) }
    AtomicFile.synchronizeFolder(of: target)
  }

  /// Removes what was written.
  func discard() {
    if unlink(temporaryPath) == 0 { return }
    for file in Self.entries(temporaryPath) { unlink("\(temporaryPath)/\(file)") }
    rmdir(temporaryPath)
  }

  private static func failure(_ path: String) -> DatasetError {
    .cannotWrite(file: path, reason: String(cString: strerror(errno)))
  }

  private static func text(_ template: [CChar]) -> String {
    template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  private static func isEmptyFolder(_ path: String) -> Bool { entries(path).isEmpty }

  private static func entries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
