internal import GRDB
internal import HierarchicalGraphs
internal import Specifications

/// The cells of a plan in its order, each with what a store has of it.
///
/// Some ten thousand at a time are joined with the store inside SQLite: a query for each cell costs more than its rows.
final class PlannedRows {
  /// A cell of the plan.
  struct Element {
    /// Where it stands in the plan.
    let index: Int
    /// The cell's name.
    let name: String
    /// Its row and its checked scores; nil if the store lacks it.
    let found: (cell: StoredCell, scores: [RecoveryScore])?
  }

  private let cells: PlanCells
  private let database: Database
  private let path: String
  private var namer: CellNamer
  /// The cells that are joined with the store at present.
  private var chunk = 0..<0
  private var rows: RowCursor?
  /// The row that the cursor stands on; nil behind the chunk's last.
  private var current: Row?
  private static let chunkSize = 20_000

  fileprivate init(_ cells: PlanCells, _ database: Database, path: String) throws {
    (self.cells, self.database, self.path) = (cells, database, path)
    namer = CellNamer(cells)
    try database.execute(
      sql: "CREATE TEMP TABLE planned (position INTEGER PRIMARY KEY, cell TEXT NOT NULL, specification TEXT NOT NULL)")
  }

  /// The next cell; nil behind the last.
  ///
  /// - Throws: `SpecificationError` if its scores are not those that were written, or the store has its name with another
  ///   specification.
  func next() throws -> Element? {
    if current == nil, chunk.upperBound < cells.count { try fill() }
    guard let row = current else { return nil }
    let (index, name): (Int, String) = (try row.required(0), try row.required(1))
    guard try row.optional(4) as Int64? != nil else {
      try advance()
      return Element(index: index, name: name, found: nil)
    }
    let stored = try ResultsStore.cell(row, from: 4)
    guard try row.required(2) == stored.hash else { throw PlannedCell.clash(name) }
    var scores: [RecoveryScore] = []
    var checksum = ScoreChecksum()
    while let row = current, try row.required(0) == index {
      // No scores: a cell that failed, or one of a plan without targets.
      if try row.optional(3) as Int? != nil {
        let score = try ResultsStore.score(row, from: 14)
        checksum.add(score)
        scores.append(score)
      }
      try advance()
    }
    guard checksum.value == stored.checksum else { throw StoreFailure.changed(path, row: stored.number) }
    return Element(index: index, name: name, found: (stored, scores))
  }

  private func advance() throws { current = try rows?.next() }

  /// Names the next cells and joins them with the store.
  private func fill() throws {
    rows = nil
    chunk = chunk.upperBound..<min(chunk.upperBound + Self.chunkSize, cells.count)
    try database.execute(sql: "DELETE FROM temp.planned")
    let insertion = try database.cachedStatement(sql: "INSERT INTO temp.planned VALUES (?, ?, ?)")
    for index in chunk {
      let cell = namer.cell(at: index)
      try insertion.execute(arguments: [index, cell.name, cell.hash])
    }
    rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT p.position, p.cell, p.specification, s.position,
          \(ResultsStore.columns.split(separator: ", ").map { "c.\($0)" }.joined(separator: ", ")),
          \(ResultsStore.scoreColumns.split(separator: ", ").map { "s.\($0)" }.joined(separator: ", "))
        FROM temp.planned AS p LEFT JOIN main.cells AS c ON c.cell = p.cell LEFT JOIN main.scores AS s ON s.number = c.number
        ORDER BY p.position, s.position
        """)
    try advance()
  }
}

extension ResultsStore {
  /// Reads the cells of a plan in its order.
  ///
  /// - Complexity: O(rows), in the memory of some ten thousand names and one cell's scores.
  func withRows<T>(of cells: PlanCells, _ body: (PlannedRows) throws -> T) throws(SpecificationError) -> T {
    try query { database in
      // In memory, and with pages that a plan's order comes back to.
      try database.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536")
      let rows = try PlannedRows(cells, database, path: path)
      defer { try? database.execute(sql: "DROP TABLE temp.planned") }
      return try body(rows)
    }
  }
}
