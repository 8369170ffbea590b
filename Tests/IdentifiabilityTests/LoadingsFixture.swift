import HierarchicalGraphs
import LinearAlgebra
import Stochastics

/// A random linear model of a graph, as the loading of every node on the stacked exogenous noises: value_v = L_v · ε with
/// ε standard Gaussian. Built here from scratch, independently of the library.
struct LoadingsFixture {
  /// For each node, shape (dim, total noise dimension).
  let loadings: [Matrix<Double>]
  /// For each node, the columns of its own noise.
  let noiseColumns: [Range<Int>]

  /// Random mixing of (parents, ε) at each node: `orthogonal` takes orthonormal columns times scales in [½, 2], which is
  /// invertible and well conditioned; otherwise independent Gaussian coefficients.
  init(_ graph: HierarchicalGraph, orthogonal: Bool, using stream: inout RandomStream) throws {
    var (columns, total) = ([Range<Int>](), 0)
    for node in graph.nodes {
      columns.append(total..<total + node.noiseDimension)
      total += node.noiseDimension
    }
    var loadings = [Matrix<Double>](repeating: Matrix(rows: 0, columns: total), count: graph.nodes.count)
    for v in graph.topologicalOrder {
      let node = graph.nodes[v]
      var own = Matrix<Double>(rows: node.noiseDimension, columns: total)
      for i in 0..<node.noiseDimension { own[i, columns[v].lowerBound + i] = 1 }
      let inputs = Matrix.concatenatingRows(graph.parents[v].map { loadings[$0] } + [own])
      var mixing = Matrix<Double>(
        rows: node.dimension, columns: inputs.rows,
        storage: (0..<node.dimension * inputs.rows).map { _ in stream.gaussian() })
      if orthogonal {
        mixing = try mixing.qr().q
        for j in 0..<mixing.columns {
          let scale = 0.5 + 1.5 * stream.uniform()
          for i in 0..<mixing.rows { mixing[i, j] *= scale }
        }
      }
      loadings[v] = mixing * inputs
    }
    self.loadings = loadings
    noiseColumns = columns
  }

  /// The loadings of several nodes on top of each other.
  func stacked(_ nodes: some Sequence<Int>) -> Matrix<Double> {
    let parts = nodes.map { loadings[$0] }
    return parts.isEmpty ? Matrix(rows: 0, columns: noiseColumns.last?.upperBound ?? 0) : .concatenatingRows(parts)
  }
}
