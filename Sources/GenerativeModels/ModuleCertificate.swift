/// What was measured about the invertibility of one node's mechanism (parents, ε) ↦ value.
public struct ModuleCertificate: Sendable {
  /// How the Jacobian was obtained.
  public enum Derivative: String, Sendable {
    /// In closed form.
    case exact
    /// By central differences.
    case finiteDifferences = "finite-differences"
  }

  /// How values were mapped back to (parents, ε).
  public enum Inverse: String, Sendable {
    /// By the mechanism's own inverse: in closed form, or by the iteration that its construction makes converge.
    case exact
    /// By a search that does not know the answer (Levenberg–Marquardt).
    case iterative
    /// Not at all: the value has fewer dimensions than (parents, ε).
    case none
  }

  /// The node's position in the graph.
  public let node: Int
  /// Σ dim(parents) + dim(ε).
  public let inputDimension: Int
  /// dim(node).
  public let dimension: Int
  /// How the Jacobian was obtained.
  public let derivative: Derivative
  /// The smallest singular value of the Jacobian as a map of its inputs, over all samples: 0 where the value has fewer
  /// dimensions than the inputs or the Jacobian is not finite; infinite without inputs.
  public let smallestSingularValue: Double
  /// The largest condition number σ_max / σ_min of the Jacobian over the samples; infinite where σ_min is 0; 1 without inputs.
  public let largestConditionNumber: Double
  /// The median condition number over the samples.
  public let medianConditionNumber: Double
  /// dim(ε).
  public let noiseDimension: Int
  /// The smallest numerical rank of ∂value/∂ε over the samples.
  public let noiseRank: Int
  /// The smallest singular value of ∂value/∂ε over the samples; infinite without noise.
  public let smallestNoiseSingularValue: Double
  /// What the mechanism itself says of its invertibility, and why.
  public let stated: Invertibility
  /// How values were mapped back.
  public let inverse: Inverse
  /// The largest max-norm of (recovered − true) / max(1, max-norm of the true input) over the samples, among those where the
  /// search found a solution; `nil` without an inverse.
  public let roundTripError: Double?
  /// Samples for which the search found no solution.
  public let unsolved: Int
  /// Samples for which the search found an exact solution that is not the true input: the mechanism is not injective.
  public let secondPreimages: Int

  /// Whether the value has as many dimensions as (parents, ε) together, without which no continuous inverse exists.
  public var hasDimensionsForInverse: Bool { dimension >= inputDimension }
  /// Whether the Jacobian has full column rank at every sample, numerically.
  public var isRegular: Bool {
    largestConditionNumber < 1 / InvertibilityCertificate.rankTolerance
  }
  /// Whether every component of ε has its own effect on the value at every sample.
  public var hasFullNoise: Bool { noiseRank == noiseDimension }
}
