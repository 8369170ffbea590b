internal import HierarchicalGraphs
internal import Stochastics

/// Built-in families, from a mapping (`family: tree`, `depth: 6`, …) or from one word (`tree:depth=6,branching=2`).
enum GraphFamilyReader {
  enum Family: String, CaseIterable {
    case tree
    case pyramid
    case layered
  }

  private static let common = ["family", "name", "regime", "dim", "noise_dim"]

  private static func keys(_ family: Family) -> [String] {
    switch family {
    case .tree: ["depth", "branching"]
    case .pyramid: ["length", "rows", "columns", "window", "stride", "levels"]
    case .layered: ["widths", "parents", "seed"]
    }
  }

  /// Reads a mapping that has the key `family`.
  static func read(_ root: DocumentNode) throws(SpecificationError) -> LoadedGraph {
    let family = try root.anyMapping.required("family").choice(Family.self, called: "a graph family")
    let map = try root.mapping(keys: common + keys(family))
    let regime = try map.optional("regime")?.choice(Regime.self, called: "a regime") ?? .noisy
    let dimension = try map.optional("dim")?.int(atLeast: 1, called: "a dimension")
    let noise = try map.optional("noise_dim")?.int(atLeast: 0, called: "a noise dimension")
    var graph: HierarchicalGraph
    do {
      switch family {
      case .tree:
        graph = try .tree(
          depth: try map.required("depth").int, branching: try map.required("branching").int, regime: regime,
          dimension: dimension, noiseDimension: noise)
      case .pyramid:
        graph = try .pyramid(
          grid: try pyramidGrid(map), window: try map.required("window").int, stride: try map.required("stride").int,
          levels: try map.optional("levels")?.int, regime: regime, dimension: dimension, noiseDimension: noise)
      case .layered:
        let seed = try map.required("seed").seed
        var stream = RandomStream(RandomKey(seed: seed).child("graph"))
        graph = try .layered(
          widths: try map.required("widths").list.map { node throws(SpecificationError) in try node.int },
          parentCount: try map.required("parents").int, regime: regime, dimension: dimension, noiseDimension: noise,
          using: &stream)
        graph = graph.renamed("\(graph.name)-seed\(seed)")
      }
    } catch let error as SpecificationError {
      throw error
    } catch let error as GraphError {
      throw located(error, map)
    } catch {
      throw map.node.error("\(error)", remedy: "")
    }
    if let name = map.optional("name") { graph = graph.renamed(try name.nonEmptyString) }
    return LoadedGraph(graph: graph, notes: [])
  }

  private static func pyramidGrid(_ map: DocumentMapping) throws(SpecificationError) -> ObservationGrid {
    let range = 1...1_000_000_000
    if let length = map.optional("length") {
      for key in ["rows", "columns"] where map.optional(key) != nil {
        throw map.error(at: key, "'\(key)' does not go with 'length'", remedy: "give length, or rows and columns")
      }
      return .line(try length.int(in: range, called: "a length"))
    }
    guard map.optional("rows") != nil || map.optional("columns") != nil else {
      throw map.node.error("the pyramid has no grid", remedy: "give 'length', or 'rows' and 'columns'")
    }
    return .rectangle(
      rows: try map.required("rows").int(in: range, called: "a number of rows"),
      columns: try map.required("columns").int(in: range, called: "a number of columns"))
  }

  /// The error at the key of the parameter that it names.
  private static func located(_ error: GraphError, _ map: DocumentMapping) -> SpecificationError {
    guard case .invalidParameter(let name, let value, let remedy) = error, let node = map.optional(name) else {
      return map.node.error(error.description, remedy: "")
    }
    return node.error("\(name) is \(value)", remedy: remedy)
  }

  // MARK: One word

  /// Whether a text is meant as a family and not as a file: `word:key=value,…`.
  static func isFamily(_ text: String) -> Bool {
    guard let colon = text.firstIndex(of: ":") else { return false }
    let word = String(text[..<colon])
    return Family(rawValue: word) != nil || word.isIdentifier && text[colon...].contains("=")
  }

  /// Reads `tree:depth=6,branching=2`, `pyramid:rows=8,columns=8,window=4,stride=2`, `layered:widths=4-8-16,parents=2,seed=1`.
  static func read(word text: String) throws(SpecificationError) -> LoadedGraph {
    let place = DocumentPlace(file: text)
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var pairs = [pair("family", .plain(String(parts[0])))]
    for item in parts.count > 1 ? parts[1].split(separator: ",") : [] {
      let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmingSpaces }
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw place.error("\(String(item).quoted) is not a parameter", remedy: "write key=value, with commas between")
      }
      guard !pairs.contains(where: { $0.key.name == sides[0] }) else {
        throw place.error("the parameter '\(sides[0])' stands twice", remedy: "keep one of them")
      }
      let items = sides[1].split(separator: "-").map {
        DocumentElement(content: .plain(String($0)), line: 0, column: 0)
      }
      pairs.append(pair(sides[0], sides[0] == "widths" ? .sequence(items) : .plain(sides[1])))
    }
    let root = DocumentElement(content: .mapping(pairs), line: 0, column: 0)
    return try read(DocumentNode(element: root, file: text, steps: []))
  }

  private static func pair(
    _ key: String, _ value: DocumentElement.Content
  ) -> (key: DocumentElement.Key, value: DocumentElement) {
    (.init(name: key, line: 0, column: 0), DocumentElement(content: value, line: 0, column: 0))
  }
}
