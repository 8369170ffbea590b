public import HierarchicalGraphs
public import Stochastics

/// At which levels the content c sits when masks are drawn at random, and how much of it there is.
///
/// **Names of the statistics.** Statements such as "a higher ratio gives higher-level content" depend on the statistic, and
/// some move in opposite directions, so each is named. Those about levels are means over the masks whose content is not
/// empty; `size`, `dimension`, `sinks` are means over all masks.
///
/// Two ways to average the height of c are both in use: ``meanHeight`` first averages over the members of c, then over
/// masks; ``pooledHeight`` divides the expected sum of levels by the expected number of members, which gives masks with
/// many members more weight. The first is at least as large here, because masks with few members sit higher.
public struct LevelLaw: Sendable, Equatable {
  /// How the law was computed.
  public enum Method: Sendable, Equatable {
    /// Dynamic programming over the number of masked patches in every subtree: exact up to rounding.
    case dynamicProgramming
    /// A sum over all masks: exact up to rounding.
    case enumeration(masks: Int)
    /// Means over drawn masks, with standard errors.
    case monteCarlo(draws: Int)
  }

  /// How the law was computed.
  public let method: Method
  /// E[mean level of the members of c].
  public let meanHeight: Estimate
  /// E[Σ level over c] / E[|c|].
  public let pooledHeight: Estimate
  /// E[lowest level in c].
  public let lowestHeight: Estimate
  /// E[highest level in c].
  public let highestHeight: Estimate
  /// E[share of the members of c that lie below the highest level in c]: how much lower-level content is mixed in.
  public let contamination: Estimate
  /// P(some member of c has this level), by level from 0.
  public let presence: [Estimate]
  /// P(the lowest level in c is this), by level from 0.
  public let lowest: [Estimate]
  /// P(the highest level in c is this), by level from 0.
  public let highest: [Estimate]
  /// E[number of members of c with this level], by level from 0.
  public let sinks: [Estimate]
  /// E|c|.
  public let size: Estimate
  /// E[d_c], the intrinsic dimension Σ dim ε over A(m).
  public let dimension: Estimate
  /// P(c is empty): no latent has both masked and visible descendants.
  public let emptyProbability: Estimate
}

/// What a level law's computation may be told.
public struct LevelLawOptions: Sendable {
  /// Which computation to use.
  public enum Choice: Sendable, Equatable {
    /// Dynamic programming where the graph and the patches allow it, enumeration up to `enumerationLimit` masks, else
    /// Monte Carlo.
    case automatic
    /// All masks, whatever their number.
    case enumeration
    /// Drawn masks.
    case monteCarlo
  }

  /// Which computation to use.
  public var choice: Choice
  /// The largest number of masks that `automatic` enumerates.
  public var enumerationLimit: Int
  /// The number of masks that Monte Carlo draws.
  public var draws: Int
  /// Whether independently masked patches may all be masked or all be visible (the content is then empty), instead of
  /// being drawn again. Ignored by other laws.
  public var includesDegenerateMasks: Bool

  /// Options; the defaults suit a table.
  public init(
    choice: Choice = .automatic, enumerationLimit: Int = 1 << 14, draws: Int = 4000,
    includesDegenerateMasks: Bool = false
  ) {
    self.choice = choice
    self.enumerationLimit = enumerationLimit
    self.draws = draws
    self.includesDegenerateMasks = includesDegenerateMasks
  }
}

extension LevelLaw {
  /// The level law of a graph under a mask distribution.
  ///
  /// - Parameters:
  ///   - graph: Any valid graph. Dynamic programming needs every node to have at most one parent and every patch to be a
  ///     union of whole subtrees of siblings, and at most 16,384 patches if their masked number is fixed; otherwise the
  ///     automatic choice falls through.
  ///   - masks: The mask distribution on the graph's grid.
  ///   - options: The computation to use.
  ///   - key: The randomness of Monte Carlo; the same key gives the same bits.
  /// - Precondition: `masks` was made for a grid of as many observables as the graph has.
  /// - Complexity: dynamic programming O(levels · patches²) per quadrature node at worst, with isomorphic subtrees shared
  ///   and negligible probabilities dropped (4096 leaves of a complete binary tree: a fraction of a second); otherwise
  ///   O(masks · (nodes + edges)).
  public init(
    _ graph: HierarchicalGraph, masks: MaskDistribution, options: LevelLawOptions = LevelLawOptions(), key: RandomKey
  ) {
    precondition(
      masks.observableCount == graph.observables.count,
      "masks over \(masks.observableCount) observables for a graph with \(graph.observables.count)")
    let law = PatchLaw(masks, includesDegenerateMasks: options.includesDegenerateMasks)
    if options.choice == .automatic, law.suitsDynamicProgramming,
      let tree = PatchTree(graph, patches: masks.patches)
    {
      self = tree.levelLaw(law)
      return
    }
    let locator = ContentLocator(graph)
    var tally = LevelTally(locator, height: graph.height)
    if let count = law.maskCount,
      options.choice == .enumeration || (options.choice == .automatic && count <= options.enumerationLimit)
    {
      law.forEachMask { mask, probability in tally.add(mask, weight: probability) }
      self = tally.law(.enumeration(masks: count))
      return
    }
    var stream = RandomStream(key)
    for _ in 0..<options.draws {
      tally.add(
        law.includesDegenerateMasks ? law.drawUnconditioned(using: &stream) : masks.draw(using: &stream), weight: 1)
    }
    self = tally.law(.monteCarlo(draws: options.draws))
  }
}
