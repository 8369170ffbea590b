internal import HierarchicalGraphs

/// The settings of a whole graph that all formats share: `name`, `regime`, `grid`, `allow_observed_edges`.
enum GraphSettings {
  static let keys = ["name", "regime", "grid", "allow_observed_edges"]

  /// Reads the settings that are present.
  static func read(_ map: DocumentMapping, into draft: inout GraphDraft) throws(SpecificationError) {
    if let node = map.optional("name"), !node.isNull { draft.name = try node.nonEmptyString }
    if let node = map.optional("regime") { draft.regime = try node.choice(Regime.self, called: "a regime") }
    if let node = map.optional("grid") {
      draft.grid = try grid(node)
      draft.gridPlace = node.place
    }
    if let node = map.optional("allow_observed_edges") { draft.allowsObservedEdges = try node.bool }
  }

  /// A grid: `16`, `[16]` or `[4, 4]`.
  static func grid(_ node: DocumentNode) throws(SpecificationError) -> ObservationGrid {
    let sides = try node.listOrSingle
    guard sides.count <= 2 else {
      throw node.error("a grid of \(sides.count) sides", remedy: "give one or two: [columns] or [rows, columns]")
    }
    // Sides are limited so that their product cannot overflow.
    let lengths = try sides.map { side throws(SpecificationError) in
      try side.int(in: 1...1_000_000_000, called: "the side of a grid")
    }
    return lengths.count == 1 ? .line(lengths[0]) : .rectangle(rows: lengths[0], columns: lengths[1])
  }
}
