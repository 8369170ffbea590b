internal import GRDB
internal import Specifications

/// What the other stores of a folder know of the cells of a shard: those of other attempts, of other divisions into shards,
/// and the store that they were merged into.
struct CellsElsewhere: Sendable {
  /// Names of cells that are finished or diverged.
  private(set) var done: Set<String> = []
  /// Why cells have failed that are done nowhere, by name.
  private(set) var failures: [String: String] = [:]
  /// How often cells were started that are done nowhere, by name.
  ///
  /// A store counts the attempts that it found when its own began, so the largest count is that of all, and a merged copy
  /// adds nothing. Of copies that ran at the same time one is counted.
  private(set) var attempts: [String: Int] = [:]

  /// Nothing.
  init() {}

  /// Reads some stores.
  ///
  /// - Parameters:
  ///   - stores: Their paths. Whoever is writing one may be on another machine; what cannot be read is run again.
  ///   - names: The names of the cells that matter.
  /// - Complexity: O(cells of the stores), in the memory of what is found of `names`.
  init(in stores: [String], among names: Set<String>) {
    for path in stores {
      guard let store = try? ResultsStore.read(path) else { continue }
      try? store.query { database in
        let rows = try Row.fetchCursor(database, sql: "SELECT cell, status, reason, attempts FROM cells")
        while let row = try rows.next() {
          let name: String = try row.required(0)
          guard names.contains(name) else { continue }
          if try row.required(1) as String == StoredCell.Status.failed.rawValue {
            failures[name] = try row.optional(2) ?? ""
            note(try row.required(3), of: name)
          } else {
            done.insert(name)
          }
        }
        let started = try Row.fetchCursor(database, sql: "SELECT cell, attempts FROM started")
        while let row = try started.next() {
          let name: String = try row.required(0)
          if names.contains(name) { note(try row.required(1), of: name) }
        }
      }
    }
    for name in done {
      failures[name] = nil
      attempts[name] = nil
    }
  }

  private mutating func note(_ count: Int, of name: String) { attempts[name] = max(attempts[name] ?? 0, count) }
}
