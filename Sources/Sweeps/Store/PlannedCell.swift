internal import HierarchicalGraphs
internal import Specifications
internal import Stochastics

/// A cell of a plan with the names that the store knows it by, computed once: they are hashes of a text of kilobytes.
struct PlannedCell: Sendable {
  /// Where it stands in the plan.
  let index: Int
  let specification: CellSpecification
  /// ``CellSpecification/identifier``.
  let name: String
  /// SHA-256 of ``canonicalText``.
  let hash: String
  /// ``CellSpecification/settingText``, which takes long to put together; cells of one setting share it.
  fileprivate let settingText: String

  /// ``CellSpecification/canonicalText``.
  var canonicalText: String { settingText + specification.seedText }
}

/// Gives a plan's cells their names. In the order of the plan that is quick: cells of one setting have the greatest part
/// of their texts in common.
struct CellNamer {
  private let cells: PlanCells
  /// The setting whose text was hashed, and how far that has come.
  private var block = -1
  private var text = ""
  private var name = NameHash()
  private var hash = SHA256()

  init(_ cells: PlanCells) { self.cells = cells }

  /// The cell at a place of the plan.
  mutating func cell(at index: Int) -> PlannedCell {
    let specification = cells[index]
    let block = cells.blockIndex(of: index)
    if block != self.block {
      self.block = block
      (name, hash) = (NameHash(), SHA256())
      text = specification.settingText
      name.add(text)
      hash.add(text)
    }
    let seeds = specification.seedText
    var (name, hash) = (name, hash)
    name.add(seeds)
    hash.add(seeds)
    return PlannedCell(
      index: index, specification: specification, name: CellSpecification.identifier(ofCanonicalText: name),
      hash: hash.hexadecimal,
      settingText: text)
  }
}

/// All cells of a plan with their names, one after the other.
struct PlannedCells: Sequence {
  let cells: PlanCells

  init(_ cells: PlanCells) { self.cells = cells }

  var underestimatedCount: Int { cells.count }

  func makeIterator() -> AnyIterator<PlannedCell> {
    var (namer, index) = (CellNamer(cells), 0)
    let count = cells.count
    return AnyIterator {
      guard index < count else { return nil }
      defer { index += 1 }
      return namer.cell(at: index)
    }
  }
}

extension SweepPlan {
  /// ``cells()`` with their names, all in memory.
  func plannedCells() throws(GraphError) -> [PlannedCell] { Array(PlannedCells(try cells())) }
}
