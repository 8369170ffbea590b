internal import Datasets
public import HierarchicalGraphs

/// Graph files in and out: the project's YAML, NetworkX node-link JSON, and DOT.
public enum GraphFile {
  /// The formats, by file name extension.
  public enum Format: String, Sendable, CaseIterable {
    /// The project's own: `.yaml`, `.yml`.
    case yaml
    /// NetworkX node-link data: `.json`.
    case json
    /// Graphviz: `.dot`, `.gv`.
    case dot

    /// The format of a path.
    ///
    /// - Throws: ``SpecificationError`` with status `usage` for another extension.
    public init(path: String) throws(SpecificationError) {
      switch GraphFile.fileExtension(path) {
      case "yaml", "yml": self = .yaml
      case "json": self = .json
      case "dot", "gv": self = .dot
      default:
        throw SpecificationError(
          file: path, "this is not the name of a graph file", remedy: "use .yaml, .yml, .json, .dot or .gv",
          status: .usage)
      }
    }
  }

  /// Reads a graph file, or makes a built-in graph.
  ///
  /// - Parameter source: A path, also of a data set that `strata sample` wrote with its model (`.h5`, `.npz`, or a folder with
  ///   `/` at its end); or a family like `tree:depth=6,branching=2`, `pyramid:length=16,window=4,stride=2`,
  ///   `pyramid:rows=8,columns=8,window=4,stride=2`, `layered:widths=4-8-16,parents=2,seed=1`.
  /// - Returns: The valid graph, with notes on how the file was read. A graph without a name in its file gets the file's.
  /// - Throws: ``SpecificationError`` with file, line where possible, key and remedy.
  public static func load(_ source: String) throws(SpecificationError) -> LoadedGraph {
    if GraphFamilyReader.isFamily(source) { return try GraphFamilyReader.read(word: source) }
    if StoredModelFile.isDataset(source) {
      return try parse(try StoredModelFile.record(source).graph, format: .yaml, file: source)
    }
    // A missing file is a missing file, whatever its name.
    let text = try InputFile.text(source)
    return try parse(text, format: try Format(path: source), file: source)
  }

  /// Reads a graph from text.
  ///
  /// - Parameters:
  ///   - text: The file's content.
  ///   - format: Its format.
  ///   - file: The name for errors; its base name is the graph's name if the text gives none.
  /// - Throws: ``SpecificationError``.
  public static func parse(_ text: String, format: Format, file: String?) throws(SpecificationError) -> LoadedGraph {
    let name = file.map(baseName) ?? "graph"
    return switch format {
    case .yaml: try GraphYAML.read(try Document.parse(text, file: file, syntax: .yaml), name: name)
    case .json: try GraphNodeLink.read(try Document.parse(text, file: file, syntax: .json), name: name)
    case .dot: try GraphDot.read(text, file: file, name: name)
    }
  }

  /// Reads the graph that a plan refers to: a text is a path or a family, a mapping is a graph in the project's format.
  ///
  /// - Parameters:
  ///   - node: The value in the plan.
  ///   - folder: The folder that relative paths start from, usually the plan's; `nil` for the working directory.
  /// - Throws: ``SpecificationError`` about the graph file, or about the plan for what stands in it.
  public static func load(_ node: DocumentNode, relativeTo folder: String?) throws(SpecificationError) -> LoadedGraph {
    if node.isMapping { return try GraphYAML.read(node, name: "graph") }
    let source = try node.nonEmptyString
    if GraphFamilyReader.isFamily(source) {
      do {
        return try GraphFamilyReader.read(word: source)
      } catch {
        throw node.error("\(source.quoted): \(error.message)", remedy: error.remedy)
      }
    }
    let isRelative = !source.hasPrefix("/") && folder.map { !$0.isEmpty } ?? false
    let path = isRelative ? "\(folder ?? ".")/\(source)" : source
    do {
      return try load(path)
    } catch {
      guard error.status == .noInput || error.status == .usage else { throw error }
      throw node.error("'\(path)': \(error.message)", remedy: error.remedy)
    }
  }

  /// The text of a graph in a format; reading it gives an equal graph.
  ///
  /// - Throws: ``SpecificationError`` for a name that DOT cannot express.
  public static func text(_ graph: HierarchicalGraph, format: Format) throws(SpecificationError) -> String {
    switch format {
    case .yaml: GraphYAML.text(graph)
    case .json: GraphNodeLink.text(graph)
    case .dot: try GraphDot.text(graph)
    }
  }

  /// Writes a graph file in the format of its extension, whole or not at all.
  ///
  /// - Throws: ``SpecificationError``.
  public static func write(_ graph: HierarchicalGraph, to path: String) throws(SpecificationError) {
    try OutputFile.write(try text(graph, format: try Format(path: path)), to: path)
  }

  static func fileExtension(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return file.lastIndex(of: ".").map { file[file.index(after: $0)...].lowercased() } ?? ""
  }

  private static func baseName(_ path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.lastIndex(of: ".").map { file[..<$0] } ?? file)
  }
}
