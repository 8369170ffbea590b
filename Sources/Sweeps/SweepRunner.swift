internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
public import Specifications
internal import Stochastics
internal import Synchronization

/// Where a running sweep stands.
public struct SweepProgress: Sendable {
  /// All cells of the plan.
  public let total: Int
  /// Cells that were finished before this run.
  public let reused: Int
  /// Cells that this run has finished.
  public let done: Int
  /// Seconds since this run began its first cell.
  public let seconds: Double
}

/// A finished sweep.
public struct SweepOutcome: Sendable {
  /// Every cell with its result, in the order of the plan.
  public let cells: [(specification: CellSpecification, result: CellResult)]
  /// Cells that were finished before this run.
  public let reused: Int
}

/// Runs the cells of a plan on several threads and keeps what is finished.
public struct SweepRunner: Sendable {
  /// The plan.
  public let plan: SweepPlan
  /// Where results are kept.
  public let directory: SweepDirectory
  /// Cells that run at the same time, each on one thread with one BLAS thread.
  public let workers: Int

  /// A runner; nothing happens before ``run(onProgress:)``.
  ///
  /// - Precondition: `workers >= 1`.
  public init(plan: SweepPlan, directory: SweepDirectory, workers: Int) {
    precondition(workers >= 1, "\(workers) workers")
    self.plan = plan
    self.directory = directory
    self.workers = workers
  }

  /// Runs what is not finished yet and writes `results.csv` and `plan.resolved.yaml`.
  ///
  /// Every generator is drawn before anything is written, so that a plan whose mechanisms do not fit its graphs leaves no
  /// trace. Interrupted at any point, finished cells stay and a second run goes on from there.
  ///
  /// - Parameter onProgress: Called at the start and after each cell, from any thread, one call at a time.
  /// - Throws: `SpecificationError` (a mechanism that does not fit, the folder), or the first error of a cell.
  public func run(onProgress: @escaping @Sendable (SweepProgress) -> Void = { _ in }) async throws -> SweepOutcome {
    BLASRuntime.useOneThread()
    Statistics.disableGSLAbort()
    BLASRuntime.keepFreedMemory()
    let cells = try plan.cells()
    var results = cells.map { directory.result(of: $0) }
    let pending = cells.indices.filter { results[$0] == nil }
    let unpredicted = cells.indices.filter { index in
      guard let result = results[index] else { return false }
      return result.predictions.map { CellPredictions.lackContent($0, of: cells[index]) } ?? true
    }
    let generators = try Generators(cells: (pending + unpredicted).map { cells[$0] }, plan: plan)
    try directory.create()
    try directory.write(try ResolvedPlan.text(plan, cells: cells), as: "plan.resolved.yaml")

    let checkpoints = CellCheckpoints(
      plan: plan, directory: directory.path, interval: plan.checkpointInterval, keepsModels: plan.keepsModels)
    let reused = cells.count - pending.count
    let start = ContinuousClock.now
    let done = Mutex(0)
    let report: @Sendable (Int) -> Void = { finished in
      done.withLock { done in
        done += finished
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        onProgress(SweepProgress(total: cells.count, reused: reused, done: done, seconds: seconds))
      }
    }
    report(0)
    try await withThrowingTaskGroup(of: (Int, CellResult).self) { group in
      var next = 0
      func startOne() {
        guard next < pending.count else { return }
        let index = pending[next]
        next += 1
        group.addTask {
          let result = try Self.runCell(cells[index], generators: generators, checkpoints: checkpoints)
          try directory.publish(result)
          checkpoints.remove(cells[index])
          report(1)
          return (index, result)
        }
      }
      for _ in 0..<workers { startOne() }
      while let (index, result) = try await group.next() {
        results[index] = result
        startOne()
      }
    }
    for index in unpredicted {
      results[index]!.predictions = try CellPredictions(
        specification: cells[index], generator: generators[cells[index]]
      ).all()
      try directory.publish(results[index]!)
    }
    let finished = zip(cells, results).compactMap { cell, result in result.map { (specification: cell, result: $0) } }
    try directory.write(ResultsFile.text(finished.map { ($0.specification, $0.result) }), as: "results.csv")
    return SweepOutcome(cells: finished, reused: reused)
  }

  private static func runCell(
    _ cell: CellSpecification, generators: Generators, checkpoints: CellCheckpoints
  ) throws -> CellResult {
    BLASRuntime.flushDenormals()
    return try CellRunner(specification: cell, generator: generators[cell], checkpoints: checkpoints).run()
  }
}

/// The distinct generators of a sweep: each is drawn once and shared by all cells that differ only in masks, width or
/// training.
struct Generators: Sendable {
  private struct Key: Hashable {
    var graph: String
    var mechanism: MechanismFamily
    var seed: UInt64
    var environment: Environment?
  }

  private var models: [Key: GenerativeModel] = [:]

  /// - Throws: `SpecificationError` at the plan's mechanism or environments that do not fit a graph.
  init(cells: [CellSpecification], plan: SweepPlan) throws(SpecificationError) {
    // Drawing is the work; environments share what was drawn.
    var bases: [Key: GenerativeModel] = [:]
    for cell in cells where models[Self.key(cell)] == nil {
      var key = Self.key(cell)
      key.environment = nil
      let base: GenerativeModel
      if let drawn = bases[key] { base = drawn } else { base = try Self.draw(cell, plan: plan) }
      bases[key] = base
      do {
        models[Self.key(cell)] =
          try cell.environment.map { environment throws(ModelError) in try base.intervened(by: environment) } ?? base
      } catch {
        throw plan.environmentsPlace.error("graph '\(cell.graph.name)': \(error)", remedy: "")
      }
    }
  }

  /// The generator of a cell without its environment.
  private static func draw(_ cell: CellSpecification, plan: SweepPlan) throws(SpecificationError) -> GenerativeModel {
    do {
      return try GenerativeModel(
        graph: cell.graph, family: cell.mechanism, noise: cell.noise, seed: cell.generatorSeed
      ).intervened(by: Environment(name: "interventions", cell.interventions))
    } catch {
      let index = plan.mechanisms.firstIndex(of: cell.mechanism)
      let place = index.flatMap { plan.mechanismPlaces.indices.contains($0) ? plan.mechanismPlaces[$0] : nil }
      throw (place ?? DocumentPlace()).error("graph '\(cell.graph.name)': \(error)", remedy: "")
    }
  }

  /// The generator of a cell that was given to the initialiser.
  subscript(cell: CellSpecification) -> GenerativeModel { models[Self.key(cell)]! }

  private static func key(_ cell: CellSpecification) -> Key {
    // Graph names are distinct within a plan, and its interventions are the same for all cells.
    Key(
      graph: cell.graph.name, mechanism: cell.mechanism, seed: cell.generatorSeed, environment: cell.environment)
  }
}
