internal import Glibc

/// What an output folder holds before it is written.
public enum ExportFolder {
  /// What there is in the place of an output folder.
  public enum Content: Sendable, Equatable {
    /// No such folder, or an empty one.
    case nothing
    /// The files of an export that `strata sample` wrote, and nothing else: they can be replaced.
    case export
    /// Something else, with the name of one of its files.
    case other(String)
  }

  /// Looks into a folder.
  ///
  /// - Parameter path: Its path, with or without `/` at the end.
  public static func content(of path: String) -> Content {
    let names = Set(UnfinishedOutputs.entries(path))
    guard let first = names.min() else { return .nothing }
    guard let known = MetadataText.files(folder: path) else { return .other(first) }
    return names.subtracting(known).min().map(Content.other) ?? .export
  }
}
