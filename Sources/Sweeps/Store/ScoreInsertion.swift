package import GRDB
internal import GRDBSQLite

/// Writes a cell's rows of the table `scores`.
///
/// A cell whose nodes are all scored has thousands of rows, and GRDB's `execute(arguments:)` takes more time to box their
/// values than SQLite to keep them. So the statement is GRDB's and its values are bound by SQLite's own calls.
package struct ScoreInsertion {
  private let database: Database
  private let statement: OpaquePointer
  private let number: Int64
  private var position: Int64 = 0

  /// An insertion of the scores of the cell with a number.
  ///
  /// - Precondition: a transaction is open, and no other insertion is used before its end.
  package init(_ database: Database, number: Int64) throws {
    (self.database, self.number) = (database, number)
    statement = try database.cachedStatement(
      sql: """
        INSERT INTO scores (number, position, \(ResultsStore.scoreColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).sqliteStatement
  }

  /// Adds the next score.
  package mutating func add(_ score: RecoveryScore) throws {
    sqlite3_reset(statement)
    try bind(number, at: 1)
    try bind(position, at: 2)
    try bind(score.evaluation, at: 3)
    try bind(score.level.map(Int64.init), at: 4)
    try bind(score.node, at: 5)
    try bind(score.target, at: 6)
    try bind(score.estimator, at: 7)
    try bind(score.metric, at: 8)
    // A NaN is kept as NULL.
    try check(sqlite3_bind_double(statement, 9, score.value), SQLITE_OK)
    try bind(score.pValue, at: 10)
    try bind(score.probes.map(Int64.init), at: 11)
    try bind(score.traceError, at: 12)
    try check(sqlite3_step(statement), SQLITE_DONE)
    position += 1
  }

  /// Ends the insertion: without, the statement would keep its last row and the transaction could not end.
  package func end() {
    sqlite3_reset(statement)
    sqlite3_clear_bindings(statement)
  }

  private func bind(_ value: Int64?, at index: Int32) throws {
    try check(value.map { sqlite3_bind_int64(statement, index, $0) } ?? sqlite3_bind_null(statement, index), SQLITE_OK)
  }

  private func bind(_ value: Double?, at index: Int32) throws {
    try check(value.map { sqlite3_bind_double(statement, index, $0) } ?? sqlite3_bind_null(statement, index), SQLITE_OK)
  }

  private func bind(_ text: String?, at index: Int32) throws {
    guard var text else { return try check(sqlite3_bind_null(statement, index), SQLITE_OK) }
    let code = text.withUTF8 { bytes in
      // SQLITE_TRANSIENT: SQLite copies the text before the call returns. A null pointer would be NULL, not an empty text.
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map {
          sqlite3_bind_text(statement, index, $0, Int32(characters.count), Self.transient)
        } ?? sqlite3_bind_text(statement, index, "", 0, Self.transient)
      }
    }
    try check(code, SQLITE_OK)
  }

  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private func check(_ code: Int32, _ expected: Int32) throws {
    guard code == expected else {
      let message = sqlite3_errmsg(sqlite3_db_handle(statement)).map { String(cString: $0) }
      sqlite3_reset(statement)
      throw DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqlite3_db_handle(statement))), message: message)
    }
  }
}
