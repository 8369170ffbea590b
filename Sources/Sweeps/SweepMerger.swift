internal import FoundationEssentials
public import Specifications

/// Puts the stores of shards, or of several machines, together.
public struct SweepMerger: Sendable {
  /// What a merge has come to.
  public struct Outcome: Sendable {
    /// Stores that were read.
    public var stores = 0
    /// Cells that were new.
    public var added = 0
    /// Cells that came twice, of which one was kept.
    public var duplicates = 0
    /// Of those, the ones with other scores.
    public var differing = 0
    /// Cells of the plan.
    public var total = 0
    /// Those that are finished or diverged, and stand in `results.csv`.
    public var finished = 0
    /// Those that failed, with their reasons.
    public var failures: [CellFailure] = []
    /// Names of those that no store has, in the order of the plan.
    public var missing: [String] = []
    /// Where these stand in the plan.
    var missingIndices: [Int] = []
    /// What was kept of damaged stores.
    public var recoveries: [StoreRecovery] = []
  }

  private let inputs: [SweepDirectory]
  private let output: SweepDirectory
  private let plan: SweepPlan?
  private let plugins: Plugins
  private let recovers: Bool

  /// A merge; nothing happens before ``run()``.
  ///
  /// - Parameters:
  ///   - inputs: Folders with `results.sqlite`, `shards/`, or both; earlier ones are preferred where a cell comes twice.
  ///   - output: Where the result goes; may be one of the inputs.
  ///   - plan: What `results.csv` has the cells of; nil for the one plan that all stores were run with.
  ///   - plugins: Mechanisms and noises of your own that a stored plan may name.
  ///   - recovers: Whether damaged stores are replaced by what is sound of them.
  public init(
    inputs: [SweepDirectory], output: SweepDirectory, plan: SweepPlan? = nil, plugins: Plugins = Plugins(),
    recovers: Bool = false
  ) {
    (self.inputs, self.output, self.plan) = (inputs, output, plan)
    (self.plugins, self.recovers) = (plugins, recovers)
  }

  /// Merges and writes `results.sqlite`, `results.csv` and `plan.resolved.yaml`. Doing it again changes nothing.
  ///
  /// A cell that is missing is no error: the outcome names it.
  ///
  /// - Throws: `SpecificationError`: an input without stores, a damaged store, different plans, an output that another process
  ///   is writing.
  /// - Complexity: O(rows), in a memory that does not grow with the cells, besides the names of what is missing.
  public func run() throws -> Outcome {
    let sources = try inputs.flatMap { try stores(of: $0) }
    guard recovers || !sources.isEmpty || ResultsStore.exists(output.storePath) else { throw nothing(output.path) }
    var outcome = Outcome()
    // Damage to the structure is found before anything is written into the output; changed scores are found as their store
    // is taken over, of which nothing is written then.
    for source in sources { try check(source, &outcome) }
    let own = ResultsStore.exists(output.storePath) ? [output.storePath] : []
    let plan = try self.plan ?? commonPlan(own + sources)
    let cells = try plan.cells()
    let session = try SweepSession(directory: output, shard: nil, recovers: recovers)
    defer { session.close() }
    if let recovery = session.recovery { outcome.recoveries.append(recovery) }
    let merge = try session.store.merge(sources)
    outcome.stores = sources.count
    (outcome.added, outcome.duplicates, outcome.differing) = (merge.added, merge.duplicates, merge.differing)
    for input in inputs { try KeptModel.takeOver(from: input.path, to: output.path) }
    try write(plan, cells, session.store, &outcome)
    return outcome
  }

  /// `results.sqlite` and the shards of a folder, without the output's own store.
  private func stores(of input: SweepDirectory) throws -> [String] {
    let isOutput = URL(filePath: input.path).standardized.path == URL(filePath: output.path).standardized.path
    let whole = !isOutput && ResultsStore.exists(input.storePath) ? [input.storePath] : []
    let found = whole + input.shardStores()
    guard isOutput || !found.isEmpty else { throw nothing(input.path) }
    return found
  }

  private func nothing(_ path: String) -> SpecificationError {
    SpecificationError(
      file: path, "there is neither results.sqlite nor a store in shards/ here", remedy: "give the folder of a sweep",
      status: .noInput)
  }

  private func check(_ source: String, _ outcome: inout Outcome) throws(SpecificationError) {
    if recovers {
      let lock = try SweepLock.acquire(SweepDirectory.lockPath(ofStore: source), subject: source)
      defer { withExtendedLifetime(lock) {} }
      if let recovery = try ResultsStore.recover(source, journal: .rollback) { outcome.recoveries.append(recovery) }
    } else {
      try ResultsStore.read(source).check()
    }
  }

  private func commonPlan(_ stores: [String]) throws -> SweepPlan {
    let text = try SweepDirectory.commonPlan(of: stores, file: output.path)
    return try SweepPlan.parse(text, file: "the plan of the stores", plugins: plugins)
  }

  private func write(
    _ plan: SweepPlan, _ cells: PlanCells, _ store: ResultsStore, _ outcome: inout Outcome
  ) throws {
    outcome.total = cells.count
    try output.write(try ResolvedPlan.text(plan, cells: cells.count), as: "plan.resolved.yaml")
    try store.withRows(of: cells) { rows in
      try output.writeResults {
        while let next = try rows.next() {
          guard let (row, scores) = next.found else {
            outcome.missing.append(next.name)
            outcome.missingIndices.append(next.index)
            continue
          }
          if row.status == .failed {
            outcome.failures.append(CellFailure(specification: cells[next.index], reason: row.reason ?? ""))
            continue
          }
          outcome.finished += 1
          return (cells[next.index], next.name, scores)
        }
        return nil
      }
    }
  }
}
