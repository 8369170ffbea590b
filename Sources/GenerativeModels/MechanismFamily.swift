/// How the mechanisms of a whole graph are drawn.
public enum MechanismFamily: Sendable, Hashable {
  /// Linear maps with weights ±U(½, 1) and rows of unit norm; where dimensions allow an inverse, redrawn until the condition
  /// number is at most 25.
  case linearRandom
  /// Linear maps (parents, ε) → value with orthonormal columns (or rows, where the value is smaller), uniform over such maps.
  case linearOrthogonal
  /// `z = ρ · (sum of the parents, standardised) + √(1 − ρ²) · ε`, component by component: the ρ-tree of the theory page when
  /// every node has one parent. All nodes have the same dimension and variance 1.
  case rho(Double)
  /// Invertible leaky-ReLU networks.
  case mlp(MLPParameters)
  /// Random nonlinear functions plus independent noise.
  case additiveNoise(AdditiveNoiseParameters)

  /// A short name for tables: `linear-random`, `linear-orthogonal`, `rho-0.85`, `mlp`, `additive-noise`.
  public var label: String {
    switch self {
    case .linearRandom: "linear-random"
    case .linearOrthogonal: "linear-orthogonal"
    case .rho(let rho): "rho-\(rho)"
    case .mlp(let parameters): parameters == .init() ? "mlp" : "mlp-\(parameters.layers)x\(parameters.slope)"
    case .additiveNoise(let parameters):
      parameters == .init() ? "additive-noise" : "additive-noise-\(parameters.signal)-h\(parameters.hiddenWidth)"
    }
  }
}

/// The parameters of ``MechanismFamily/mlp(_:)``; the defaults are those of the shared "invertible mixing" of the
/// contrastive-identifiability literature.
public struct MLPParameters: Sendable, Hashable {
  /// The number of linear layers.
  public var layers: Int
  /// The leaky-ReLU slope for negative arguments.
  public var slope: Double
  /// Weights are redrawn until their condition number is at most this quantile of its distribution …
  public var conditionQuantile: Double
  /// … which is estimated from this many draws.
  public var conditionDraws: Int

  /// 3 layers, slope 0.2, the 0.1 % quantile of 25,000 draws.
  public init(layers: Int = 3, slope: Double = 0.2, conditionQuantile: Double = 0.001, conditionDraws: Int = 25_000) {
    self.layers = layers
    self.slope = slope
    self.conditionQuantile = conditionQuantile
    self.conditionDraws = conditionDraws
  }
}

/// The parameters of ``MechanismFamily/additiveNoise(_:)``.
public struct AdditiveNoiseParameters: Sendable, Hashable {
  /// s: the standard deviation that a value owes to its parents, in [0, 1).
  public var signal: Double
  /// The number of hidden units of f.
  public var hiddenWidth: Int

  /// Signal .85, 16 hidden units.
  public init(signal: Double = 0.85, hiddenWidth: Int = 16) {
    self.signal = signal
    self.hiddenWidth = hiddenWidth
  }
}

/// Why a mechanism family does not fit a graph.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// The dimensions of a node rule the family out.
  case unsuitableDimensions(family: String, node: String, reason: String, remedy: String)
  /// A parameter is out of range.
  case invalidParameter(name: String, value: String, remedy: String)
  /// Weights of the wanted conditioning were not found.
  case conditioningFailed(node: String, draws: Int)

  /// One line: what is wrong and the remedy.
  public var description: String {
    switch self {
    case .unsuitableDimensions(let family, let node, let reason, let remedy):
      "mechanism \(family) does not fit node '\(node)': \(reason); \(remedy)"
    case .invalidParameter(let name, let value, let remedy): "\(name) is \(value); \(remedy)"
    case .conditioningFailed(let node, let draws):
      "no well-conditioned weights for node '\(node)' in \(draws) draws; use a larger condition quantile or smaller dimensions"
    }
  }
}
