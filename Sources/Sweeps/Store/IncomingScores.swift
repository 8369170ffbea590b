internal import GRDB
internal import GRDBSQLite
internal import Specifications

/// The scores of the cells that a merge is about to take over, read to compare them with their checksums.
///
/// A merge has millions of rows, and GRDB takes more time to box their values than SQLite to find them: so the statement is
/// GRDB's and its values are read by SQLite's own calls.
enum IncomingScores {
  /// An error if a cell's scores are not those that were written.
  ///
  /// - Parameters:
  ///   - database: A connection with the store attached as `source` and the numbers of its cells in `temp.incoming`.
  ///   - path: The store.
  /// - Throws: `SpecificationError` that names the store and the first such cell.
  /// - Complexity: O(rows), in the memory of one cell's scores.
  static func check(_ database: Database, path: String) throws {
    // Not a cached one: `source` is another file each time.
    let prepared = try database.makeStatement(
      sql: """
        SELECT i.number, c.checksum, s.position, s.evaluation, s.node, s.target, s.estimator, s.metric, s.level, s.value,
          s.p_value, s.probes, s.trace_error
        FROM temp.incoming AS i JOIN source.cells AS c ON c.number = i.number
          LEFT JOIN source.scores AS s ON s.number = i.number
        ORDER BY i.number, s.position
        """)
    defer { withExtendedLifetime(prepared) {} }
    let statement = prepared.sqliteStatement
    defer { sqlite3_reset(statement) }
    var (number, expected): (Int64?, Int64) = (nil, 0)
    var checksum = ScoreChecksum()
    func end() throws {
      if let number, Int64(checksum.value) != expected { throw StoreFailure.changed(path, row: number) }
    }
    while true {
      let code = sqlite3_step(statement)
      guard code == SQLITE_ROW else {
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return try end()
      }
      let next = sqlite3_column_int64(statement, 0)
      if next != number {
        try end()
        (number, expected, checksum) = (next, sqlite3_column_int64(statement, 1), ScoreChecksum())
      }
      // No scores: a cell that failed, or one of a plan without targets.
      if sqlite3_column_type(statement, 2) != SQLITE_NULL { checksum.add(statement, from: 3) }
    }
  }
}

extension ScoreChecksum {
  /// Adds a row of `evaluation, node, target, estimator, metric, level, value, p_value, probes, trace_error`, from a
  /// column on.
  fileprivate mutating func add(_ statement: OpaquePointer, from first: Int32) {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, first + column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { isNull(column) ? -1 : sqlite3_column_int64(statement, first + column) }
    func number(_ column: Int32) -> Double { isNull(column) ? .nan : sqlite3_column_double(statement, first + column) }
    for column in 0..<Int32(5) {
      // The text first: its length is that of the form that was asked for last.
      let text = sqlite3_column_text(statement, first + column)
      let count = Int(sqlite3_column_bytes(statement, first + column))
      add(text: UnsafeBufferPointer(start: text, count: text == nil ? 0 : count))
    }
    add(
      level: integer(5), value: number(6), pValue: number(7), probes: integer(8),
      traceError: isNull(9) ? nil : number(9))
  }
}
