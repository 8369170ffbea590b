internal import FoundationEssentials
internal import Specifications

/// Folders that verdicts go into.
enum OutputFolder {
  /// Makes a folder with those above it, where it is missing.
  ///
  /// - Throws: `SpecificationError` (cannotCreate).
  static func create(_ path: String) throws(SpecificationError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw SpecificationError(
        file: path, "this folder cannot be created", remedy: "choose another place, or mend its permissions",
        status: .cannotCreate)
    }
  }
}
