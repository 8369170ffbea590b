/// What readers need besides the document: where relative paths start, and what a program has added to the built-in words.
public struct ReadingContext: Sendable {
  /// The folder that relative paths start from, usually that of the file being read; `nil` for the working directory.
  public var folder: String?
  /// Mechanisms and noises of the program's own.
  public var plugins: Plugins

  /// A context.
  public init(folder: String? = nil, plugins: Plugins = Plugins()) {
    self.folder = folder
    self.plugins = plugins
  }

  /// A path of the document as it is opened.
  func resolved(_ path: String) -> String {
    guard let folder, !path.hasPrefix("/") else { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }
}
