internal import FoundationEssentials
public import Specifications

/// How far a sweep is, read from its folder while it runs or later.
public struct SweepStatus: Sendable, Encodable {
  /// A cell that failed or diverged.
  public struct Ended: Sendable, Encodable {
    /// Its name.
    public var cell: String
    /// Why.
    public var reason: String
  }

  /// A cell that is running.
  public struct Running: Sendable, Encodable {
    /// Its name.
    public var cell: String
    /// Seconds since it was started.
    public var seconds: Double
  }

  /// The plan's name.
  public var name: String
  /// Cells of the plan.
  public var total: Int
  /// Cells with scores, those that diverged included.
  public var done: Int
  /// Cells that are running now.
  public var running: [Running]
  /// Cells whose training diverged.
  public var diverged: [Ended]
  /// Cells that could not be finished.
  public var failed: [Ended]
  /// Cells that were started and cut off, and wait for the next run.
  public var interrupted: Int
  /// The processes that are at work, `process 12 on host`.
  public var processes: [String]
  /// Seconds of one worker that the remaining cells need, by the seconds of the finished ones and the cells' relative costs;
  /// nil before the first is finished.
  public var work: Double?
  /// Seconds until the end with the workers that are running; nil where none are.
  public var remaining: Double?

  private enum CodingKeys: String, CodingKey {
    case name, total, done, running, diverged, failed, interrupted, processes
    case work = "work_seconds"
    case remaining = "remaining_seconds"
  }

  /// Whether a process is at work.
  public var isRunning: Bool { !processes.isEmpty }

  /// Reads it from the stores of a folder.
  ///
  /// - Parameters:
  ///   - directory: The sweep's folder.
  ///   - plan: The plan; nil for the one that was last run there.
  /// - Throws: `SpecificationError`: nothing was run there, a store cannot be read.
  public init(of directory: SweepDirectory, plan: SweepPlan? = nil) throws {
    let plan = try plan ?? directory.lastPlan()
    let cells = try plan.cells()
    let now = Date().timeIntervalSince1970
    var stored: [String: StoredCell] = [:]
    // What was started and has not ended, here or in another plan.
    var (active, cutOff): ([String: Double], Set<String>) = ([:], [])
    processes = []
    var workers = 0
    let whole = ResultsStore.exists(directory.storePath) ? [directory.storePath] : []
    for path in whole + directory.shardStores() {
      let store = try ResultsStore.read(path)
      // A result that another store has too beats a failure.
      stored.merge(try store.cells()) { $0.status == .failed ? $1 : $0 }
      guard let last = try store.lastRun() else { continue }
      let started = try store.secondsRunning(run: last.run, now: now)
      if let holder = SweepLock.holder(of: SweepDirectory.lockPath(ofStore: path)) {
        processes.append(holder)
        workers += last.workers
        active.merge(started) { max($0, $1) }
      } else {
        cutOff.formUnion(started.keys)
      }
    }
    name = plan.name
    total = cells.count
    (done, running, diverged, failed, interrupted) = (0, [], [], [], 0)
    var (spent, spentWeight, leftWeight) = (0.0, 0.0, 0.0)
    for cell in PlannedCells(cells) {
      if let seconds = active[cell.name] {
        running.append(Running(cell: cell.name, seconds: seconds))
      } else if cutOff.contains(cell.name), stored[cell.name] == nil {
        interrupted += 1
      }
      let weight = CellCost.weight(cell.specification)
      guard let found = try cell.row(in: stored) else {
        leftWeight += weight
        continue
      }
      let ended = Ended(cell: cell.name, reason: found.reason ?? "")
      if found.status == .failed {
        failed.append(ended)
        continue
      }
      done += 1
      if found.status == .diverged { diverged.append(ended) }
      spent += found.seconds ?? 0
      spentWeight += weight
    }
    running.sort { ($1.seconds, $0.cell) < ($0.seconds, $1.cell) }
    if spentWeight > 0 {
      let left = leftWeight * spent / spentWeight
      work = left
      if workers > 0 {
        let begun = running.reduce(0) { $0 + $1.seconds }
        remaining = max(0, left - begun) / Double(min(workers, max(1, total - done - failed.count)))
      }
    }
  }
}
