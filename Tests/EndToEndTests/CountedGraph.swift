import Foundation
import TestSupport
import Testing

/// The statistics of `theory levels` from their definitions: a graph as `graph show --json` prints it, and nothing of the
/// modules that compute them. Every node counts as one dimension of noise, as in the public graphs.
struct CountedGraph {
  /// For each node, its observed descendants (an observable is its own), as positions among the observables.
  private let descendants: [Set<Int>]
  private let children: [[Int]]
  private let levels: [Int]
  let observables: Int

  var height: Int { levels.max() ?? 0 }

  init(_ file: String) throws {
    let shown = try PublicGraphTheoryTests.json(StrataBinary.run(["graph", "show", PublicGraphs.path(file), "--json"]))
    let nodes = try #require(shown["nodes"] as? [[String: Any]])
    let names = nodes.compactMap { $0["name"] as? String }
    let position = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    var children = [[Int]](repeating: [], count: nodes.count)
    for (v, node) in nodes.enumerated() {
      #expect(node["noise_dimension"] as? Int == 1)
      for parent in try #require(node["parents"] as? [String]) { children[try #require(position[parent])].append(v) }
    }
    let observed = nodes.indices.filter { nodes[$0]["observed"] as? Bool == true }
    let order = Dictionary(uniqueKeysWithValues: observed.enumerated().map { ($0.element, $0.offset) })
    var known: [Int: Set<Int>] = [:]
    func below(_ v: Int) -> Set<Int> {
      if let set = known[v] { return set }
      var set = Set(order[v].map { [$0] } ?? [])
      for child in children[v] { set.formUnion(below(child)) }
      known[v] = set
      return set
    }
    descendants = nodes.indices.map(below)
    self.children = children
    levels = try nodes.map { try #require($0["level"] as? Int) }
    observables = observed.count
  }

  /// A share of the observables, rounded.
  func maskedCount(_ ratio: Double) -> Int { Int((ratio * Double(observables)).rounded()) }

  /// The means over all masks with a given number of observables, those about levels over masks with content.
  ///
  /// - Precondition: at most 30 observables.
  func levelStatistics(masked count: Int) -> [String: Double] {
    let below = descendants.map { $0.reduce(UInt32(0)) { $0 | 1 << UInt32($1) } }
    let depth = height + 1
    var (masks, nonEmpty, size, dimension) = (0, 0, 0, 0)
    var (mean, lowest, highest, contamination) = (0.0, 0, 0, 0.0)
    var (presence, sinks) = ([Int](repeating: 0, count: depth), [Int](repeating: 0, count: depth))
    var (lowestAt, highestAt) = (presence, presence)
    var isShared = [Bool](repeating: false, count: below.count)
    for mask in UInt32(0)..<1 << UInt32(observables) where mask.nonzeroBitCount == count {
      masks += 1
      for v in below.indices { isShared[v] = below[v] & mask != 0 && below[v] & ~mask != 0 }
      var content: [Int] = []
      for v in below.indices where isShared[v] {
        dimension += 1
        if !children[v].contains(where: { isShared[$0] }) { content.append(levels[v]) }
      }
      size += content.count
      for level in content { sinks[level] += 1 }
      guard let low = content.min(), let high = content.max() else { continue }
      nonEmpty += 1
      mean += Double(content.reduce(0, +)) / Double(content.count)
      lowest += low
      highest += high
      contamination += Double(content.count { $0 < high }) / Double(content.count)
      for level in Set(content) { presence[level] += 1 }
      lowestAt[low] += 1
      highestAt[high] += 1
    }
    let (all, some) = (Double(masks), Double(nonEmpty))
    var result = [
      "size": Double(size) / all, "dimension": Double(dimension) / all, "mean_height": mean / some,
      "lowest_height": Double(lowest) / some, "highest_height": Double(highest) / some,
      "contamination": contamination / some,
    ]
    for level in 0..<depth {
      result["presence \(level)"] = Double(presence[level]) / some
      result["sinks \(level)"] = Double(sinks[level]) / all
      result["lowest \(level)"] = Double(lowestAt[level]) / some
      result["highest \(level)"] = Double(highestAt[level]) / some
    }
    return result
  }

  /// E|A|, and for each level the expected number of sinks of A, by counting colourings: a node is a sink if observables
  /// below the same child have one colour, and not all below the node have the same.
  func expectedSinks(masked count: Int) -> (sinks: [Double], ancestors: Double) {
    let all = Self.binomial(observables, count)
    var (sinks, ancestors) = ([Double](repeating: 0, count: height + 1), 0.0)
    for v in descendants.indices where descendants[v].count > 1 {
      let total = descendants[v].count
      let oneColour = Self.binomial(observables - total, count) + Self.binomial(observables - total, count - total)
      ancestors += 1 - oneColour / all
      // Children with a descendant in common are of one colour together.
      var groups: [Set<Int>] = []
      for child in children[v] {
        let joined = groups.filter { !$0.isDisjoint(with: descendants[child]) }
        groups.removeAll { !$0.isDisjoint(with: descendants[child]) }
        groups.append(joined.reduce(descendants[child]) { $0.union($1) })
      }
      // ways[j]: how many choices of whole groups mask j observables.
      var ways: [Int: Double] = [0: 1]
      for group in groups {
        ways.merge(ways.map { ($0 + group.count, $1) }.reduce(into: [:]) { $0[$1.0] = $1.1 }) { $0 + $1 }
      }
      let colourings = ways.reduce(0.0) { $0 + $1.value * Self.binomial(observables - total, count - $1.key) }
      sinks[levels[v]] += (colourings - oneColour) / all
    }
    return (sinks, ancestors)
  }

  private static func binomial(_ n: Int, _ k: Int) -> Double {
    guard k >= 0, k <= n else { return 0 }
    return (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
  }
}
