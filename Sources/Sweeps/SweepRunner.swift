internal import GenerativeModels
internal import LinearAlgebra
public import Specifications
internal import Stochastics
internal import Synchronization

/// Where a running sweep stands.
public struct SweepProgress: Sendable {
  /// All cells of the plan, or of the shard.
  public let total: Int
  /// Cells that were finished before this run.
  public let reused: Int
  /// Cells that this run has finished, with those that failed.
  public let done: Int
  /// Cells that failed, in this run or before.
  public let failed: Int
  /// Seconds since this run began its first cell.
  public let seconds: Double
}

/// A cell that could not be finished.
public struct CellFailure: Sendable {
  /// The cell.
  public let specification: CellSpecification
  /// Why: an error, a signal, a limit.
  public let reason: String
}

/// A finished sweep.
public struct SweepOutcome: Sendable {
  /// Every cell with its result, in the order of the plan.
  public let cells: [(specification: CellSpecification, result: CellResult)]
  /// Cells that were finished before this run.
  public let reused: Int
  /// Cells that failed, in this run or before, in the order of the plan.
  public var failures: [CellFailure] = []
  /// The store that they are in.
  public var storePath = ""
  /// What was kept of a damaged store, if it was and that was asked for.
  public var recovery: StoreRecovery?
}

/// Runs the cells of a plan on several threads and keeps what is finished.
public struct SweepRunner: Sendable {
  /// The plan.
  public let plan: SweepPlan
  /// Where results are kept.
  public let directory: SweepDirectory
  /// Cells that run at the same time, each on one thread with one BLAS thread.
  public let workers: Int
  /// Shard, limits and the like.
  public let options: SweepRunnerOptions

  /// A runner; nothing happens before ``run(onProgress:)``.
  ///
  /// - Precondition: `workers >= 1`.
  public init(
    plan: SweepPlan, directory: SweepDirectory, workers: Int, options: SweepRunnerOptions = SweepRunnerOptions()
  ) {
    precondition(workers >= 1, "\(workers) workers")
    self.plan = plan
    self.directory = directory
    self.workers = workers
    self.options = options
  }

  /// Runs what is not finished yet and writes `results.csv` (not of a shard) and `plan.resolved.yaml`.
  ///
  /// Every generator is drawn before anything is written, so that a plan whose mechanisms do not fit its graphs leaves no
  /// trace. Interrupted at any point, finished cells stay and a second run goes on from there. A cell that fails is noted with
  /// its reason and the others go on; it is not run again unless the options say so.
  ///
  /// - Parameter onProgress: Called at the start and after each cell, from any thread, one call at a time.
  /// - Throws: `SpecificationError`: a mechanism that does not fit; a folder that cannot be written, that another process
  ///   is writing, or whose store is damaged; a full disk.
  public func run(onProgress: @escaping @Sendable (SweepProgress) -> Void = { _ in }) async throws -> SweepOutcome {
    BLASRuntime.useOneThread()
    Statistics.disableGSLAbort()
    BLASRuntime.keepFreedMemory()
    let limits = options.limits.filled(from: plan.limits)
    let isIsolated = options.isolates || limits.areSet
    guard !isIsolated || options.worker != nil else {
      throw SpecificationError(
        file: nil, keyPath: ".limits", "this program cannot run cells in processes of their own",
        remedy: "remove the limits, or give the runner's options a worker", status: .usage)
    }
    let all = try plan.cells()
    let cells = options.shard.map { $0.cells(of: all) } ?? Array(PlannedCells(all))
    // A new folder: everything would be run.
    var generators: Generators?
    if !ResultsStore.exists(directory.storePath) {
      generators = try Generators(cells: cells.map(\.specification), plan: plan)
    }
    let session = try SweepSession(
      directory: directory, shard: options.shard, cells: cells, recovers: options.recovers)
    defer { session.close() }
    let body = try ResolvedPlan.body(plan)
    let provenance = Provenance(
      plan: SHA256.hexadecimal(body), shard: options.shard?.description, workers: workers, isIsolated: isIsolated)
    let run = Once { () throws in try session.store.begin(provenance, plan: plan, text: body) }
    try session.takeOver(cells, plan: plan, run: run.value)
    if options.retriesFailed { try session.store.forgetFailures(among: cells) }
    let state = try session.state(of: cells, retriesFailed: options.retriesFailed)
    let drawn = try generators ?? Generators(cells: state.pending.map { cells[$0].specification }, plan: plan)
    try directory.write(try ResolvedPlan.text(plan, cells: all.count), as: "plan.resolved.yaml")

    let checkpoints = CellCheckpoints(
      plan: plan, directory: directory.path, interval: plan.checkpointInterval, keepsModels: plan.keepsModels)
    let executor: any CellExecutor =
      isIsolated
      ? CellsInProcesses(program: options.worker!, plan: body, directory: directory.path, limits: limits)
      : CellsInProcess(generators: drawn, checkpoints: checkpoints)
    defer { executor.end() }
    let report = ProgressReport(
      total: cells.count, reused: cells.count - state.pending.count, failed: state.failures.count, onProgress)
    report.begin()
    let number = state.pending.isEmpty ? 0 : try run.value()
    let writer = ResultWriter(workers: workers)
    let work = Task {
      try await execute(state.pending, workers: workers) { index in
        let cell = cells[index]
        try writer.note {
          try session.store.start(cell, run: number, earlier: session.earlierAttempts[cell.name] ?? 0)
        }
        let clock = ContinuousClock.now
        let outcome = try executor.run(cell)
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        try writer.write {
          switch outcome {
          case .done(let result, let memory):
            try session.store.finish(cell, result, run: number, peakMemory: memory)
            checkpoints.remove(cell.specification)
          case .failed(let reason, let memory):
            try session.store.fail(cell, reason: reason, run: number, seconds: seconds, peakMemory: memory)
          }
          report.add(outcome)
        }
        return outcome
      }
    }
    writer.whenFailing { work.cancel() }
    let results: [Int: CellOutcome]
    do {
      results = try await withTaskCancellationHandler {
        try await work.value
      } onCancel: {
        work.cancel()
      }
    } catch {
      // What is finished is kept also where another cell ends the sweep; an error of the writing is why the others were cancelled.
      try writer.finish()
      throw error
    }
    try writer.finish()
    return try finish(cells, state, results, session)
  }

