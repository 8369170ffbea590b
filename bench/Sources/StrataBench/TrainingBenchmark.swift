internal import Foundation
internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Stochastics
internal import Sweeps

/// `StrataBench train CONFIGURATION pool|fresh ACTIVATION THREADS SECONDS [FOLDER]`: steps per second of one training, a JSON
/// line as `bench/peers/train.py` prints it for the peers. With a folder it writes the pool of batches and the initial
/// parameters there, from which the peers start: the losses after the same steps must agree.
///
/// `StrataBench train-equal …` gives every column a flag of its own, as the peers have: the same multiplications as theirs.
enum TrainingBenchmark {
  /// The shapes of the comparison.
  struct Configuration {
    let name: String
    let observed, hidden, width, batch, layers: Int
    static let all = [
      Configuration(name: "S", observed: 64, hidden: 128, width: 8, batch: 256, layers: 2),
      Configuration(name: "M", observed: 128, hidden: 256, width: 16, batch: 512, layers: 3),
      Configuration(name: "L", observed: 256, hidden: 512, width: 32, batch: 1024, layers: 3),
    ]
  }

  static let poolSize = 32
  /// The step whose loss is compared.
  static let checkedStep = 100

  static func run(_ arguments: [String], sharesFlags: Bool) throws {
    guard arguments.count >= 5, let configuration = Configuration.all.first(where: { $0.name == arguments[0] }),
      let threads = Int(arguments[3]), let seconds = Double(arguments[4])
    else { throw BenchmarkError.usage("train S|M|L pool|fresh leaky|gelu THREADS SECONDS [FOLDER]") }
    let c = configuration
    let activation: Activation = arguments[2] == "gelu" ? .gelu : .leakyReLU(slope: 0.1)
    let (trainer, source) = try trainer(
      c, isPool: arguments[1] == "pool", activation: activation, sharesFlags: sharesFlags)
    let architecture = trainer.model.architecture
    if arguments.count > 5 { try export(source, architecture, to: arguments[5]) }
    trainer.threads = threads
    trainer.run(source: source, untilStep: checkedStep + 1)
    let loss = trainer.losses[checkedStep].loss
    let windows = rates(seconds: seconds) { trainer.run(source: source, untilStep: trainer.step + $0) }
    let flops = 6 * Double(architecture.parameterCount) * Double(c.batch)
    let kind = ProcessInfo.processInfo.environment["STRATA_PROCESSOR"].map { ", \($0)" } ?? ""
    let name = (sharesFlags ? "Strata" : "Strata, a flag a column") + kind
    print(
      """
      {"name": "\(name)", "configuration": "\(c.name)", "source": "\(arguments[1])", "activation": "\(arguments[2])", \
      "threads": \(threads), "windows": \(windows), "loss": \(loss), "gflops": \(flops * 1e-9)}
      """)
  }

  static let key = RandomKey(seed: 1)

  /// A training of a shape that never ends, and its data.
  static func trainer(
    _ c: Configuration, isPool: Bool, activation: Activation, sharesFlags: Bool = true
  ) throws -> (run: Trainer, source: BenchmarkSource) {
    let architecture = AutoencoderArchitecture(
      observedDimension: c.observed, representationWidth: c.width, hiddenWidth: c.hidden, hiddenLayers: c.layers,
      activation: activation)
    var training = TrainingConfiguration()
    training.steps = .max / 2
    training.batchSize = c.batch
    training.optimizer = .adam
    training.schedule = LearningRateSchedule(warmUp: .steps(0), decay: .constant)
    training.standardizesInput = false
    training.lossInterval = 1
    return (
      Trainer(architecture: architecture, configuration: training, key: key),
      try BenchmarkSource(c, isPool: isPool, sharesFlags: sharesFlags)
    )
  }

  /// Waits for the other process of a pair, if `MEET` names a folder where they meet.
  private static func meet() {
    guard let folder = ProcessInfo.processInfo.environment["MEET"] else { return }
    _ = FileManager.default.createFile(atPath: "\(folder)/\(ProcessInfo.processInfo.processIdentifier)", contents: nil)
    while (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 2 < 2 { usleep(1000) }
  }

  /// Steps per second in windows of about a fifth of a second, which the processes of a pair begin together.
  static func rates(seconds: Double, _ run: (Int) -> Void) -> [Double] {
    meet()
    let clock = ContinuousClock()
    let once = clock.measure { run(8) } / .seconds(1) / 8
    let steps = max(4, Int(0.2 / once))
    return (0..<max(3, Int(seconds / 0.2))).map { _ in
      Double(steps) / (clock.measure { run(steps) } / .seconds(1))
    }
  }

  private static func export(
    _ source: BenchmarkSource, _ architecture: AutoencoderArchitecture, to folder: String
  ) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(_ values: [Float], _ name: String) throws {
      try values.withUnsafeBytes { try Data($0).write(to: URL(filePath: "\(folder)/\(name).f32")) }
    }
    try write(source.observed, "observed")
    try write(source.masks, "masks")
    let initial = MaskedAutoencoder.untrained(architecture: architecture, key: key)
    for tensor in initial.parameters { try write(tensor.values, tensor.name) }
  }
}

/// A pool of batches, used in turn, or fresh ones at every step.
struct BenchmarkSource: BatchSource {
  private let generator: GeneratorSource
  /// Empty without a pool.
  private(set) var observed: [Float] = []
  private(set) var masks: [Float] = []
  let maskGroups: [Int]

  init(_ c: TrainingBenchmark.Configuration, isPool: Bool, sharesFlags: Bool) throws {
    let model = try SamplingModels.trainingHierarchy(observed: c.observed, width: c.width)
    let distribution = try MaskDistribution(.bernoulli(ratio: 0.5), grid: model.graph.grid, patchSize: 4)
    generator = GeneratorSource(
      model: model, masks: MaskSampler(distribution, for: model.graph), key: RandomKey(seed: 7))
    maskGroups = sharesFlags ? generator.maskGroups : Array(0..<c.observed)
    guard isPool else { return }
    let size = c.batch * c.observed
    var (values, flags) = ([Float](repeating: 0, count: size), [Float](repeating: 0, count: size))
    for step in 0..<TrainingBenchmark.poolSize {
      values.withUnsafeMutableBufferPointer { values in
        flags.withUnsafeMutableBufferPointer { flags in
          generator.fill(step: step, batchSize: c.batch, observed: values, mask: flags)
        }
      }
      observed += values
      masks += flags
    }
  }

  var observedDimension: Int { generator.observedDimension }
  var allowsConcurrentFills: Bool { true }

  func fill(
    step: Int, batchSize: Int, observed target: UnsafeMutableBufferPointer<Float>,
    mask: UnsafeMutableBufferPointer<Float>
  ) {
    guard !observed.isEmpty else {
      return generator.fill(step: step, batchSize: batchSize, observed: target, mask: mask)
    }
    let start = step % TrainingBenchmark.poolSize * target.count
    observed.withUnsafeBufferPointer { target.baseAddress!.update(from: $0.baseAddress! + start, count: target.count) }
    masks.withUnsafeBufferPointer { mask.baseAddress!.update(from: $0.baseAddress! + start, count: mask.count) }
  }
}
