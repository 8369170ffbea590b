/// How mechanisms are drawn: those of a whole graph, or with ``assigned(_:)`` differently by level and node.
public indirect enum MechanismFamily: Sendable, Hashable {
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
  /// Random nonlinear functions for location and scale of the noise; see ``LocationScaleMechanism``.
  case locationScale(LocationScaleParameters)
  /// Additive noise seen through a strictly increasing distortion; see ``PostNonlinearMechanism``.
  case postNonlinear(PostNonlinearParameters)
  /// A strictly increasing odd polynomial of a random linear map; see ``PolynomialMechanism``.
  case polynomial(PolynomialParameters)
  /// Products of content and noise; see ``MultiplicativeMechanism``.
  case multiplicative(MultiplicativeParameters)
  /// Invertible residual blocks; see ``ResidualFlowMechanism``.
  case residualFlow(ResidualFlowParameters)
  /// Linear maps with coefficients that are given parent by parent.
  case coefficients(LinearCoefficients)
  /// Mechanisms of given weights, found by the node's name: linear maps, or of any built-in kind.
  case weights(NamedWeights)
  /// The very mechanism of another node, for views that share one mixing function. Only in an ``assigned(_:)`` family.
  case same(as: String)
  /// A family of your own.
  case custom(CustomMechanisms)
  /// One family for the graph with others for some levels and nodes.
  case assigned(MechanismAssignment)

  /// A short name for tables: `linear-random`, `linear-orthogonal`, `rho-0.85`, `mlp`, `additive-noise`, …, and for an
  /// assignment the base with what differs, `mlp[2=linear-random;x3=polynomial]`.
  public var label: String {
    switch self {
    case .linearRandom: "linear-random"
    case .linearOrthogonal: "linear-orthogonal"
    case .rho(let rho): "rho-\(rho)"
    case .mlp(let parameters): parameters == .init() ? "mlp" : "mlp-\(parameters.layers)x\(parameters.slope)"
    case .additiveNoise(let parameters):
      parameters == .init() ? "additive-noise" : "additive-noise-\(parameters.signal)-h\(parameters.hiddenWidth)"
    case .locationScale(let p):
      p == .init() ? "location-scale" : "location-scale-\(p.signal)-\(p.logDeviation)-h\(p.hiddenWidth)"
    case .postNonlinear(let p):
      p == .init() ? "post-nonlinear" : "post-nonlinear-\(p.signal)-\(p.sharpness)-h\(p.hiddenWidth)"
    case .polynomial(let p):
      p == .init()
        ? "polynomial"
        : "polynomial-\(p.coefficient)-d\(p.degree)\(p.largestSlope.isFinite ? "-s\(p.largestSlope)" : "")"
    case .multiplicative(let p):
      p == .init()
        ? "multiplicative" : "multiplicative-\(p.offset)-\(p.weight)\(p.isStandardized ? "" : "-plain")"
    case .residualFlow(let p):
      p == .init() ? "residual-flow" : "residual-flow-\(p.blocks)x\(p.hiddenWidth)-\(p.contraction)"
    case .coefficients: "coefficients"
    case .weights(let weights): "weights-\(weights.digest)"
    case .same(let node): "same-as-\(node)"
    case .custom(let custom): custom.label
    case .assigned(let assignment): assignment.label
    }
  }
}