  /// Puts old and new results together and writes `results.csv`.
  private func finish(
    _ cells: [PlannedCell], _ state: SweepSession.State, _ results: [Int: CellOutcome], _ session: SweepSession
  ) throws -> SweepOutcome {
    var done: [(specification: CellSpecification, result: CellResult)] = []
    var failures: [CellFailure] = []
    for (index, cell) in cells.enumerated() {
      switch results[index] {
      case .done(let result, _): done.append((cell.specification, result))
      case .failed(let reason, _): failures.append(CellFailure(specification: cell.specification, reason: reason))
      case nil:
        if let result = state.results[index] { done.append((cell.specification, result)) }
        if let reason = state.failures[index] {
          failures.append(CellFailure(specification: cell.specification, reason: reason))
        }
      }
    }
    if options.shard == nil {
      var rest = done.makeIterator()
      try directory.writeResults {
        rest.next().map { ($0.specification, $0.result.cell, $0.result.measurements + ($0.result.predictions ?? [])) }
      }
    }
    return SweepOutcome(
      cells: done, reused: cells.count - state.pending.count - state.failures.count, failures: failures,
      storePath: session.store.path, recovery: session.recovery)
  }
}

/// Runs a body for each of some indices, a number of them at a time; the first error cancels the others and is thrown.
private func execute(
  _ indices: [Int], workers: Int, _ body: @escaping @Sendable (Int) throws -> CellOutcome
) async throws -> [Int: CellOutcome] {
  try await withThrowingTaskGroup(of: (Int, CellOutcome).self) { group in
    var remaining = indices.makeIterator()
    var results: [Int: CellOutcome] = [:]
    func startOne() {
      guard let index = remaining.next() else { return }
      group.addTask { (index, try body(index)) }
    }
    for _ in 0..<workers { startOne() }
    while let (index, outcome) = try await group.next() {
      results[index] = outcome
      startOne()
    }
    return results
  }
}

/// Counts cells and tells of them.
private final class ProgressReport: Sendable {
  private let total: Int
  private let reused: Int
  private let start = ContinuousClock.now
  private let counts: Mutex<(done: Int, failed: Int)>
  private let onProgress: @Sendable (SweepProgress) -> Void

  init(total: Int, reused: Int, failed: Int, _ onProgress: @escaping @Sendable (SweepProgress) -> Void) {
    (self.total, self.reused, self.onProgress) = (total, reused, onProgress)
    counts = Mutex((0, failed))
  }

  func begin() { counts.withLock { tell($0) } }

  func add(_ outcome: CellOutcome) {
    counts.withLock { counts in
      counts.done += 1
      if case .failed = outcome { counts.failed += 1 }
      tell(counts)
    }
  }

  private func tell(_ counts: (done: Int, failed: Int)) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    onProgress(
      SweepProgress(total: total, reused: reused, done: counts.done, failed: counts.failed, seconds: seconds))
  }
}

/// A value that is made when it is first asked for.
private final class Once<Value> {
  private let make: () throws -> Value
  private var made: Value?

  init(_ make: @escaping () throws -> Value) { self.make = make }

  func value() throws -> Value {
    if let made { return made }
    let value = try make()
    made = value
    return value
  }
}
