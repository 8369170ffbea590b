internal import LinearAlgebra
internal import Specifications
internal import Stochastics
public import Sweeps

/// Where a running experiment stands.
public struct ExperimentProgress: Sendable {
  /// What is being run: `theorem-2, trees`.
  public let title: String
  /// Cells of all sweeps of the experiment.
  public let total: Int
  /// Cells that are finished.
  public let finished: Int
  /// Cells that were finished before this run.
  public let reused: Int
  /// Cells that failed.
  public let failed: Int
  /// Seconds since the experiment began.
  public let seconds: Double
}

/// Runs the sweeps and checks of an experiment and decides its claims.
public struct ExperimentRunner: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// Which form of it.
  public let form: ExperimentForm
  /// The folder that sweeps and verdicts are written into; made where missing. Runs of the same form go on from what is in it.
  public let directory: String
  /// Cells and models that are tried at the same time.
  public let workers: Int
  /// Of the sweeps.
  public let options: SweepRunnerOptions

  /// A runner; nothing happens before ``run(onProgress:)``.
  ///
  /// - Precondition: `workers >= 1`.
  public init(
    _ experiment: Experiment, form: ExperimentForm, directory: String, workers: Int,
    options: SweepRunnerOptions = SweepRunnerOptions()
  ) {
    precondition(workers >= 1, "\(workers) workers")
    (self.experiment, self.form, self.directory) = (experiment, form, directory)
    (self.workers, self.options) = (workers, options)
  }

  /// Runs what is not finished, decides every claim of the form and writes `verdicts.md`, `.csv`, `.json`, `measurements.csv`
  /// and, where the experiment has curves, `curves.csv`.
  ///
  /// A claim that fails is a result, not an error.
  ///
  /// - Parameter onProgress: From any thread, one call at a time.
  /// - Throws: `SpecificationError`: what `SweepRunner.run(onProgress:)` throws; cells that failed (not: diverged); errors of a
  ///   ``TheoryCheck``.
  public func run(
    onProgress: @escaping @Sendable (ExperimentProgress) -> Void = { _ in }
  ) async throws -> VerdictTable {
    BLASRuntime.useOneThread()
    Statistics.disableGSLAbort()
    try OutputFolder.create(directory)
    let finished = try await runSweeps(onProgress)
    var decided: [ClaimVerdict] = []
    var values: [(claim: String, values: [CellValue])] = []
    for claim in experiment.claims(in: form) {
      let measurement: Measurement
      switch claim.measure {
      case .check(let check, let models, let quickModels, let seed):
        let count = form == .full ? models : quickModels
        let share = try await check.run(models: count, seed: seed, workers: workers)
        measurement = Measurement(
          value: share.estimate, interval: share.interval(), count: count, unit: check.unit,
          isEvery: share.successes == share.trials)
      case .results(let measure):
        let cells = measure.values(in: finished)
        values.append((claim.id, cells.first + cells.against))
        measurement = measure.measure(cells, key: RandomKey(seed: 0).child("intervals").child(claim.id))
      }
      decided.append(ClaimVerdict(claim, measurement))
    }
    let seconds = finished.flatMap(\.cells).reduce(0) { $0 + $1.result.seconds }
    let curves = experiment.curves.map { MeasuredCurve($0, in: finished) }
    let table = VerdictTable(
      experiment: experiment, form: form, verdicts: decided, curves: curves, cellSeconds: seconds)
    try OutputFile.write(table.markdown, to: "\(directory)/verdicts.md")
    try OutputFile.write(table.csv, to: "\(directory)/verdicts.csv")
    try OutputFile.write(table.json, to: "\(directory)/verdicts.json")
    try OutputFile.write(VerdictTable.measurements(values), to: "\(directory)/measurements.csv")
    if !curves.isEmpty { try OutputFile.write(MeasuredCurve.csv(curves), to: "\(directory)/curves.csv") }
    return table
  }

  /// Runs all sweeps, one after the other, each on all workers.
  private func runSweeps(_ onProgress: @escaping @Sendable (ExperimentProgress) -> Void) async throws -> [FinishedSweep]
  {
    let runs = experiment.sweeps.flatMap { sweep in sweep.runs(in: form).map { (sweep.name, $0.folder, $0.plan) } }
    let counts = try runs.map { try $0.2.cells().count }
    let total = counts.reduce(0, +)
    let start = ContinuousClock.now
    var (before, reused, finished): (Int, Int, [FinishedSweep]) = (0, 0, [])
    for (index, (sweep, folder, plan)) in runs.enumerated() {
      let title = "\(experiment.name), \(sweep)"
      let path = "\(directory)/\(folder)"
      let runner = SweepRunner(plan: plan, directory: SweepDirectory(path), workers: workers, options: options)
      let (done, old) = (before, reused)
      let outcome = try await runner.run { progress in
        onProgress(
          ExperimentProgress(
            title: title, total: total, finished: done + progress.reused + progress.done, reused: old + progress.reused,
            failed: progress.failed, seconds: (ContinuousClock.now - start) / .seconds(1)))
      }
      if let failure = outcome.failures.first {
        throw SpecificationError(
          file: path,
          "\(outcome.failures.count) of \(counts[index]) cells failed: \(failure.specification.identifier): \(failure.reason)",
          remedy: "'strata sweep retry \(path) --failed' runs them again; then repeat this command",
          status: .temporaryFailure)
      }
      before += counts[index]
      reused += outcome.reused
      finished.append(FinishedSweep(sweep: sweep, folder: folder, plan: plan, cells: outcome.cells))
    }
    return finished
  }
}
