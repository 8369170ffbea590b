import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra

/// A binary tree of scalar nodes with `2^depth` observed leaves.
func binaryTree(depth: Int, regime: Regime = .noisy) throws -> HierarchicalGraph {
  var nodes: [NodeDeclaration] = []
  var edges: [(from: Int, to: Int)] = []
  for level in 0...depth {
    for i in 0..<(1 << level) {
      nodes.append(NodeDeclaration("n\(level)_\(i)"))
      if level > 0 { edges.append((from: (1 << (level - 1)) - 1 + i / 2, to: (1 << level) - 1 + i)) }
    }
  }
  return try HierarchicalGraph(name: "tree", nodes: nodes, indexedEdges: edges, regime: regime)
}

/// Two roots, a shared child, and observables with one, two and three parents.
func crossedGraph(regime: Regime = .noisy) throws -> HierarchicalGraph {
  try HierarchicalGraph(
    name: "crossed",
    nodes: ["a", "b", "c", "d", "x0", "x1", "x2", "x3"].map { NodeDeclaration($0) },
    edges: [
      ("a", "c"), ("b", "c"), ("b", "d"), ("c", "x0"), ("c", "x1"), ("d", "x1"), ("d", "x2"), ("a", "x3"), ("c", "x3"),
      ("d", "x3"),
    ], regime: regime)
}

/// The sample covariance of the columns of a matrix, in double precision.
func covariance(_ matrix: Matrix<Float>) -> Matrix<Double> {
  var centred = matrix.double
  let means = (0..<matrix.columns).map { j in matrix.column(j).reduce(0.0) { $0 + Double($1) } / Double(matrix.rows) }
  let columns = matrix.columns
  centred.withUnsafeMutableElements { for i in $0.indices { $0[i] -= means[i % columns] } }
  return (1 / Double(matrix.rows - 1)) * centred.multiplied(by: centred, transposeSelf: true)
}

/// The population covariance of all node values of a linear model: propagated node by node, independently of the sampler.
func populationCovariance(_ graph: HierarchicalGraph, weights: [Matrix<Double>]) -> Matrix<Double> {
  // Each value as a linear map of all noises: L_v = W_p L_pa + W_ε E_v; Σ = L Lᵀ.
  let total = graph.nodes.reduce(0) { $0 + $1.noiseDimension }
  var offsets: [Int] = []
  var next = 0
  for node in graph.nodes {
    offsets.append(next)
    next += node.noiseDimension
  }
  var loadings = [Matrix<Double>](repeating: Matrix(rows: 0, columns: total), count: graph.nodes.count)
  for v in graph.topologicalOrder {
    var own = Matrix<Double>(rows: graph.nodes[v].noiseDimension, columns: total)
    for i in 0..<own.rows { own[i, offsets[v] + i] = 1 }
    loadings[v] = weights[v] * .concatenatingRows(graph.parents[v].map { loadings[$0] } + [own])
  }
  let all = Matrix.concatenatingRows(loadings)
  return all.multiplied(by: all, transposeOther: true)
}

/// Another mechanism without what the library knows of it: its derivative and inverse, which then have to be found numerically, and its weights.
struct Opaque: Mechanism {
  let base: any Mechanism
  var inputDimension: Int { base.inputDimension }
  var dimension: Int { base.dimension }
  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    base.evaluate(inputs, into: outputs, count: count)
  }
  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    base.evaluate(inputs, into: outputs, count: count)
  }
}
