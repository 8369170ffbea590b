internal import Datasets
internal import GRDB
internal import Glibc
internal import Specifications

/// `results.sqlite`: every finished, diverged or failed cell of a sweep, with its scores and where they come from.
///
/// One process writes it at a time, which ``SweepLock`` sees to; any number may read. A commit of a finished cell is on
/// the disk when ``finish(_:_:run:peakMemory:)`` returns, so neither kill −9 nor a power loss takes it back.
final class ResultsStore: Sendable {
  /// How a store keeps its transactions.
  enum Journal: Sendable {
    /// A write-ahead log: the quickest, and readers never wait. It needs a disk of this machine.
    case writeAhead
    /// A rollback journal, for disks that several machines see (NFS, Lustre).
    case rollback

    /// The level of `PRAGMA synchronous` at which a transaction is on the disk when it has ended.
    ///
    /// A rollback journal commits by being removed, and FULL does not wait for its folder: the journal may be back after a
    /// power loss, and the transaction would be taken back.
    var synchronous: String { self == .writeAhead ? "FULL" : "EXTRA" }
  }

  /// The file as the user named it.
  let path: String
  let database: DatabaseQueue
  /// How it is written; nil for one that is only read.
  let journal: Journal?

  private init(path: String, database: DatabaseQueue, journal: Journal?) {
    (self.path, self.database, self.journal) = (path, database, journal)
  }

  /// Whether the file exists.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether a store's tables are not made yet, or not all: its maker is at work on them, one migration a transaction, or was killed.
  /// There is nothing in it: the run is recorded behind the last.
  static func isUnmade(_ path: String) -> Bool {
    let isMade = try? reader(path).read { database in
      guard try database.tableExists("cells") else { return false }
      return try StoreSchema.migrator.hasCompletedMigrations(database)
        || Int.fetchOne(database, sql: "SELECT count(*) FROM runs") != 0
    }
    return isMade == false
  }

  /// Opens a store for writing; makes it where there is none, and brings its tables up to date.
  ///
  /// - Precondition: the caller holds the lock.
  /// - Throws: `SpecificationError`: damaged, not a store, of a newer version, not writable, full disk.
  static func open(_ path: String, journal: Journal) throws(SpecificationError) -> ResultsStore {
    let isNew = !exists(path)
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(30)
      configuration.label = "results"
      configuration.foreignKeysEnabled = false
      let database = try DatabaseQueue(path: path, configuration: configuration)
      try database.writeWithoutTransaction { database in
        try check(database, path: path, isNew: isNew)
        let mode = journal == .writeAhead ? "WAL" : "DELETE"
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = \(mode)")
        try database.execute(sql: "PRAGMA synchronous = \(journal.synchronous)")
        // Before the first table: whoever is killed in the middle of making a store leaves one that is known as a store.
        if try isEmpty(database) {
          try database.execute(sql: "PRAGMA application_id = \(StoreSchema.applicationID)")
        }
      }
      try StoreSchema.migrator.migrate(database)
      if isNew { AtomicFile.synchronizeFolder(of: path) }
      return ResultsStore(path: path, database: database, journal: journal)
    } catch {
      throw StoreFailure.error(error, file: path)
    }
  }

  /// Opens a store for reading; nothing of its content is changed, also where another process is writing. What a
  /// writer that was killed has left half-written is taken back, which needs permission to write, once.
  ///
  /// - Throws: `SpecificationError`: missing, damaged, not a store, of another version.
  static func read(_ path: String) throws(SpecificationError) -> ResultsStore {
    guard exists(path) else {
      throw SpecificationError(
        file: path, "there is no such store", remedy: "run 'strata sweep run' first", status: .noInput)
    }
    do {
      let database = try reader(path)
      try database.read { database in
        try check(database, path: path, isNew: false)
        guard try StoreSchema.migrator.hasCompletedMigrations(database) else {
          throw SpecificationError(
            file: path, "this store is of an earlier version",
            remedy: "run the sweep once more: it is brought up to date")
        }
      }
      return ResultsStore(path: path, database: database, journal: nil)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
      throw SpecificationError(
        file: path, "this store cannot be opened",
        remedy: "check its permissions; after an interruption its folder must be writable, once", status: .noInput)
    } catch {
      throw StoreFailure.error(error, file: path)
    }
  }

  /// A connection that only reads.
  ///
  /// A killed writer of a shard leaves its rollback journal, and whoever reads next has to roll back; SQLite refuses
  /// that to a connection that only reads. A journal is left only if no living process holds the file's locks.
  private static func reader(_ path: String) throws -> DatabaseQueue {
    func connect(readsOnly: Bool) throws -> DatabaseQueue {
      var configuration = Configuration()
      configuration.readonly = readsOnly
      configuration.busyMode = .timeout(30)
      let database = try DatabaseQueue(path: path, configuration: configuration)
      _ = try database.writeWithoutTransaction { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_schema") }
      return database
    }
    do {
      return try connect(readsOnly: true)
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK {
      try connect(readsOnly: false).close()
      return try connect(readsOnly: true)
    }
  }

  /// An error unless the file is a store that this version knows.
  private static func check(_ database: Database, path: String, isNew: Bool) throws {
    let identifier = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    // A file without tables is one whose maker was killed.
    if try isNew || isEmpty(database) { return }
    guard identifier == StoreSchema.applicationID else {
      throw SpecificationError(
        file: path, "this is an SQLite file, but not one of Strata's", remedy: "choose another folder for --out")
    }
    if try StoreSchema.migrator.hasBeenSuperseded(database) {
      throw SpecificationError(
        file: path, "this store was written by a newer version of Strata",
        remedy: "use that version, or another folder for --out")
    }
  }

  private static func isEmpty(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
  }

  /// Runs SQL, with errors that say what to do.
  func query<T>(_ body: (Database) throws -> T) throws(SpecificationError) -> T {
    do { return try database.writeWithoutTransaction(body) } catch { throw StoreFailure.error(error, file: path) }
  }

  /// Runs SQL in one transaction.
  func transaction<T>(_ body: (Database) throws -> T) throws(SpecificationError) -> T {
    do { return try database.write(body) } catch { throw StoreFailure.error(error, file: path) }
  }

  /// An error if SQLite finds the file damaged: its pages, its order, its indices.
  ///
  /// - Complexity: reads the whole file.
  func check() throws(SpecificationError) {
    let message = try query { database in
      try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
    }
    // Two lines: where, and what.
    if message != "ok" { throw StoreFailure.damaged(path, message.split(separator: "\n").joined(separator: " ")) }
  }

  /// Runs SQL that need not be on the disk before it returns; a power loss may take it back, and damages nothing.
  ///
  /// A log allows that. With a rollback journal the database itself would be at risk, so that SQL waits as ever there.
  func withoutWaiting<T>(_ database: Database, _ body: () throws -> T) throws -> T {
    guard journal == .writeAhead else { return try body() }
    try database.execute(sql: "PRAGMA synchronous = NORMAL")
    defer { try? database.execute(sql: "PRAGMA synchronous = \(Journal.writeAhead.synchronous)") }
    return try body()
  }

  /// Makes the store one plain file again, which opens everywhere as it is, also on a read-only disk, and closes it.
  ///
  /// Where a reader is in the way the log stays beside it, which is as sound.
  func close() {
    _ = try? database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA busy_timeout = 0")
      return try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
    try? database.close()
  }
}
