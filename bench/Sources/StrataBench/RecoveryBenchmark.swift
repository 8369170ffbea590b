internal import Foundation
internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Recovery
internal import Stochastics
internal import Sweeps

/// `StrataBench recovery GRAPH RATIO SEED constant[@RATE]|cosine|fast|linear[/GROUP] STEP[,STEP…]`: how recovery and held-out loss come along over
/// the steps of one training of the standard network (width 1, two GELU layers of 256 units a side, batch 512). The last
/// step is the length of the training. One JSON line for each step named, with the closed form for the very masks of the
/// evaluation where there is one. `constant` has the rate 10⁻³ or another RATE. With a GROUP every so many samples of a batch have one mask in common;
/// `linear` is `fast` from a closed-form start.
struct RecoveryBenchmark {
  /// The masks, each with a probe of its own.
  static let maskCount = 128
  /// Samples to fit a probe on, and as many to score it on.
  static let rows = 1000

  let graphName: String
  let ratio: Double
  let seed: UInt64
  let settings: String
  let model: GenerativeModel
  let distribution: MaskDistribution
  /// The nodes whose mean R² is measured: the highest level.
  let targets: [Int]
  private let evaluationKey: RandomKey
  private let masks: [Mask]

  static func run(_ arguments: [String]) throws {
    let settings = arguments.count == 5 ? arguments[3].split(separator: "/").map(String.init) : []
    guard let name = settings.first, let ratio = Double(arguments[1]), let seed = UInt64(arguments[2]),
      let training = configuration(name, ratio: ratio), let group = settings.count == 1 ? 1 : Int(settings[1])
    else {
      throw BenchmarkError.usage(
        "recovery rho-tree|pyramid|network-tree RATIO SEED constant[@RATE]|cosine|fast|linear[/GROUP] STEP[,STEP…]")
    }
    let steps = arguments[4].split(separator: ",").compactMap { Int($0) }
    try RecoveryBenchmark(graph: arguments[0], ratio: ratio, seed: seed, settings: arguments[3])
      .train(training, maskGroup: group, stoppingAt: steps)
  }

  /// The settings that are compared: Adam at a constant rate after 1 % warm-up, the published ones, the fast ones.
  private static func configuration(_ name: String, ratio: Double) -> TrainingConfiguration? {
    var result = TrainingConfiguration()
    let parts = name.split(separator: "@")
    if parts.count == 2 {
      guard let rate = Double(parts[1]) else { return nil }
      result.learningRate = rate
    }
    switch parts[0] {
    case "constant": result.schedule = LearningRateSchedule(warmUp: .fraction(0.01), decay: .constant)
    case "cosine": break
    case "fast", "linear": result = .fast(maskRatio: ratio)
    default: return nil
    }
    return result
  }

  private init(graph name: String, ratio: Double, seed: UInt64, settings: String) throws {
    let (graph, family): (HierarchicalGraph, MechanismFamily) =
      switch name {
      case "rho-tree": (try .tree(depth: 6, branching: 2), .rho(0.85))
      case "pyramid": (try .pyramid(grid: .line(32), window: 4, stride: 2), .linearRandom)
      case "network-tree": (try .tree(depth: 4, branching: 2, regime: .invertible), .mlp(MLPParameters()))
      default: throw BenchmarkError.usage("no graph '\(name)': rho-tree, pyramid or network-tree")
      }
    (graphName, self.ratio, self.seed, self.settings) = (name, ratio, seed, settings)
    model = try GenerativeModel(graph: graph, family: family, seed: 1)
    let distribution = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
    self.distribution = distribution
    targets = Array(graph.nodes(atLevel: graph.height))
    let key = RandomKey(seed: seed).child("evaluation")
    evaluationKey = key
    masks = (0..<Self.maskCount).map { index in
      var stream = RandomStream(key.child("m").child(index))
      return distribution.draw(using: &stream)
    }
  }

  private func train(_ training: TrainingConfiguration, maskGroup: Int, stoppingAt steps: [Int]) throws {
    var training = training
    training.steps = steps.last ?? 0
    let key = RandomKey(seed: seed)
    var trainer = Trainer(
      architecture: AutoencoderArchitecture(
        observedDimension: model.graph.observedDimension, representationWidth: 1),
      configuration: training, key: key.child("initial-weights"))
    let source = GroupedMasks(
      GeneratorSource(model: model, masks: MaskSampler(distribution, for: model.graph), key: key.child("training")),
      group: maskGroup)
    let closedForm = LinearGaussianModel(model)
    if settings.hasPrefix("linear") {
      guard let closedForm else { throw BenchmarkError.usage("'\(graphName)' has no closed form to start from") }
      trainer = try LinearStart.trainer(trainer, model: closedForm, ratio: ratio)
    }
    let limit = try closedForm?.limits(over: masks, widths: [1], standardized: true)[0].recovery
    let clock = ContinuousClock()
    var seconds = 0.0
    for step in steps {
      seconds += clock.measure { trainer.run(source: source, untilStep: step) } / .seconds(1)
      let (r2, loss) = try evaluate(trainer.model)
      let theory = limit.map { [$0.level[model.graph.height].value, $0.loss.value] } ?? []
      print(
        """
        {"graph": "\(graphName)", "ratio": \(ratio), "seed": \(seed), "settings": "\(settings)", "steps": \(training.steps), \
        "step": \(step), "r2": \(r2), "loss": \(loss), "theory": \(theory), "seconds": \(seconds)}
        """)
    }
  }

  /// The mean over masks of the held-out R² of the targets, and of the masked loss.
  private func evaluate(_ autoencoder: MaskedAutoencoder) throws -> (r2: Double, loss: Double) {
    var (r2, loss) = (0.0, 0.0)
    for (index, mask) in masks.enumerated() {
      let first = UInt64(index * 2 * Self.rows)
      let sample = model.sample(first..<first + UInt64(2 * Self.rows), key: evaluationKey.child("s"))
      let observed = sample.observed()
      let masked = zip(model.graph.observables, mask.isMasked).flatMap { node, isMasked in
        [Bool](repeating: isMasked, count: model.graph.nodes[node].dimension)
      }
      let split = try HeldOutSplit(
        features: autoencoder.encode(observed: observed, maskedColumns: masked).double,
        targets: sample.values(of: targets).double, trainRows: Self.rows)
      let scores = try RidgeProbe().heldOutR2(split)
      r2 += scores.reduce(0, +) / Double(scores.count)
      let flags = masked.map { $0 ? Float(1) : 0 }
      loss += autoencoder.maskedLoss(
        observed: observed,
        masked: Matrix(
          rows: observed.rows, columns: flags.count, storage: (0..<observed.rows).flatMap { _ in flags }))
    }
    return (r2 / Double(masks.count), loss / Double(masks.count))
  }
}

/// Batches in which every so many samples share the mask of the first of them.
private struct GroupedMasks: BatchSource {
  private let source: GeneratorSource
  private let group: Int

  init(_ source: GeneratorSource, group: Int) { (self.source, self.group) = (source, group) }

  var observedDimension: Int { source.observedDimension }

  func fill(
    step: Int, batchSize: Int, observed: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>
  ) {
    source.fill(step: step, batchSize: batchSize, observed: observed, mask: mask)
    for row in 0..<batchSize where row % group != 0 {
      for column in 0..<observedDimension {
        mask[row * observedDimension + column] = mask[row / group * group * observedDimension + column]
      }
    }
  }
}
