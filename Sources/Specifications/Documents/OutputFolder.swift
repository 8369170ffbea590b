internal import FoundationEssentials

/// Makes the folders that results go into.
package enum OutputFolder {
  /// Makes a folder with those above it, where it is missing.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - remedy: What to do where that fails.
  /// - Throws: ``SpecificationError`` (cannotCreate).
  package static func create(
    _ path: String, remedy: String = "choose another place, or mend its permissions"
  ) throws(SpecificationError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw SpecificationError(file: path, "this folder cannot be created", remedy: remedy, status: .cannotCreate)
    }
  }
}
