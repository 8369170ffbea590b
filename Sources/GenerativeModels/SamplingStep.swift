internal import HierarchicalGraphs
internal import LinearAlgebra

/// What the sampler computes at once: a node, or siblings whose linear mechanisms are one layer.
package enum SamplingStep: Sendable {
  case node(Int)
  case siblings(SiblingLayer)

  var nodes: Range<Int> {
    switch self {
    case .node(let v): v..<v + 1
    case .siblings(let siblings): siblings.nodes
    }
  }

  /// The rows of parents' values and noises that siblings need side by side; 0 for nodes, whose mechanisms say it.
  var inputRows: Int {
    switch self {
    case .node: 0
    case .siblings(let siblings): siblings.layer.inputs + siblings.nodes.count
    }
  }

  /// The steps of a model, in an order in which parents precede children.
  ///
  /// - Complexity: O(nodes + edges), and the weights of siblings that are computed as one.
  static func steps(_ graph: HierarchicalGraph, _ mechanisms: [any Mechanism]) -> [SamplingStep] {
    var (steps, run): ([SamplingStep], [Int]) = ([], [])
    func finish() {
      if let layer = SiblingLayer(run, graph, mechanisms) {
        steps.append(.siblings(layer))
      } else {
        steps += run.map(SamplingStep.node)
      }
    }
    for v in graph.topologicalOrder {
      if let last = run.last,
        v != last + 1 || graph.parents[v] != graph.parents[last] || !isScalar(v) || !isScalar(last)
      {
        finish()
        run = []
      }
      run.append(v)
    }
    finish()
    return steps
    /// Whether a node is one linear sum with one noise.
    func isScalar(_ v: Int) -> Bool {
      graph.nodes[v].dimension == 1 && graph.nodes[v].noiseDimension == 1 && mechanisms[v] is LinearMechanism
    }
  }
}

/// Scalar nodes with the same parents and linear mechanisms, which follow one another: `value = W · parents + scales ∘ ε` for
/// all of them, with the bits that each has by itself, since the noise is what a linear mechanism adds last.
package final class SiblingLayer: Sendable {
  /// Where layers are: fewer or narrower siblings would gain little, and large trees consist of them.
  private static let (leastNodes, leastInputs) = (4, 4)
  package let nodes: Range<Int>
  /// Of the parents' rows; the rows of ε are its addend.
  let layer: PanelLayer

  /// Nil for nodes that are better sampled one by one.
  init?(_ run: [Int], _ graph: HierarchicalGraph, _ mechanisms: [any Mechanism]) {
    guard run.count >= Self.leastNodes, let first = run.first, let last = run.last else { return nil }
    let weights = run.compactMap { (mechanisms[$0] as? LinearMechanism)?.weights }
    let inputs = graph.inputDimension(first) - 1
    guard inputs >= Self.leastInputs, weights.count == run.count else { return nil }
    nodes = first..<last + 1
    layer = PanelLayer(
      weights: Matrix(rows: run.count, columns: inputs, storage: weights.flatMap { $0.storage.prefix(inputs) }),
      addendScales: weights.map { $0[0, inputs] })
  }
}
