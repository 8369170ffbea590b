public import HierarchicalGraphs
public import LinearAlgebra
public import Stochastics

/// The recovery of every node from the representation that minimises the masked squared error of a linear-Gaussian model:
/// what a masked autoencoder of a given width reaches at best when it attains its own objective.
///
/// For each mask the optimum is reduced-rank regression of x_m on x_mᶜ; the R² of a node is averaged over its coordinates,
/// then over masks, that of a level over its nodes. It is the value of a probe fitted *per mask*; an encoder that is shown
/// the full input at evaluation is another question with a flatter answer.
public struct GaussianLimit: Sendable, Equatable {
  /// How the mean over masks was taken.
  public enum Method: Sendable, Equatable {
    /// Over all masks, with their probabilities: exact.
    case enumeration(masks: Int)
    /// Over drawn masks, with standard errors.
    case monteCarlo(draws: Int)
  }

  /// R² of values and noises from one representation.
  public struct Recovery: Sendable, Equatable {
    /// For each node, R² of its value.
    public let node: [Estimate]
    /// For each node, R² of its exogenous noise; 0 for a node without noise.
    public let noise: [Estimate]
    /// For each level from 0, the mean of `node` over the level; 0 for a level without nodes.
    public let level: [Estimate]
    /// For each level from 0, the mean of `noise` over the level.
    public let levelNoise: [Estimate]
    /// R² of the content c, the mean over its coordinates, over those masks whose content is not empty; nil if there is none.
    public let content: Estimate?
    /// The mean squared error per masked coordinate, in the units of the loss.
    public let loss: Estimate
  }

  /// q, the width of the representation; `nil` for the ceiling, all of E[· | x_mᶜ].
  public let width: Int?
  /// How the mean over masks was taken.
  public let method: Method
  /// The means over masks.
  public let recovery: Recovery
  /// The smallest ratio of numerical rank to size of the visible covariance among the masks; below 1 some visible
  /// coordinates are functions of others, and the pseudo-inverse was used.
  public let smallestVisibleRankShare: Double
  /// The mean numerical rank of E[x_m | x_mᶜ]; widths beyond it add nothing.
  public let predictionRank: Estimate
}

/// How the masks of a Gaussian limit are chosen.
public struct GaussianLimitOptions: Sendable {
  /// The largest number of masks that are enumerated instead of drawn.
  public var enumerationLimit: Int
  /// The number of masks drawn otherwise.
  public var draws: Int

  /// Options; 200 draws give standard errors near .01.
  public init(enumerationLimit: Int = 512, draws: Int = 200) {
    self.enumerationLimit = enumerationLimit
    self.draws = draws
  }
}

extension LinearGaussianModel {
  /// The Gaussian limit at several widths under a mask distribution, and the ceiling as the last element.
  ///
  /// Ill-conditioned visible covariances are handled through the eigenvectors above a relative floor of 1e-10, and reported.
  ///
  /// - Parameters:
  ///   - masks: The mask distribution on the graph's grid.
  ///   - widths: Widths q ≥ 1 of the representation.
  ///   - standardized: Whether the loss counts squared errors in units of each coordinate's variance, as a training on
  ///     standardised columns does. It changes the optimum where observables have different variances.
  ///   - targets: Which masked observables count in the loss. Masks that leave none to count are left out of the means.
  ///   - options: When masks are enumerated, and how many are drawn where they are not.
  ///   - key: The randomness of the masks, where they are drawn; the same for all widths.
  /// - Returns: One limit for each width, then the ceiling.
  /// - Throws: `LinearAlgebraError` if the weights hold NaN or infinity, or an eigendecomposition does not converge.
  /// - Complexity: per mask O(v³ + v²·(T + N)) for v visible coordinates, shared by all widths.
  public func limits(
    masks: MaskDistribution, widths: [Int], standardized: Bool = false, targets: MaskTargets = .all,
    options: GaussianLimitOptions = GaussianLimitOptions(), key: RandomKey
  ) throws(LinearAlgebraError) -> [GaussianLimit] {
    precondition(widths.allSatisfy { $0 >= 1 }, "widths \(widths): each must be at least 1")
    precondition(
      masks.observableCount == graph.observables.count,
      "masks over \(masks.observableCount) observables for a graph with \(graph.observables.count)")
    let regression = MaskRegression(self, standardized: standardized)
    var tally = RecoveryTally(self, widths: widths)
    let (sample, method) = maskSample(masks, options: options, key: key)
    for (mask, weight) in sample {
      let counted = masks.counted(targets, of: mask)
      guard counted.maskedCount > 0 else { continue }
      tally.add(try regression.answer(mask, widths: widths, counted: counted), mask: mask, weight: weight)
    }
    return tally.limits(method)
  }

  /// The Gaussian limit at several widths over given masks, each with the same weight, and the ceiling as the last element:
  /// what theory predicts for those very masks on which recovery was measured.
  ///
  /// - Parameters:
  ///   - masks: At least one; standard errors treat them as draws of their distribution.
  ///   - widths: Widths q ≥ 1 of the representation.
  ///   - standardized: As there.
  ///   - counted: For each mask the masked observables that count in the loss, at least one; nil for all of them.
  /// - Throws: As ``limits(masks:widths:standardized:targets:options:key:)``.
  public func limits(
    over masks: [Mask], widths: [Int], standardized: Bool = false, counted: [Mask]? = nil
  ) throws(LinearAlgebraError) -> [GaussianLimit] {
    precondition(!masks.isEmpty && widths.allSatisfy { $0 >= 1 }, "\(masks.count) masks, widths \(widths)")
    let regression = MaskRegression(self, standardized: standardized)
    var tally = RecoveryTally(self, widths: widths)
    for (index, mask) in masks.enumerated() {
      let answer = try regression.answer(mask, widths: widths, counted: counted?[index])
      tally.add(answer, mask: mask, weight: 1)
    }
    return tally.limits(.monteCarlo(draws: masks.count))
  }

  /// All masks with their probabilities where they are few, else drawn masks of weight 1.
  func maskSample(
    _ masks: MaskDistribution, options: GaussianLimitOptions, key: RandomKey
  ) -> (masks: [(Mask, Double)], method: GaussianLimit.Method) {
    let law = PatchLaw(masks, includesDegenerateMasks: false)
    var sample: [(Mask, Double)] = []
    if let count = law.maskCount, count <= options.enumerationLimit {
      law.forEachMask { sample.append(($0, $1)) }
      return (sample, .enumeration(masks: count))
    }
    var stream = RandomStream(key)
    for _ in 0..<options.draws { sample.append((masks.draw(using: &stream), 1)) }
    return (sample, .monteCarlo(draws: options.draws))
  }
}
