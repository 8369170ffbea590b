import Foundation
import GRDB

/// The store of a sweep as SQLite alone sees it, also while the tool is writing it.
struct SweepStore {
  /// `results.sqlite`.
  let path: String

  /// The store of a sweep's folder.
  init(_ folder: URL) { path = folder.appending(path: "results.sqlite").path }

  /// Names of all cells, as often as they stand there.
  var cells: [String] {
    get throws { try read { try String.fetchAll($0, sql: "SELECT cell FROM cells ORDER BY number") } }
  }

  /// How many cells are there; 0 where there is no store yet.
  var finished: Int { (try? cells.count) ?? 0 }

  /// How each cell ended, and why, in their order.
  var endings: [(status: String, reason: String?)] {
    get throws {
      try read { database in
        try Row.fetchAll(database, sql: "SELECT status, reason FROM cells ORDER BY number").map { ($0[0], $0[1]) }
      }
    }
  }

  /// What SQLite finds wrong: `ok` for nothing.
  var integrity: String {
    get throws { try read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "" } }
  }

  /// Runs SQL on it.
  func read<T>(_ body: (Database) throws -> T) throws -> T {
    // Opening for reading alone would need a log that the last writer has left in order.
    guard FileManager.default.fileExists(atPath: path) else { throw CocoaError(.fileNoSuchFile) }
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    return try DatabaseQueue(path: path, configuration: configuration).writeWithoutTransaction(body)
  }
}
