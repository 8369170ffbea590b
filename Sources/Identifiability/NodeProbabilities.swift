internal import Glibc
public import HierarchicalGraphs

/// For every node, the exact probability that it is a common ancestor of both sides, and that it is content.
///
/// Exact on every DAG and for any patches, aligned with the graph or not: node v is in A(m) unless the patches that its
/// observed descendants touch are all masked or all visible, and it is a sink of A(m) if moreover the patches of each child
/// are of one colour. Children whose patches overlap form one group, the groups are disjoint, and patches are exchangeable,
/// so only the sizes of the groups matter. Fixed masks and blocks, whose patches are not, are enumerated. For a b-ary tree with each leaf masked independently with probability r and
/// k = b^(h−1) this is (r^k + (1−r)^k)^b − r^(bk) − (1−r)^(bk) at height h.
public struct NodeProbabilities: Sendable, Equatable {
  /// P(v ∈ A(m)) for each node.
  public let ancestor: [Double]
  /// P(v ∈ c(m)) for each node.
  public let content: [Double]

  /// The probabilities of all nodes under a mask distribution.
  ///
  /// - Parameters:
  ///   - graph: Any valid graph.
  ///   - masks: The mask distribution on the graph's grid.
  ///   - options: Only `includesDegenerateMasks` matters.
  /// - Complexity: O((nodes + edges) · patches / 64 + Σ_v children(v) · patches(v)) time, nodes · patches bits of memory;
  ///   O(masks · (nodes + edges)) for fixed masks and blocks.
  public init(_ graph: HierarchicalGraph, masks: MaskDistribution, options: LevelLawOptions = LevelLawOptions()) {
    precondition(
      masks.observableCount == graph.observables.count,
      "masks over \(masks.observableCount) observables for a graph with \(graph.observables.count)")
    let count = graph.nodes.count
    let law = PatchLaw(masks, includesDegenerateMasks: options.includesDegenerateMasks)
    guard law.isExchangeable else {
      let locator = ContentLocator(graph)
      var (ancestor, content) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
      law.forEachMask { mask, probability in
        let location = locator.locate(mask)
        for v in location.ancestors { ancestor[v] += probability }
        for v in location.content { content[v] += probability }
      }
      (self.ancestor, self.content) = (ancestor, content)
      return
    }
    let patches = PatchSets(graph, patches: masks.patches)
    var probabilities = GroupProbabilities(law)
    var (ancestor, content) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for v in graph.nodes.indices where patches.size(v) > 1 {
      (ancestor[v], content[v]) = probabilities.of(patches.groups(ownPatches: v, children: graph.children[v]))
    }
    (self.ancestor, self.content) = (ancestor, content)
  }
}

/// P(v ∈ A(m)) and P(v ∈ c(m)) from the sizes of the groups of patches below a node; equal sizes are computed once.
struct GroupProbabilities {
  private let law: PatchLaw
  private var patterns: [Int: [Double]] = [:]
  private var known: [[Int]: (ancestor: Double, content: Double)] = [:]

  init(_ law: PatchLaw) { self.law = law }

  /// - Parameter groups: The numbers of patches, ascending.
  mutating func of(_ groups: [Int]) -> (ancestor: Double, content: Double) {
    if let value = known[groups] { return value }
    let total = groups.reduce(0, +)
    guard total > 1 else { return (0, 0) }
    let logPatterns = patterns[total] ?? law.logPatternProbabilities(count: total)
    patterns[total] = logPatterns
    // ways[j]: the colourings of whole groups with j masked patches, each weighted by tilt^j (1 − tilt)^(total − j), without
    // which their number overflows.
    let tilt = law.maskedShare
    var ways = [Double](repeating: 0, count: total + 1)
    ways[0] = 1
    var reach = 0
    for group in groups {
      let (masked, visible) = (pow(tilt, Double(group)), pow(1 - tilt, Double(group)))
      for j in stride(from: reach, through: 0, by: -1) {
        ways[j + group] += ways[j] * masked
        ways[j] *= visible
      }
      reach += group
    }
    var (sink, mixed) = (0.0, 0.0)
    for j in 1..<total where logPatterns[j] > -.infinity {
      mixed += exp(logChoose(total, j) + logPatterns[j])
      guard ways[j] > 0 else { continue }
      sink += ways[j] * exp(logPatterns[j] - Double(j) * log(tilt) - Double(total - j) * log(1 - tilt))
    }
    known[groups] = (mixed, sink)
    return (mixed, sink)
  }
}

/// The patches that each node's observed descendants (and itself) touch, as bit sets.
private struct PatchSets {
  let words: Int
  var bits: [UInt64]

  init(_ graph: HierarchicalGraph, patches: [[Int]]) {
    words = (patches.count + 63) / 64
    bits = [UInt64](repeating: 0, count: words * graph.nodes.count)
    for (index, patch) in patches.enumerated() {
      for position in patch { bits[graph.observables[position] * words + index / 64] |= 1 << UInt64(index % 64) }
    }
    for v in graph.topologicalOrder.reversed() {
      for child in graph.children[v] {
        for word in 0..<words { bits[v * words + word] |= bits[child * words + word] }
      }
    }
  }

  func size(_ node: Int) -> Int {
    (0..<words).reduce(0) { $0 + bits[node * words + $1].nonzeroBitCount }
  }

  /// The sizes of the groups of children whose patches overlap, ascending. An observable with children (a violation that
  /// may be allowed) brings its own patch as a group, because its own colour counts too.
  func groups(ownPatches node: Int, children: ArraySlice<Int>) -> [Int] {
    var sets: [[UInt64]] = []
    var covered = [UInt64](repeating: 0, count: words)
    func merge(_ set: [UInt64]) {
      var (merged, rest) = (set, [[UInt64]]())
      for other in sets {
        if zip(set, other).contains(where: { $0 & $1 != 0 }) {
          for word in 0..<words { merged[word] |= other[word] }
        } else {
          rest.append(other)
        }
      }
      sets = rest + [merged]
    }
    for child in children {
      let set = Array(bits[child * words..<(child + 1) * words])
      for word in 0..<words { covered[word] |= set[word] }
      merge(set)
    }
    let own = (0..<words).map { bits[node * words + $0] & ~covered[$0] }
    if own.contains(where: { $0 != 0 }) { merge(own) }
    return sets.map { $0.reduce(0) { $0 + $1.nonzeroBitCount } }.sorted()
  }
}
