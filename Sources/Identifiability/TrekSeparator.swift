public import HierarchicalGraphs

/// Which of several minimum cuts to take: the one nearest to the masked or to the visible observables. Both are unique.
public enum SeparatorSide: String, Sendable, CaseIterable {
  /// Nearest to the masked observables.
  case masked
  /// Nearest to the visible observables.
  case visible
}

/// A minimum trek-separating pair of x_m and x_mᶜ and the generic rank of Σ(x_m, x_mᶜ).
public struct TrekSeparation: Sendable, Equatable {
  /// The rank of the cross-covariance of masked and visible observables for all linear-Gaussian coefficients outside a set
  /// of measure zero.
  public let rank: Int
  /// C_L: nodes that block treks on the way up from the masked observables; each counts with its dimension.
  public let left: [Int]
  /// C_R: nodes that block treks on the way down to the visible observables; each counts with its dimension.
  public let right: [Int]
  /// Nodes whose exogenous noise alone is blocked at the top of the treks; each counts with its noise dimension. Empty
  /// unless some noise has fewer dimensions than its node, as in the invertible regime.
  public let noise: [Int]
}

/// Finds minimum trek-separating sets: what the two sides of a mask share in the noisy regime.
///
/// A trek from x to y goes up from x to a common ancestor and down to y. Sullivant, Talaska & Draisma (2010, Theorem 2.8):
/// for generic coefficients, rank Σ(A, B) = min |C_L| + |C_R| over the pairs such that each trek from A to B meets C_L on
/// its way up or C_R on its way down. By Menger's theorem that is a maximum flow in the doubled graph: an up copy of every
/// node with the edges reversed, a down copy with the edges as they are, and an arc from the one to the other. A
/// vector-valued node has the capacity dim(v) in both copies, and the arc between the copies has the capacity
/// dim(ε_v), because the top of a trek is a noise (the theorem's proof, with noise coordinates as the only sources of
/// variance, goes through unchanged; tested against exact ranks over a finite field). With one noise coordinate for each
/// coordinate the arcs never matter, which is the theorem's own case.
public struct TrekSeparator: Sendable {
  let graph: HierarchicalGraph
  let dimensions: [Int]
  let locator: ContentLocator

  /// Prepares flat copies of what the search reads. O(nodes + edges).
  public init(_ graph: HierarchicalGraph) {
    self.graph = graph
    dimensions = graph.nodes.map(\.dimension)
    locator = ContentLocator(graph)
  }

  /// A minimum trek-separating pair for one mask. A mask that hides nothing or everything has rank 0.
  ///
  /// - Parameters:
  ///   - mask: Which observables are masked.
  ///   - side: Which of the minimum cuts to take; the rank does not depend on it.
  /// - Precondition: the mask has one flag for each observable.
  /// - Complexity: one maximum flow with at most 4 vertices a node and 2 arcs an edge.
  public func separate(_ mask: Mask, nearest side: SeparatorSide = .masked) -> TrekSeparation {
    var scratch = ContentLocator.Scratch(for: locator)
    locator.mark(mask, using: &scratch)
    var doubled = DoubledGraph(self, sides: scratch.sides, mask: mask)
    let value = doubled.network.maximumFlow(from: DoubledGraph.source, to: DoubledGraph.sink)
    let onSourceSide: [Bool] =
      side == .masked
      ? doubled.network.reachable(from: DoubledGraph.source)
      : doubled.network.reaching(DoubledGraph.sink).map { !$0 }
    func isCut(_ tail: Int32, _ head: Int32) -> Bool {
      tail >= 0 && head >= 0 && onSourceSide[Int(tail)] && !onSourceSide[Int(head)]
    }
    let up = doubled.up
    let down = doubled.down
    let nodes = dimensions.indices
    return TrekSeparation(
      rank: Int(value), left: nodes.filter { isCut(up[$0].entry, up[$0].exit) },
      right: nodes.filter { isCut(down[$0].entry, down[$0].exit) },
      noise: nodes.filter { isCut(up[$0].exit, down[$0].entry) })
  }
}

/// The flow network of the doubled graph of one mask, without the parts that no trek between the sides uses.
private struct DoubledGraph {
  static let source = 0
  static let sink = 1

  /// The two vertices of one copy of a node; −1 where the node has no such copy.
  struct Copy {
    var entry: Int32 = -1
    var exit: Int32 = -1
  }

  var up: [Copy]
  var down: [Copy]
  var network: FlowNetwork

  init(_ separator: TrekSeparator, sides: [UInt8], mask: Mask) {
    let graph = separator.graph
    let nodeCount = graph.nodes.count
    up = [Copy](repeating: Copy(), count: nodeCount)
    down = up
    var vertices: Int32 = 2
    for v in 0..<nodeCount {
      if sides[v] & ContentLocator.masked != 0 {
        up[v] = Copy(entry: vertices, exit: vertices + 1)
        vertices += 2
      }
      if sides[v] & ContentLocator.visible != 0 {
        down[v] = Copy(entry: vertices, exit: vertices + 1)
        vertices += 2
      }
    }
    // A masked leaf is entered from the source only and a visible one left to the sink only: one vertex will do.
    for (index, x) in graph.observables.enumerated() where graph.children.count(x) == 0 {
      if mask.isMasked[index] { up[x].entry = Int32(Self.source) } else { down[x].exit = Int32(Self.sink) }
    }
    var builder = FlowNetwork.Builder(capacity: 3 * nodeCount + 2 * graph.edgeCount)
    let (unbounded, dimensions) = (FlowNetwork.unbounded, separator.dimensions)
    let (offsets, targets, noises) = (graph.parents.offsets, graph.parents.targets, separator.locator.noiseDimensions)
    for v in 0..<nodeCount {
      let (hasUp, hasDown) = (up[v].exit >= 0, down[v].exit >= 0)
      if hasUp { builder.add(Int(up[v].entry), Int(up[v].exit), Int64(dimensions[v])) }
      if hasDown { builder.add(Int(down[v].entry), Int(down[v].exit), Int64(dimensions[v])) }
      if hasUp, hasDown, noises[v] > 0 { builder.add(Int(up[v].exit), Int(down[v].entry), Int64(noises[v])) }
      for edge in offsets[v]..<offsets[v + 1] {
        let parent = targets[edge]
        if hasUp { builder.add(Int(up[v].exit), Int(up[parent].entry), unbounded) }
        if hasDown { builder.add(Int(down[parent].exit), Int(down[v].entry), unbounded) }
      }
    }
    for (index, x) in graph.observables.enumerated() where graph.children.count(x) > 0 {
      if mask.isMasked[index] {
        builder.add(Self.source, Int(up[x].entry), unbounded)
      } else {
        builder.add(Int(down[x].exit), Self.sink, unbounded)
      }
    }
    network = FlowNetwork(vertexCount: Int(vertices), builder)
  }
}
