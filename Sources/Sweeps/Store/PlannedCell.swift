internal import HierarchicalGraphs
internal import Specifications

/// A cell of a plan with the names that the store knows it by, computed once: they are hashes of a text of kilobytes.
struct PlannedCell: Sendable {
  let specification: CellSpecification
  /// ``CellSpecification/identifier``.
  let name: String
  /// SHA-256 of ``CellSpecification/canonicalText``.
  let hash: String

  init(_ specification: CellSpecification) {
    self.specification = specification
    let text = specification.canonicalText
    name = CellSpecification.identifier(ofCanonicalText: text)
    hash = SHA256.hexadecimal(text)
  }
}

extension SweepPlan {
  /// ``cells()`` with their names.
  func plannedCells() throws(GraphError) -> [PlannedCell] { try cells().map(PlannedCell.init) }
}
