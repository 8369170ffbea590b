internal import Glibc
internal import Synchronization

/// The temporary files and folders that this process is writing: a signal that ends the program has them removed first.
///
/// The list is the process's own, as signals are: nothing that is written depends on it.
package enum UnfinishedOutputs {
  private static let paths = Mutex<Set<String>>([])

  /// Makes a temporary file or folder and takes note of it, in one step that no interruption divides.
  ///
  /// - Parameter make: Returns the path of what it made; nil if it failed.
  static func add(_ make: () -> String?) -> String? {
    paths.withLock { paths in
      let path = make()
      if let path { paths.insert(path) }
      return path
    }
  }

  /// Publishes or removes what has a temporary path, and forgets it if that succeeded.
  static func finish(_ path: String, _ body: () -> Bool) -> Bool {
    paths.withLock { paths in
      let succeeded = body()
      if succeeded { paths.remove(path) }
      return succeeded
    }
  }

  /// Removes everything that is unfinished and ends the program; whoever is about to publish something waits for ever.
  ///
  /// - Parameter end: Ends the process, without handlers that other threads could be in the middle of.
  package static func discardAll(_ end: () -> Never) -> Never {
    paths.withLock { paths in
      for path in paths { remove(path) }
      end()
    }
  }

  /// Removes a file, or a folder with all that is in it; links are removed, not followed.
  static func remove(_ path: String) {
    // A folder cannot be unlinked.
    if unlink(path) == 0 || errno == ENOENT { return }
    // Another thread may still be adding the files of a folder: a handful, at its beginning.
    for _ in 0..<100 {
      for file in entries(path) { remove("\(path)/\(file)") }
      if rmdir(path) == 0 || errno != ENOTEMPTY && errno != EEXIST { return }
    }
  }

  /// The names in a folder, without those of itself and its parent.
  package static func entries(_ path: String) -> [String] {
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
