internal import FoundationEssentials
internal import Specifications

/// One process's hold on a sweep's folder: the lock, the store, and what others have finished.
///
/// A whole sweep writes `DIR/results.sqlite` and is alone. A shard writes a store of its own, of this very attempt: two copies
/// of a task that a cluster runs by mistake never write one file, and need no locks between machines.
final class SweepSession: Sendable {
  let directory: SweepDirectory
  let store: ResultsStore
  /// What was kept of a damaged store, if it was.
  let recovery: StoreRecovery?
  private let lock: SweepLock
  /// What a shard leaves alone, or has to count.
  private let elsewhere: CellsElsewhere

  /// What is finished of some cells, by their indices.
  struct State {
    var results: [Int: CellResult] = [:]
    var failures: [Int: String] = [:]
    var pending: [Int] = []
  }

  /// Attempts at cells that are in other stores.
  var earlierAttempts: [String: Int] { elsewhere.attempts }

  /// Takes the lock and opens the store.
  ///
  /// - Parameters:
  ///   - directory: The sweep's folder.
  ///   - shard: The part that is run; nil for the whole.
  ///   - cells: The cells of the shard; not needed for the whole, whose store has all that is known.
  ///   - recovers: Whether a damaged store is replaced by what is sound of it.
  /// - Throws: `SpecificationError`: the folder cannot be written, another process holds it, the store is damaged.
  init(
    directory: SweepDirectory, shard: Shard?, cells: [PlannedCell] = [], recovers: Bool
  ) throws(SpecificationError) {
    self.directory = directory
    try directory.create(withShards: shard != nil)
    let path: String
    if let shard {
      (path, lock) = try Self.newAttempt(at: shard, in: directory)
      let own = path
      let others = [directory.storePath].filter(ResultsStore.exists) + directory.shardStores().filter { $0 != own }
      elsewhere = CellsElsewhere(in: others, among: Set(cells.map(\.name)))
    } else {
      path = directory.storePath
      lock = try SweepLock.acquire(directory.lockPath, subject: directory.path)
      elsewhere = CellsElsewhere()
    }
    let journal: ResultsStore.Journal = shard == nil ? .writeAhead : .rollback
    recovery = recovers ? try ResultsStore.recover(path, journal: journal) : nil
    store = try ResultsStore.open(path, journal: journal)
    try store.check()
  }

  /// Ends the hold on the folder.
  func close() {
    store.close()
    lock.release()
  }

  /// Takes over what shards and earlier versions have finished.
  ///
  /// - Parameter run: Gives the number of this run.
  func takeOver(_ cells: [PlannedCell], plan: SweepPlan, run: () throws -> Int64) throws {
    guard path == directory.storePath else { return }
    let shards = directory.shardStores()
    for shard in shards { try ResultsStore.read(shard).check() }
    if !shards.isEmpty { _ = try store.merge(shards) }
    guard let earlier = EarlierResults(in: directory.path) else { return }
    let stored = try store.cells()
    _ = try earlier.takeOver(cells.filter { stored[$0.name] == nil }, plan: plan, into: store, run: run)
  }

  /// What is finished, and what is not: pending are cells that no store has.
  ///
  /// - Parameters:
  ///   - cells: The cells that are asked for.
  ///   - retriesFailed: Whether cells that have failed in another store are pending too.
  func state(of cells: [PlannedCell], retriesFailed: Bool) throws(SpecificationError) -> State {
    var state = State()
    let stored = try store.cells()
    for (index, cell) in cells.enumerated() {
      guard let found = try cell.row(in: stored) else {
        if elsewhere.done.contains(cell.name) { continue }
        if !retriesFailed, let reason = elsewhere.failures[cell.name] {
          state.failures[index] = reason
        } else {
          state.pending.append(index)
        }
        continue
      }
      if found.status == .failed {
        state.failures[index] = found.reason ?? ""
      } else {
        state.results[index] = try store.result(found, of: cell)
      }
    }
    return state
  }

  private var path: String { store.path }

  /// A store that no other process has opened, with its lock.
  private static func newAttempt(
    at shard: Shard, in directory: SweepDirectory
  ) throws(SpecificationError) -> (path: String, lock: SweepLock) {
    var attempt = 1
    while true {
      let name = "\(directory.shardsPath)/\(stem(shard))\(attempt)"
      if let lock = try SweepLock.create(name + ".lock", subject: directory.path) { return (name + ".sqlite", lock) }
      attempt += 1
    }
  }

  private static func stem(_ shard: Shard) -> String { "\(shard.index)-of-\(shard.count).attempt-" }
}
