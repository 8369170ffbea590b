internal import CPeak
internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import MaskedAutoencoding
internal import Stochastics

/// `StrataBench growth SECONDS`: how the cost of a training step grows with each size of the network, the others as in shape S,
/// and that of a sample with the number of nodes. One JSON line a measurement, on one thread.
enum GrowthBenchmark {
  private enum Axis: String, CaseIterable {
    case observed = "observables D"
    case hidden = "hidden width H"
    case width = "representation width k"
    case batch = "batch"
    case layers = "hidden layers a side"

    var values: [Int] {
      switch self {
      case .observed: [16, 32, 64, 128, 256, 512]
      case .hidden: [32, 64, 128, 256, 512]
      case .width: [1, 8, 64]
      case .batch: [64, 128, 256, 512, 1024]
      case .layers: [1, 2, 4]
      }
    }

    func configuration(_ value: Int) -> TrainingBenchmark.Configuration {
      TrainingBenchmark.Configuration(
        name: "S", observed: self == .observed ? value : 64, hidden: self == .hidden ? value : 128,
        width: self == .width ? value : 8, batch: self == .batch ? value : 256, layers: self == .layers ? value : 2)
    }
  }

  static func run(_ arguments: [String]) throws {
    guard arguments.count == 1, let seconds = Double(arguments[0]) else { throw BenchmarkError.usage("growth SECONDS") }
    for axis in Axis.allCases {
      for value in axis.values {
        let c = axis.configuration(value)
        let trainer = try TrainingBenchmark.trainer(c, isPool: true, activation: .leakyReLU(slope: 0.1))
        let windows = TrainingBenchmark.rates(seconds: seconds) {
          trainer.run.run(source: trainer.source, untilStep: trainer.run.step + $0)
        }
        let peak = TrainingBenchmark.rates(seconds: 0.2) { _ = strata_multiply_adds($0 * 1_000_000) }
        let work = ProductLimit.operations(c, flags: Set(trainer.source.maskGroups).count)
        let millions = strata_multiply_adds(1) * 1e-3
        print(line(axis.rawValue, value, windows, work: work * 1e-9, peak: peak.map { $0 * millions }))
      }
    }
    for depth in [4, 6, 8, 10, 12, 14] {
      let nodes = (1 << (depth + 1)) - 1
      let model = try tree(nodes: nodes)
      let rows = max(256, (1 << 21) / nodes / 256 * 256)
      var observed = [Float](repeating: 0, count: rows * (1 << depth))
      let windows = TrainingBenchmark.rates(seconds: seconds) { repetitions in
        for repetition in 0..<UInt64(repetitions) {
          let start = repetition * UInt64(rows)
          observed.withUnsafeMutableBufferPointer {
            model.fillObserved(start..<start + UInt64(rows), key: RandomKey(seed: 3), into: $0, workers: 1)
          }
        }
      }
      print(line("nodes of a binary tree", nodes, windows.map { $0 * Double(rows) }, work: Double(nodes) * 1e-6))
    }
  }

  /// - Parameters:
  ///   - work: Billions of operations of a step's products; for a sample, millions of values.
  ///   - peak: Billions of operations a second of registers alone, measured just after.
  private static func line(
    _ axis: String, _ value: Int, _ windows: [Double], work: Double, peak: [Double] = []
  ) -> String {
    "{\"axis\": \"\(axis)\", \"value\": \(value), \"windows\": \(windows), \"work\": \(work), \"peak\": \(peak)}"
  }

  /// A ρ-tree, whose nodes cost the least that a node can.
  private static func tree(nodes count: Int) throws -> GenerativeModel {
    var edges: [(from: Int, to: Int)] = []
    for index in 1..<count { edges.append((from: (index - 1) / 2, to: index)) }
    let nodes = (0..<count).map { NodeDeclaration($0 < count / 2 ? "z\($0)" : "x\($0)") }
    let graph = try HierarchicalGraph(name: "tree", nodes: nodes, indexedEdges: edges, regime: .noisy)
    return try GenerativeModel(graph: graph, family: .rho(0.85), key: RandomKey(seed: 1))
  }
}
