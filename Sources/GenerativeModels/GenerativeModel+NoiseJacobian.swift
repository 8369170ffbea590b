internal import HierarchicalGraphs
public import LinearAlgebra

extension GenerativeModel {
  /// The derivative of node values with respect to exogenous noises, carried forward through the graph (the chain rule, one
  /// mechanism's Jacobian at a time).
  ///
  /// - Parameters:
  ///   - targets: The nodes whose values are differentiated.
  ///   - sources: The nodes with respect to whose noises; all others are constants.
  ///   - noises: For each node its noise; read for the targets and their ancestors only.
  /// - Returns: Shape (Σ dim(targets), Σ dim ε(sources)), in the orders given.
  /// - Complexity: O(Σ_v dim(v) · inputs(v) · Σ dim ε(sources)) over the targets and their ancestors.
  public func noiseJacobian(of targets: [Int], along sources: [Int], at noises: [[Double]]) -> Matrix<Double> {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for v in targets { needed[v] = true }
    for v in graph.topologicalOrder.reversed() where needed[v] { for p in graph.parents[v] { needed[p] = true } }
    var (offsets, width) = ([Int: Int](), 0)
    for v in sources {
      offsets[v] = width
      width += graph.nodes[v].noiseDimension
    }
    var values = [[Double]](repeating: [], count: graph.nodes.count)
    var tangents = [Matrix<Double>](repeating: Matrix(rows: 0, columns: width), count: graph.nodes.count)
    for v in graph.topologicalOrder where needed[v] {
      let noiseDimension = graph.nodes[v].noiseDimension
      precondition(noises[v].count == noiseDimension, "\(noises[v].count) noises for '\(graph.nodes[v].name)'")
      let input = graph.parents[v].flatMap { values[$0] } + noises[v]
      var own = Matrix<Double>(rows: noiseDimension, columns: width)
      if let offset = offsets[v] { for i in 0..<noiseDimension { own[i, offset + i] = 1 } }
      values[v] = mechanisms[v].value(at: input)
      tangents[v] =
        mechanisms[v].derivative(at: input) * .concatenatingRows(graph.parents[v].map { tangents[$0] } + [own])
    }
    return .concatenatingRows(targets.map { tangents[$0] })
  }
}
