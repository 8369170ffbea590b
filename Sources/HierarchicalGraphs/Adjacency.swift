/// For each node, a list of nodes, in compressed rows: two flat arrays, so that a graph of a million nodes is cheap.
public struct Adjacency: Sendable, Equatable {
  /// `offsets[v] ..< offsets[v + 1]` are the positions of v's list in `targets`.
  public let offsets: [Int]
  /// All lists, one after the other.
  public let targets: [Int]

  /// Groups the targets of `pairs` by their source, keeping the order of the pairs within each source.
  ///
  /// - Complexity: O(nodes + pairs).
  init(nodeCount: Int, pairs: [(source: Int, target: Int)]) {
    var offsets = [Int](repeating: 0, count: nodeCount + 1)
    for pair in pairs { offsets[pair.source + 1] += 1 }
    for v in 0..<nodeCount { offsets[v + 1] += offsets[v] }
    var next = offsets
    var targets = [Int](repeating: 0, count: pairs.count)
    for pair in pairs {
      targets[next[pair.source]] = pair.target
      next[pair.source] += 1
    }
    self.offsets = offsets
    self.targets = targets
  }

  /// The list of one node.
  public subscript(node: Int) -> ArraySlice<Int> { targets[offsets[node]..<offsets[node + 1]] }

  /// The length of one node's list.
  public func count(_ node: Int) -> Int { offsets[node + 1] - offsets[node] }
}
