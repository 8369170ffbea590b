import HierarchicalGraphs
import Identifiability
import Stochastics
import Testing

/// The exact level law against Monte Carlo on every built-in family.
@Suite struct LevelLawFamiliesTests {
  static func graph(_ family: String) throws -> HierarchicalGraph {
    switch family {
    case "tree": return try .tree(depth: 4, branching: 2)
    case "ternary": return try .tree(depth: 2, branching: 3)
    case "pyramid": return try .pyramid(grid: .line(10), window: 4, stride: 2)
    case "pyramid-2d": return try .pyramid(grid: .rectangle(rows: 4, columns: 4), window: 2, stride: 1)
    default:
      var stream = RandomStream(RandomKey(seed: 7))
      return try .layered(widths: [2, 4, 10], parentCount: 2, using: &stream)
    }
  }

  @Test(
    "Exact law and Monte Carlo agree within 4 standard errors",
    arguments: ["tree", "ternary", "pyramid", "pyramid-2d", "layered"], [0.25, 0.5])
  func agree(family: String, ratio: Double) throws {
    let graph = try Self.graph(family)
    let masks = try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: 1)
    var options = LevelLawOptions()
    options.enumerationLimit = 20_000
    let exact = LevelLaw(graph, masks: masks, options: options, key: RandomKey(seed: 1))
    options.choice = .monteCarlo
    options.draws = 4000
    let drawn = LevelLaw(graph, masks: masks, options: options, key: RandomKey(seed: 2))
    #expect(exact.meanHeight.standardError == 0, "not exact: \(exact.method)")
    func check(_ a: Estimate, _ b: Estimate, _ what: String) {
      // A rare step of at least 1 that no draw showed leaves a measured error of 0; a difference δ then comes from an event
      // of probability δ at most, whose standard error is √(δ/n).
      let rare = (abs(a.value - b.value) / Double(options.draws)).squareRoot()
      #expect(
        abs(a.value - b.value) <= 4 * max(b.standardError, rare) + 1e-9, "\(what): exact \(a.value), drawn \(b.value)")
    }
    check(exact.meanHeight, drawn.meanHeight, "mean height")
    check(exact.lowestHeight, drawn.lowestHeight, "lowest height")
    check(exact.highestHeight, drawn.highestHeight, "highest height")
    check(exact.size, drawn.size, "size")
    check(exact.dimension, drawn.dimension, "dimension")
    for level in exact.presence.indices { check(exact.presence[level], drawn.presence[level], "P(\(level) ∈ c)") }
  }
}
