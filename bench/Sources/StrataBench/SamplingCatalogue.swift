internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Sampling of whole models, observed rows only; `peers/sampling.py` does the same work with NumPy, level by level.
func samplingCatalogue() throws -> [Benchmark] { [try treeOfNetworks(), try denseHierarchy()] }

/// The binary tree of 64 leaves in the invertible regime (dimensions 1 at the root to 7 at the leaves, one noise each), an
/// invertible network of three layers at every node below the root.
private func treeOfNetworks() throws -> Benchmark {
  var nodes: [NodeDeclaration] = []
  var edges: [(from: Int, to: Int)] = []
  for index in 0..<127 {
    nodes.append(NodeDeclaration("n\(index)"))
    if index > 0 { edges.append((from: (index - 1) / 2, to: index)) }
  }
  let graph = try HierarchicalGraph(name: "tree", nodes: nodes, indexedEdges: edges, regime: .invertible)
  let quick = MLPParameters(conditionQuantile: 0.1, conditionDraws: 200)
  let model = try GenerativeModel(graph: graph, family: .mlp(quick), key: RandomKey(seed: 1))
  // Leaves are standardised by their mean variance.
  return sampling(model, name: "sample 64-leaf tree of networks", variance: 0.9...1.1)
}

/// The hierarchy 8 → 32 → 64 → 128: `value = leaky ReLU(W · parent) + 0.3 · ε`, slope 0.1.
private func denseHierarchy() throws -> Benchmark {
  let widths = [8, 32, 64, 128]
  let nodes = widths.enumerated().map { NodeDeclaration("z\($0)", dimension: $1) }
  let edges = [(from: 0, to: 1), (from: 1, to: 2), (from: 2, to: 3)]
  let graph = try HierarchicalGraph(name: "dense", nodes: nodes, indexedEdges: edges, regime: .noisy)
  let mechanisms: [any Mechanism] = widths.indices.map { v in
    guard v > 0 else { return LinearMechanism(weights: .identity(8)) }
    let size = widths[v] * widths[v - 1]
    let scale = 1 / Float(widths[v - 1]).squareRoot()
    let draws = Distribution.gaussian.samples(size, key: RandomKey(seed: 2).child(v)).map { $0 * scale }
    return LeakyLayer(weights: Matrix(rows: widths[v], columns: widths[v - 1], storage: draws))
  }
  let model = GenerativeModel(
    graph: graph, family: .linearRandom, mechanisms: mechanisms, noises: Array(repeating: .gaussian, count: 4))
  // Half of each variance survives a layer, more or less, plus the noise's 0.09.
  return sampling(model, name: "sample 8-32-64-128 hierarchy", variance: 0.1...0.6)
}

/// 2^15 samples into one buffer, where the mean square must lie in a range.
private func sampling(_ model: GenerativeModel, name: String, variance: ClosedRange<Double>) -> Benchmark {
  let (count, width) = (1 << 15, model.graph.observedDimension)
  let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * width)
  buffer.initialize(repeating: 0)
  return Benchmark(
    name: name, unit: "thousand samples/s", amount: Double(count) * 1e-3,
    run: {
      model.fillObserved(0..<UInt64(count), key: RandomKey(seed: 3), into: buffer)
      var sum = 0.0
      for index in stride(from: 0, to: buffer.count, by: 61) { sum += Double(buffer[index] * buffer[index]) }
      return sum / Double((buffer.count + 60) / 61)
    },
    isRight: { variance.contains($0) })
}

/// `leaky ReLU(W · parents) + 0.3 · ε`.
private struct LeakyLayer: Mechanism {
  let weights: Matrix<Float>

  var inputDimension: Int { weights.columns + weights.rows }
  var dimension: Int { weights.rows }

  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    weights.withUnsafeElements { w in
      Float.gemm(
        transposeA: false, transposeB: false, m: dimension, n: count, k: weights.columns, alpha: 1, a: w.baseAddress!,
        lda: weights.columns, b: inputs.baseAddress!, ldb: count, beta: 0, c: outputs.baseAddress!, ldc: count)
    }
    let noise = weights.columns * count
    for i in 0..<dimension * count { outputs[i] = max(outputs[i], 0.1 * outputs[i]) + 0.3 * inputs[noise + i] }
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    let single = inputs.map(Float.init)
    var result = [Float](repeating: 0, count: outputs.count)
    single.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { evaluate(source, into: $0, count: count) }
    }
    for i in result.indices { outputs[i] = Double(result[i]) }
  }
}
