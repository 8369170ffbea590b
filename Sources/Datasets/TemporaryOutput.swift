internal import Glibc

/// A file or folder under construction beside the place where it shall stand: made under a temporary name, synced, then
/// renamed. What stood there before is untouched until then, and nothing is left behind on failure.
package struct TemporaryOutput: Sendable {
  /// Looks into a folder that stands in the place of a new one.
  package typealias Inspection = @Sendable (_ path: String) -> ExportFolder.Content

  /// The name that the user gave.
  let path: String
  /// Where to write in the meantime.
  package let temporaryPath: String
  private let target: String
  private let replacesExport: Bool
  private let content: Inspection

  private init(
    path: String, temporaryPath: String, target: String, replacesExport: Bool = false,
    content: @escaping Inspection = ExportFolder.content(of:)
  ) {
    (self.path, self.temporaryPath, self.target) = (path, temporaryPath, target)
    (self.replacesExport, self.content) = (replacesExport, content)
  }

  /// Makes an empty file.
  static func file(for path: String) throws(DatasetError) -> TemporaryOutput {
    var status = stat()
    let exists = stat(path, &status) == 0
    guard !exists || status.st_mode & S_IFMT == S_IFREG else {
      throw .cannotWrite(file: path, reason: "it exists and is not a file")
    }
    let target = exists ? AtomicFile.resolved(path) : path
    let made = UnfinishedOutputs.add {
      var template = Array((target + ".XXXXXX").utf8CString)
      let descriptor = mkstemp(&template)
      guard descriptor >= 0 else { return nil }
      fchmod(descriptor, exists ? status.st_mode & 0o7777 : 0o666 & ~AtomicFile.currentMask())
      close(descriptor)
      return text(template)
    }
    guard let made else { throw failure(path) }
    return TemporaryOutput(path: path, temporaryPath: made, target: target)
  }

  /// Makes an empty folder.
  ///
  /// - Parameters:
  ///   - path: Where it shall stand, with or without `/` at the end.
  ///   - replacesExport: Whether a folder that holds an export, and nothing else, is replaced.
  ///   - content: Tells what a folder holds; asked again before anything is replaced.
  package static func folder(
    for path: String, replacesExport: Bool = false, content: @escaping Inspection = ExportFolder.content(of:)
  ) throws(DatasetError) -> TemporaryOutput {
    var target = path
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    var status = stat()
    // An empty folder is replaced; rename refuses any other, but only after all the work.
    if stat(target, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw .cannotWrite(file: path, reason: "it exists and is not a folder")
      }
      switch content(target) {
      case .nothing: break
      case .export where replacesExport: break
      case .export, .other: throw .cannotWrite(file: path, reason: "the folder exists and is not empty")
      }
    }
    let made = UnfinishedOutputs.add {
      var template = Array((target + ".XXXXXX").utf8CString)
      guard mkdtemp(&template) != nil else { return nil }
      chmod(text(template), 0o777 & ~AtomicFile.currentMask())
      return text(template)
    }
    guard let made else { throw failure(path) }
    return TemporaryOutput(
      path: path, temporaryPath: made, target: target, replacesExport: replacesExport, content: content)
  }

  /// Syncs one file to the disk: the output itself, or a file in an output folder.
  package func synchronize(_ file: String) throws(DatasetError) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Self.failure(path) }
  }

  /// Syncs the output and puts it in its place. A folder that is to be replaced steps aside for the new one and is removed
  /// when that stands in its place; a crash between the two leaves both, each whole, under temporary names.
  package func publish() throws(DatasetError) {
    try synchronize(temporaryPath)
    let old = temporaryPath + ".old"
    var isReplaced = false
    let succeeded = UnfinishedOutputs.finish(temporaryPath) {
      if rename(temporaryPath, target) == 0 { return true }
      guard replacesExport, errno == ENOTEMPTY || errno == EEXIST, case .export = content(target),
        rename(target, old) == 0
      else { return false }
      isReplaced = true
      if rename(temporaryPath, target) == 0 { return true }
      let code = errno
      rename(old, target)
      errno = code
      return false
    }
    guard succeeded else { throw Self.failure(path) }
    if isReplaced { UnfinishedOutputs.remove(old) }
    AtomicFile.synchronizeFolder(of: target)
  }

  /// Removes what was written.
  package func discard() {
    _ = UnfinishedOutputs.finish(temporaryPath) {
      UnfinishedOutputs.remove(temporaryPath)
      return true
    }
  }

  private static func failure(_ path: String) -> DatasetError {
    .writing(path, code: errno)
  }

  private static func text(_ template: [CChar]) -> String {
    template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}
