/// Reads YAML and JSON files into cursors that know file, line, column and key of everything in them.
public enum Document {
  /// The syntax of a document.
  public enum Syntax: Sendable {
    /// YAML 1.1, as Yams reads it.
    case yaml
    /// JSON.
    case json
  }

  /// Documents larger than this are refused: no plan or graph comes near it, and a wrong file often does.
  public static let largestSize = 256 << 20

  /// Reads a file and parses it.
  ///
  /// - Parameters:
  ///   - path: The file, named in errors as given here.
  ///   - syntax: The syntax; `nil` takes JSON for names that end in `.json` and YAML for all others.
  /// - Returns: A cursor at the document's root.
  /// - Throws: ``SpecificationError``: `noInput` for a missing or unreadable file or a directory; `invalidData` for an
  ///   empty file, invalid UTF-8, a syntax error, a duplicate key, or more than one document.
  public static func load(_ path: String, syntax: Syntax? = nil) throws(SpecificationError) -> DocumentNode {
    let text = try InputFile.text(path)
    return try parse(text, file: path, syntax: syntax ?? (path.lowercased().hasSuffix(".json") ? .json : .yaml))
  }

  /// Parses a text.
  ///
  /// - Parameters:
  ///   - text: The document.
  ///   - file: The name to use in errors.
  ///   - syntax: The syntax.
  /// - Throws: ``SpecificationError`` with line and column for a syntax error, a duplicate key, or an empty document.
  public static func parse(
    _ text: String, file: String?, syntax: Syntax = .yaml
  ) throws(SpecificationError) -> DocumentNode {
    let root =
      switch syntax {
      case .yaml: try YAMLReader(text: text, file: file).read()
      case .json: try JSONReader.read(text, file: file)
      }
    return DocumentNode(element: root, file: file, steps: [])
  }
}
