internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
public import Specifications
internal import Stochastics

/// What a sweep will cost, by a calibration: for every distinct shape of cell some training steps and one evaluation of an
/// untrained network are timed.
public struct SweepEstimate: Sendable {
  /// Cells that cost the same: one graph, mechanism, environment and width.
  public struct Shape: Sendable {
    /// `graph, mechanism, width k`.
    public let label: String
    /// How many cells are still to be run.
    public let cells: Int
    /// Seconds of a cell's training.
    public let training: Double
    /// Seconds of a cell's evaluation, with theory's predictions.
    public let evaluation: Double
    /// Seconds of all its cells on one worker.
    public var total: Double { Double(cells) * (training + evaluation) }
  }

  /// Cells of the plan.
  public let cells: Int
  /// Cells that are finished in the folder that was given.
  public let finished: Int
  /// The shapes, in the order of the plan.
  public let shapes: [Shape]
  /// Seconds of all cells that are still to be run, on one worker.
  public var total: Double { shapes.reduce(0) { $0 + $1.total } }

  /// Calibrates. Writes nothing.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - directory: Where some cells may be finished already; nil for none.
  /// - Throws: `SpecificationError` for mechanisms that do not fit or a store that cannot be read.
  public init(_ plan: SweepPlan, in directory: SweepDirectory? = nil) throws {
    BLASRuntime.useOneThread()
    Statistics.disableGSLAbort()
    BLASRuntime.keepFreedMemory()
    let all = try plan.plannedCells()
    var stored: [String: StoredCell] = [:]
    if let path = directory?.storePath, ResultsStore.exists(path) { stored = try ResultsStore.read(path).cells() }
    let pending = try all.filter { try $0.row(in: stored) == nil }.map(\.specification)
    cells = all.count
    finished = all.count - pending.count
    let generators = try Generators(cells: pending, plan: plan)
    var order: [String] = []
    var groups: [String: [CellSpecification]] = [:]
    for cell in pending {
      let label =
        "\(cell.graph.name), \(cell.generatorLabel), width \(cell.architecture.representationWidth)"
      if groups[label] == nil { order.append(label) }
      groups[label, default: []].append(cell)
    }
    shapes = try order.map { label in
      let group = groups[label]!
      // Ratio and patch size change the cost little; the middle one stands for all.
      let middle = group.sorted { $0.maskRatio < $1.maskRatio }[group.count / 2]
      let (training, evaluation) = try Self.time(middle, generator: generators[middle])
      return Shape(label: label, cells: group.count, training: training, evaluation: evaluation)
    }
  }

  /// Seconds of training and of evaluation of one cell.
  private static func time(
    _ cell: CellSpecification, generator: GenerativeModel
  ) throws -> (training: Double, evaluation: Double) {
    let runner = CellRunner(specification: cell, generator: generator, checkpoints: nil)
    let trainer = Trainer(architecture: cell.architecture, configuration: cell.training, key: cell.initialKey)
    let source = runner.source(cell.trainingKey.child("training"))
    let steps = cell.training.steps
    // The first steps estimate the standardisation and fill the caches: they are done once.
    let begin = ContinuousClock.now
    trainer.run(source: source, untilStep: min(2, steps))
    let start = ContinuousClock.now
    let first = trainer.step
    while trainer.step < steps, trainer.divergence == nil, ContinuousClock.now - start < .milliseconds(300) {
      trainer.run(source: source, untilStep: min(steps, trainer.step + 5))
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let perStep = trainer.step > first ? seconds / Double(trainer.step - first) : 0
    let training = (start - begin) / .seconds(1) + perStep * Double(max(0, steps - first))
    let clock = ContinuousClock.now
    let untrained = MaskedAutoencoder.untrained(
      architecture: cell.architecture, key: cell.initialKey, standardization: trainer.standardization,
      maskGain: cell.training.maskGain)
    _ = try CellEvaluator(
      specification: cell, generator: generator, trained: trainer.divergence == nil ? trainer.model : nil,
      untrained: untrained
    ).measure()
    _ = try CellPredictions(specification: cell, generator: generator).all()
    return (training, (ContinuousClock.now - clock) / .seconds(1))
  }
}
