internal import FoundationEssentials
internal import Glibc
public import Specifications

/// Submits a sweep to Slurm: an array of shards, and a merge behind it that submits again what is missing.
public struct SlurmSubmission: Sendable {
  /// What was submitted, or would be.
  public struct Receipt: Sendable {
    /// Cells of the plan.
    public let cells: Int
    /// Cells that are not finished.
    public let pending: Int
    /// The tasks that were submitted, as `--array` takes them; empty if nothing is pending.
    public let tasks: String
    /// The array's job number; nil for a dry run, and where nothing was pending.
    public var array: String?
    /// The merge's job number; likewise.
    public var merge: String?
    /// The script of a task.
    public let taskScript: String
    /// The script of the merge.
    public let mergeScript: String
  }

  private let plan: SweepPlan
  private let directory: SweepDirectory
  private let options: SlurmOptions
  private let program: String
  private let client = SlurmClient()

  /// A submission; nothing happens before ``run(isDry:)``.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - directory: The sweep's folder, on a disk that all nodes see.
  ///   - options: Tasks, and what is asked of Slurm.
  ///   - program: The executable `strata`, by a path that all nodes see.
  public init(_ plan: SweepPlan, in directory: SweepDirectory, options: SlurmOptions, program: String) {
    (self.plan, self.directory, self.options, self.program) = (plan, directory, options, program)
  }

  /// Writes the scripts and submits them. Only tasks with cells that are not finished are submitted, so the same
  /// command goes on after whatever has happened.
  ///
  /// - Parameter isDry: Whether nothing is written and nothing submitted.
  /// - Throws: `SpecificationError`: an earlier submission that is still in the queue, a folder that cannot be
  ///   written, what Slurm refuses. What was submitted before the error is cancelled.
  /// - Complexity: O(cells log cells), and two calls of sbatch.
  public func run(isDry: Bool = false) throws -> Receipt {
    let cells = try plan.cells()
    guard let shards = options.tasks(for: cells.count) else {
      throw SpecificationError(
        file: nil, "\(cells.count) cells in tasks of \(options.cellsPerTask!) are more than \(options.arraySize) tasks",
        remedy: "raise --cells-per-task, or --array-size if the cluster's MaxArraySize allows it", status: .usage)
    }
    let pending = try directory.unfinished(cells)
    let tasks = Self.tasks(of: pending, among: cells, shards: shards)
    let folder = Self.absolute(directory.path)
    let scripts = try SlurmScripts(
      program: program, directory: folder, name: plan.name, tasks: shards, options: options)
    var receipt = Receipt(
      cells: cells.count, pending: pending.count, tasks: SlurmScripts.ranges(tasks), taskScript: scripts.task,
      mergeScript: scripts.merge)
    guard !isDry, !tasks.isEmpty else { return receipt }
    try refuseSecond()
    let body = try ResolvedPlan.body(plan)
    try directory.create(withShards: true)
    for path in [directory.slurmPath, directory.slurmPath + "/log"] { try SweepDirectory(path).create() }
    try OutputFile.write(body, to: directory.submittedPlanPath)
    try OutputFile.write(scripts.task, to: directory.slurmPath + "/task.sh")
    try OutputFile.write(scripts.merge, to: directory.slurmPath + "/merge.sh")
    let round = try Self.submit(tasks, in: directory, client: client)
    try SlurmManifest(shards: shards, retries: options.retries, rounds: [round]).write(directory)
    (receipt.array, receipt.merge) = (round.array, round.merge)
    return receipt
  }

  /// An error if the folder has a submission that is still at work: two would do everything twice.
  private func refuseSecond() throws {
    guard let last = try SlurmManifest.read(directory)?.rounds.last,
      try client.states(of: [last.array, last.merge]).contains(where: SlurmClient.isActive)
    else { return }
    throw SpecificationError(
      file: directory.path, "jobs \(last.array) and \(last.merge) of an earlier submission are still in the queue",
      remedy: "wait for them, or 'scancel \(last.array) \(last.merge)' first", status: .temporaryFailure)
  }

  /// The shards, from 1, that have some of the cells.
  ///
  /// - Parameter pending: Where the cells stand in the plan.
  static func tasks(of pending: [Int], among cells: PlanCells, shards: Int) -> [Int] {
    let indices = Shard.indices(of: cells, count: shards)
    return Set(pending.lazy.map { indices[$0] }).sorted()
  }

  /// Submits an array and its merge; if the merge is refused, the array is cancelled.
  static func submit(_ tasks: [Int], in directory: SweepDirectory, client: SlurmClient) throws -> SlurmManifest.Round {
    let folder = absolute(directory.path)
    let array = try client.submit("\(folder)/slurm/task.sh", ["--array=\(SlurmScripts.ranges(tasks))"])
    do {
      let merge = try client.submit("\(folder)/slurm/merge.sh", ["--dependency=afterany:\(array)"])
      return SlurmManifest.Round(array: array, merge: merge, tasks: tasks)
    } catch {
      try? client.cancel(array)
      throw error
    }
  }

  static func absolute(_ path: String) -> String {
    let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    return URL(filePath: full).standardized.path
  }
}

extension SweepDirectory {
  /// Where in the plan the cells stand that no store of this folder has ended: neither finished nor diverged nor failed.
  func unfinished(_ cells: PlanCells) throws -> [Int] {
    var ended = Set<String>()
    for path in (ResultsStore.exists(storePath) ? [storePath] : []) + shardStores() {
      ended.formUnion(try ResultsStore.read(path).names())
    }
    if ended.isEmpty { return Array(cells.indices) }
    return PlannedCells(cells).enumerated().filter { !ended.contains($0.element.name) }.map(\.offset)
  }
}
