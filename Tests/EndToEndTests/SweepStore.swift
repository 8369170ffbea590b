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

extension SweepStore {
  /// Writes new scores over those of the trained autoencoder, with the checksums that belong to them.
  ///
  /// - Parameter score: The new score of a cell and level; -1 stands for the content.
  func replaceScores(_ score: (_ ratio: Double, _ patch: Int, _ seed: Int, _ level: Int) throws -> Double) throws {
    try read { database in
      let cells = try Row.fetchAll(
        database, sql: "SELECT number, mask_ratio, patch_size, CAST(training_seed AS INTEGER) FROM cells")
      for cell in cells {
        var checksum = CRC32()
        let number: Int64 = cell[0]
        let rows = try Row.fetchAll(
          database, sql: "SELECT * FROM scores WHERE number = ? ORDER BY position", arguments: [number])
        for row in rows {
          var value: Double? = row["value"]
          if row["estimator"] == "mae" {
            value = try score(cell[1], cell[2], cell[3], row["level"] ?? -1)
            if value?.isNaN == true { value = nil }
            try database.execute(
              sql: "UPDATE scores SET value = ? WHERE number = ? AND position = ?",
              arguments: [value, number, row["position"] as Int])
          }
          for name in ["evaluation", "node", "target", "estimator", "metric"] {
            checksum.add(Array((row[name] as String? ?? "").utf8) + [0])
          }
          let level: Int64 = row["level"] ?? -1
          let probes: Int64 = row["probes"] ?? -1
          let numbers = [value ?? .nan, row["p_value"] ?? .nan].map { $0 == 0 ? UInt64(0) : $0.bitPattern }
          for bits in [UInt64(bitPattern: level), numbers[0], numbers[1], UInt64(bitPattern: probes)] {
            checksum.add((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) })
          }
        }
        try database.execute(
          sql: "UPDATE cells SET checksum = ? WHERE number = ?", arguments: [Int64(checksum.value), number])
      }
    }
  }
}

/// CRC-32 (ISO 3309) bit by bit, as docs/store.md says that the checksum is taken.
private struct CRC32 {
  private var register: UInt32 = .max

  var value: UInt32 { ~register }

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
    }
  }
}
