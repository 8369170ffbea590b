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
  /// Row numbers that were looked up: one for each cell, or up to one for each row that the file has room for where it cannot be
  /// read which there are.
  package let lookups: Int64
}

extension ResultsStore {
  /// Puts a new store with all cells that are sound in the place of a damaged one, which stays under another name.
  ///
  /// Cells are looked up one by one, so that a damaged page costs the cells on it and no others. The new store is made beside
  /// the old one, which gets its other name first and then loses its own to the new one in one step: interrupted, there is the
  /// one or the other.
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
    let (kept, lost, lookups) =
      try old.map { store throws(SpecificationError) in try store.copySound(to: new) } ?? (0, [], 0)
    try? old?.database.close()
    new.close()
    var index = 1
    while exists("\(path).damaged-\(index)") { index += 1 }
    let aside = "\(path).damaged-\(index)"
    try giveName(aside, toStore: path)
    guard rename(made, path) == 0 else { throw SpecificationError(WriteFailure(file: path, code: errno)) }
    AtomicFile.synchronizeFolder(of: path)
    return StoreRecovery(damagedPath: aside, kept: kept, lost: lost, lookups: lookups)
  }

  /// Gives a store that nobody has open another name beside its own, and takes its log to the other name: it would be worked
  /// into the store that comes in its place.
  private static func giveName(_ other: String, toStore path: String) throws(SpecificationError) {
    // Where the file system has no links, there is no store for a moment.
    guard link(path, other) == 0 || rename(path, other) == 0 else {
      throw SpecificationError(WriteFailure(file: other, code: errno))
    }
    for suffix in ["-wal", "-shm", "-journal"] where exists(path + suffix) {
      guard rename(path + suffix, other + suffix) == 0 else {
        throw SpecificationError(WriteFailure(file: other + suffix, code: errno))
      }
    }
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
  private func copySound(
    to new: ResultsStore
  ) throws(SpecificationError) -> (kept: Int, lost: [String], lookups: Int64) {
    var (kept, lost, lookups): (Int, [String], Int64) = (0, [], 0)
    for table in ["plans", "runs"] { try? copyRows(of: table, to: new) }
    func copy(_ number: Int64) throws(SpecificationError) {
      lookups += 1
      switch try copyCell(number, to: new) {
      case .kept?: kept += 1
      case .lost(let name)?: lost.append(name)
      case nil: break
      }
    }
    let (numbers, isWhole) = readableNumbers()
    for number in numbers.sorted() { try copy(number) }
    if !isWhole {
      for number in 1...largestNumber(among: numbers) where !numbers.contains(number) { try copy(number) }
    }
    return (kept, lost, lookups)
  }

  /// What has become of a cell.
  private enum CopiedCell {
    case kept
    case lost(name: String)
  }

  /// Copies the cell of a number if it is sound; nil where there is none that can be read.
  private func copyCell(_ number: Int64, to new: ResultsStore) throws(SpecificationError) -> CopiedCell? {
    let sql = "SELECT \(Self.columns), cell FROM cells WHERE number = ?"
    let found = try? query { database in try Row.fetchOne(database, sql: sql, arguments: [number]) }
    guard let row = found ?? nil else { return nil }
    guard let stored = try? Self.cell(row), let name: String = try? row.required(10) else { return nil }
    guard let scores = try? query({ try Self.scores(stored, in: $0, path: path) }),
      let whole = try? query({ database in
        try Row.fetchOne(database, sql: "SELECT * FROM cells WHERE number = ?", arguments: [number])
      })
    else { return .lost(name: name) }
    try new.transaction { database in
      try Self.insert(whole, into: "cells", database)
      var insertion = try ScoreInsertion(database, number: number)
      defer { insertion.end() }
      for score in scores { try insertion.add(score) }
    }
    return .kept
  }

  /// The numbers of cells that can still be read, and whether these are all: the table and its index are read from both ends
  /// up to what is damaged, and have the same numbers where nothing is.
  private func readableNumbers() -> (numbers: Set<Int64>, areAll: Bool) {
    var areAll = true
    func read(_ source: String, by column: String) -> Set<Int64> {
      var numbers = Set<Int64>()
      for order in ["ASC", "DESC"] {
        let sql = "SELECT number FROM cells \(source) ORDER BY \(column) \(order)"
        do {
          try query { database in
            let rows = try Row.fetchCursor(database, sql: sql)
            while let row = try rows.next() { numbers.insert(try row.required(0)) }
          }
        } catch { areAll = false }
      }
      return numbers
    }
    let table = read("NOT INDEXED", by: "number")
    let index = read("INDEXED BY sqlite_autoindex_cells_1", by: "cell")
    return (table.union(index), areAll && table == index)
  }

  /// The largest number that a cell may have beside those that were read; at least 1.
  ///
  /// A number may be damaged too, so it is bounded by the rows that the file has room for: the hash of a specification
  /// alone takes 64 bytes.
  private func largestNumber(among numbers: Set<Int64>) -> Int64 {
    let scores = try? query { try Int64.fetchOne($0, sql: "SELECT max(number) FROM scores") }
    var status = stat()
    let room = stat(path, &status) == 0 ? Int64(status.st_size) / 64 : 0
    return max(1, min(room, max(numbers.max() ?? 0, (scores ?? nil) ?? 0)))
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
