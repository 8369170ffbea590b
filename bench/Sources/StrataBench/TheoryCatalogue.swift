internal import GenerativeModels
internal import HierarchicalGraphs
internal import Identifiability
internal import Stochastics

/// The entries about what masks make recoverable; part of the fixed catalogue.
func theoryCatalogue() throws -> [Benchmark] {
  [try contentLocation(), try levelLaw(), try gaussianLimit()]
}

/// Content of one random mask of a layered graph of 10⁶ nodes with two parents each, working memory reused.
private func contentLocation() throws -> Benchmark {
  var stream = RandomStream(RandomKey(seed: 1))
  let graph = try HierarchicalGraph.layered(
    widths: [100, 1000, 10_000, 100_000, 300_000, 588_900], parentCount: 2, using: &stream)
  let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1)
  let mask = masks.draw(using: &stream)
  let locator = ContentLocator(graph)
  // Independently: every noise belongs to A or to one of the sides.
  let nodes = graph.nodes.count
  return Benchmark(
    name: "content, layered graph of 10⁶ nodes", unit: "million nodes/s", amount: Double(nodes) * 1e-6,
    run: {
      let found = locator.locate(mask)
      return Double(found.ancestors.count + found.maskedSpecific.count + found.visibleSpecific.count)
    },
    isRight: { $0 == Double(nodes) })
}

/// The exact level law of a binary tree of 4096 leaves with masks of a fixed count, against the closed form for height 1.
private func levelLaw() throws -> Benchmark {
  let graph = try HierarchicalGraph.tree(depth: 12, branching: 2)
  let masks = try MaskDistribution(.exactCount(ratio: 0.5), grid: graph.grid, patchSize: 1)
  // A pair of leaves has both colours with probability 2 · (2048/4096) · (2048/4095); there are 2048 pairs.
  let expected = 2048.0 * 2048 / 4095
  return Benchmark(
    name: "level law, tree of 4096 leaves", unit: "laws/s", amount: 1,
    run: { LevelLaw(graph, masks: masks, key: RandomKey(seed: 1)).sinks[1].value },
    isRight: { abs($0 - expected) < 1e-6 })
}

/// The Gaussian limit of the 64-leaf tree over 7 mask ratios × 3 patch sizes × 200 masks at width 1.
private func gaussianLimit() throws -> Benchmark {
  let graph = try HierarchicalGraph.tree(depth: 6, branching: 2)
  let generative = try GenerativeModel(graph: graph, family: .rho(0.85), key: RandomKey(seed: 1))
  guard let model = LinearGaussianModel(generative) else { preconditionFailure("the rho family is linear") }
  var settings: [MaskDistribution] = []
  for size in [1, 4, 16] {
    for ratio in [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
      settings.append(try MaskDistribution(.exactCount(ratio: ratio), grid: graph.grid, patchSize: size))
    }
  }
  let options = GaussianLimitOptions(enumerationLimit: 0, draws: 200)
  return Benchmark(
    name: "Gaussian limit, 64 leaves, 21 × 200 masks", unit: "thousand masks/s", amount: 4.2,
    run: {
      // The root at ratio .5 and patch size 1: .605 within four standard errors near .003.
      var root = 0.0
      for (index, masks) in settings.enumerated() {
        guard let limits = try? model.limits(masks: masks, widths: [1], options: options, key: RandomKey(seed: 2))
        else {
          return .nan
        }
        if index == 3 { root = limits[0].recovery.level[6].value }
      }
      return root
    },
    isRight: { abs($0 - 0.605) < 0.012 })
}
