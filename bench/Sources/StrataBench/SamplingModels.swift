internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Specifications
internal import Stochastics

/// The models whose sampling is measured; `bench/peers/sampling.py` draws from the same ones.
enum SamplingModels {
  /// The binary tree of 64 leaves in the invertible regime (dimensions 1 at the root to 7 at the leaves, one noise each), an
  /// invertible network of three layers at every node below the root.
  static func treeOfNetworks() throws -> GenerativeModel {
    var nodes: [NodeDeclaration] = []
    var edges: [(from: Int, to: Int)] = []
    for index in 0..<127 {
      nodes.append(NodeDeclaration("n\(index)"))
      if index > 0 { edges.append((from: (index - 1) / 2, to: index)) }
    }
    let graph = try HierarchicalGraph(name: "tree", nodes: nodes, indexedEdges: edges, regime: .invertible)
    let quick = MLPParameters(conditionQuantile: 0.1, conditionDraws: 200)
    return try GenerativeModel(graph: graph, family: .mlp(quick), key: RandomKey(seed: 1))
  }

  /// The hierarchy 8 → 32 → 64 → 128: `value = leaky ReLU(W · parent) + 0.3 · ε`, slope 0.1.
  static func denseHierarchy() throws -> GenerativeModel {
    let widths = [8, 32, 64, 128]
    let nodes = widths.enumerated().map { NodeDeclaration("z\($0)", dimension: $1) }
    let edges = [(from: 0, to: 1), (from: 1, to: 2), (from: 2, to: 3)]
    let graph = try HierarchicalGraph(name: "dense", nodes: nodes, indexedEdges: edges, regime: .noisy)
    let mechanisms: [any Mechanism] = widths.indices.map { v in
      guard v > 0 else { return LinearMechanism(weights: .identity(8)) }
      return LeakyLayer(
        weights: gaussianWeights(rows: widths[v], columns: widths[v - 1], RandomKey(seed: 2).child(v)))
    }
    return GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: mechanisms, noises: Array(repeating: .gaussian, count: 4))
  }
}

extension SamplingModels {
  /// The Bayesian network MUNIN, 1041 nodes, with linear mechanisms of ρ = 0.7: every node has variance 1 exactly.
  static func munin() throws -> GenerativeModel {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let graph = try GraphFile.load("/\(root)/experiments/presets/graphs/munin.json").graph
    return try GenerativeModel(graph: graph, family: .rho(0.7), key: RandomKey(seed: 1))
  }

  /// What the training comparison learns on: k → D/4 → D, a leaky ReLU with slope 0.1 on the way, noise 0.3 at both, with D
  /// scalar observables.
  static func trainingHierarchy(observed: Int, width: Int) throws -> GenerativeModel {
    let middle = observed / 4
    let observables = (0..<observed).map { NodeDeclaration("x\($0)") }
    let nodes = [NodeDeclaration("z0", dimension: width), NodeDeclaration("z1", dimension: middle)] + observables
    let edges = [(from: 0, to: 1)] + (0..<observed).map { (from: 1, to: 2 + $0) }
    let graph = try HierarchicalGraph(name: "training", nodes: nodes, indexedEdges: edges, regime: .noisy)
    let first = gaussianWeights(rows: middle, columns: width, RandomKey(seed: 5).child("first"))
    let second = gaussianWeights(rows: observed, columns: middle, RandomKey(seed: 5).child("second"))
    var mechanisms: [any Mechanism] = [LinearMechanism(weights: .identity(width)), LeakyLayer(weights: first)]
    for row in 0..<observed {
      var weights = Matrix<Double>(rows: 1, columns: middle + 1)
      for column in 0..<middle { weights[0, column] = second[row, column] }
      weights[0, middle] = 0.3
      mechanisms.append(LinearMechanism(weights: weights))
    }
    return GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: mechanisms,
      noises: Array(repeating: .gaussian, count: nodes.count))
  }

  /// N(0, 1/columns).
  static func gaussianWeights(rows: Int, columns: Int, _ key: RandomKey) -> Matrix<Double> {
    let scale = 1 / Double(columns).squareRoot()
    let draws = Distribution.gaussian.samples(rows * columns, key: key).map { Double($0) * scale }
    return Matrix(rows: rows, columns: columns, storage: draws)
  }
}

/// `leaky ReLU(W · parents) + 0.3 · ε`: a mechanism of a user's own.
private struct LeakyLayer: Mechanism {
  let layer: PanelLayer

  init(weights: Matrix<Double>) { layer = PanelLayer(weights: weights, activation: .leakyReLU(slope: 0.1)) }

  var inputDimension: Int { layer.inputs + layer.outputs }
  var dimension: Int { layer.outputs }

  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    run(inputs, outputs, count)
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    run(inputs, outputs, count)
  }

  private func run<Scalar: LinearAlgebraScalar>(
    _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, _ count: Int
  ) {
    let noise = UnsafeBufferPointer(rebasing: inputs[(layer.inputs * count)...])
    layer.apply(inputs, into: outputs, count: count, adding: noise, factor: 0.3)
  }
}
