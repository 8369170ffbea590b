internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
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
      let size = widths[v] * widths[v - 1]
      let scale = 1 / Double(widths[v - 1]).squareRoot()
      let draws = Distribution.gaussian.samples(size, key: RandomKey(seed: 2).child(v)).map { Double($0) * scale }
      return LeakyLayer(weights: Matrix(rows: widths[v], columns: widths[v - 1], storage: draws))
    }
    return GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: mechanisms, noises: Array(repeating: .gaussian, count: 4))
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
