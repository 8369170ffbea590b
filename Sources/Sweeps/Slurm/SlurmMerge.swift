internal import Glibc
internal import Specifications

/// The last job of a submission: merges the shards, checks that every cell of the plan has come, and submits the
/// tasks of the missing ones again, as often as the submission allows.
public struct SlurmMerge: Sendable {
  /// How it has ended.
  public struct Outcome: Sendable {
    /// What was merged.
    public let merge: SweepMerger.Outcome
    /// The tasks that were submitted again, as `--array` takes them, and their job; nil if none was.
    public let resubmitted: (tasks: String, job: String)?
  }

  private let directory: SweepDirectory
  private let client = SlurmClient()

  /// The merge of a folder that was submitted.
  public init(in directory: SweepDirectory) { self.directory = directory }

  /// Merges, and submits again.
  ///
  /// It may be run twice: the merge changes nothing then, and tasks that are submitted twice leave out what is
  /// finished.
  ///
  /// - Throws: `SpecificationError`: no submission here, what ``SweepMerger/run()`` throws, a controller that does not
  ///   answer for several minutes.
  public func run() throws -> Outcome {
    guard var manifest = try SlurmManifest.read(directory), let text = directory.submittedPlan() else {
      throw SpecificationError(
        file: directory.path, "nothing was submitted from here", remedy: "run 'strata sweep submit' first",
        status: .noInput)
    }
    let plan = try SweepPlan.parse(text, file: directory.submittedPlanPath)
    let cells = try plan.cells()
    let merge: SweepMerger.Outcome
    if directory.shardStores().isEmpty, !ResultsStore.exists(directory.storePath) {
      // No task has got as far as a store.
      var nothing = SweepMerger.Outcome()
      nothing.total = cells.count
      nothing.missing = PlannedCells(cells).map(\.name)
      nothing.missingIndices = Array(cells.indices)
      merge = nothing
    } else {
      merge = try SweepMerger(inputs: [directory], output: directory, plan: plan).run()
    }
    guard !merge.missing.isEmpty else { return Outcome(merge: merge, resubmitted: nil) }
    return Outcome(merge: merge, resubmitted: try resubmit(merge.missingIndices, among: cells, &manifest))
  }

  /// Submits the tasks of some cells again; nil once that was done often enough.
  private func resubmit(
    _ pending: [Int], among cells: PlanCells, _ manifest: inout SlurmManifest
  ) throws -> (tasks: String, job: String)? {
    guard manifest.rounds.count <= manifest.retries else { return nil }
    let tasks = SlurmSubmission.tasks(of: pending, among: cells, shards: manifest.shards)
    let round = try patiently { try SlurmSubmission.submit(tasks, in: directory, client: client) }
    manifest.rounds.append(round)
    try manifest.write(directory)
    return (SlurmScripts.ranges(tasks), round.array)
  }

  /// Tries five times, half a minute apart, where the controller does not answer.
  private func patiently<T>(_ body: () throws -> T) throws -> T {
    for _ in 1...4 {
      do { return try body() } catch let error as SpecificationError where error.status == .temporaryFailure {
        sleep(30)
      }
    }
    return try body()
  }
}
