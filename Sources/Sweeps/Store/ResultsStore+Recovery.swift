internal import Datasets
internal import FoundationEssentials
internal import GRDB
internal import Glibc
internal import Specifications

/// What could be kept of a damaged store.
public struct StoreRecovery: Sendable {
  /// The damaged file, under its new name.
  public let damagedPath: String
  /// Cells that are whole, by their checksums.
  public let kept: Int
  /// Names of cells whose row could be read and whose scores are damaged. Of cells whose row is lost nothing is known.
  public let lost: [String]
}

extension ResultsStore {
  /// Puts a new store with all cells that are sound in the place of a damaged one, which stays under another name.
  ///
  /// Cells are looked up one by one, so that a damaged page costs the cells on it and no others. The new store is made beside
  /// the old one and takes its name at the end: interrupted, nothing has happened.
  ///
  /// - Precondition: the caller holds the lock.
  /// - Returns: nil if the store is sound, which is then untouched.
  static func recover(_ path: String, journal: Journal) throws(SpecificationError) -> StoreRecovery? {
    guard exists(path) else { return nil }
    let old: ResultsStore?
    do {
      let store = try open(path, journal: journal)
      if try store.isSound() { return nil }
      old = store
    } catch {
      guard error.status == .invalidData else { throw error }
      old = try? read(path)
    }
    let made = path + ".recovering"
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(made + suffix) }
    let new = try open(made, journal: .rollback)
    let (kept, lost) = try old.map { store throws(SpecificationError) in try store.copySound(to: new) } ?? (0, [])
    try? old?.database.close()
    new.close()
    var index = 1
    while exists("\(path).damaged-\(index)") { index += 1 }
    let aside = "\(path).damaged-\(index)"
    for suffix in ["-wal", "-shm", "-journal", ""] {
      guard exists(path + suffix) else { continue }
      guard rename(path + suffix, aside + suffix) == 0 else {
        throw SpecificationError(WriteFailure(file: aside + suffix, code: errno))
      }
    }
    guard rename(made, path) == 0 else { throw SpecificationError(WriteFailure(file: path, code: errno)) }
    AtomicFile.synchronizeFolder(of: path)
    return StoreRecovery(damagedPath: aside, kept: kept, lost: lost)
  }

  /// Whether SQLite finds nothing wrong and all checksums are right.
  private func isSound() throws(SpecificationError) -> Bool {
    do {
      try check()
      try query { database in
        let rows = try Row.fetchAll(database, sql: "SELECT \(Self.columns) FROM cells")
        for row in rows { _ = try Self.scores(try Self.cell(row), in: database, path: path) }
      }
      return true
    } catch {
      guard error.status == .invalidData else { throw error }
      return false
    }
  }

  /// Copies plans, runs and every sound cell.
  private func copySound(to new: ResultsStore) throws(SpecificationError) -> (kept: Int, lost: [String]) {
    var (kept, lost): (Int, [String]) = (0, [])
    for table in ["plans", "runs"] { try? copyRows(of: table, to: new) }
    for number in 1...max(1, largestNumber()) {
      let sql = "SELECT \(Self.columns), cell FROM cells WHERE number = ?"
      let found = try? query { database in try Row.fetchOne(database, sql: sql, arguments: [number]) }
      guard let row = found ?? nil else { continue }
      guard let stored = try? Self.cell(row), let name: String = try? row.required(10) else { continue }
      guard let scores = try? query({ try Self.scores(stored, in: $0, path: path) }),
        let whole = try? query({ database in
          try Row.fetchOne(database, sql: "SELECT * FROM cells WHERE number = ?", arguments: [number])
        })
      else {
        lost.append(name)
        continue
      }
      try new.transaction { database in
        try Self.insert(whole, into: "cells", database)
        for (position, score) in scores.enumerated() {
          try database.execute(
            sql:
              "INSERT INTO scores (number, position, \(Self.scoreColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
              number, position, score.evaluation, score.level, score.node, score.target, score.estimator, score.metric,
              score.value, score.pValue, score.probes, score.traceError,
            ])
        }
      }
      kept += 1
    }
    return (kept, lost)
  }

  /// The largest number that a cell may have: of whatever can still be read.
  private func largestNumber() -> Int64 {
    let queries = [
      "SELECT max(number) FROM cells", "SELECT max(number) FROM scores",
      "SELECT max(number) FROM cells INDEXED BY sqlite_autoindex_cells_1",
    ]
    return queries.compactMap { sql in try? query { try Int64.fetchOne($0, sql: sql) } }.max() ?? 0
  }

  private func copyRows(of table: String, to new: ResultsStore) throws(SpecificationError) {
    let rows = try query { try Row.fetchAll($0, sql: "SELECT * FROM \(table)") }
    try new.transaction { database in for row in rows { try Self.insert(row, into: table, database) } }
  }

  private static func insert(_ row: Row, into table: String, _ database: Database) throws {
    let marks = Array(repeating: "?", count: row.count).joined(separator: ", ")
    try database.execute(
      sql: "INSERT INTO \(table) VALUES (\(marks))",
      arguments: StatementArguments(row.map { $0.1 as DatabaseValue }))
  }
}
