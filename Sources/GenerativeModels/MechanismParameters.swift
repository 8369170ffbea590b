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

/// The parameters of ``MechanismFamily/locationScale(_:)``.
public struct LocationScaleParameters: Sendable, Hashable {
  /// The standard deviation of m(parents), in [0, 1); the noise brings the variance to 1.
  public var signal: Double
  /// The standard deviation of the logarithm s(parents) of the noise's scale.
  public var logDeviation: Double
  /// The number of hidden units of m and of s.
  public var hiddenWidth: Int

  /// Signal .7, logarithm with deviation .5, 16 hidden units.
  public init(signal: Double = 0.7, logDeviation: Double = 0.5, hiddenWidth: Int = 16) {
    self.signal = signal
    self.logDeviation = logDeviation
    self.hiddenWidth = hiddenWidth
  }
}

/// The parameters of ``MechanismFamily/postNonlinear(_:)``.
public struct PostNonlinearParameters: Sendable, Hashable {
  /// The standard deviation that the argument of the distortion owes to the parents, in [0, 1); it has variance 1.
  public var signal: Double
  /// β in asinh(β·y): the bend is at y = 1/β.
  public var sharpness: Double
  /// The number of hidden units of f.
  public var hiddenWidth: Int

  /// Signal .85, β = 2, 16 hidden units.
  public init(signal: Double = 0.85, sharpness: Double = 2, hiddenWidth: Int = 16) {
    self.signal = signal
    self.sharpness = sharpness
    self.hiddenWidth = hiddenWidth
  }
}

/// The parameters of ``MechanismFamily/polynomial(_:)``.
public struct PolynomialParameters: Sendable, Hashable {
  /// a in u + a·uᵈ; not negative.
  public var coefficient: Double
  /// d: odd, at least 3.
  public var degree: Int
  /// L: where its slope reaches L, the polynomial goes on as its tangent; infinite for the polynomial alone.
  public var largestSlope: Double

  /// u + 0.1·u³ up to slope 3, which is safe at any depth. Whoever gives a coefficient means that polynomial, without a
  /// bound on its slope unless one is given too.
  public init(coefficient: Double? = nil, degree: Int = 3, largestSlope: Double? = nil) {
    self.coefficient = coefficient ?? 0.1
    self.degree = degree
    self.largestSlope = largestSlope ?? (coefficient == nil ? Self.safeSlope : .infinity)
  }

  /// L where no coefficient is given.
  public static let safeSlope = 3.0
}

/// The parameters of ``MechanismFamily/residualFlow(_:)``.
public struct ResidualFlowParameters: Sendable, Hashable {
  /// The number of residual blocks.
  public var blocks: Int
  /// The hidden units of each.
  public var hiddenWidth: Int
  /// The product of the spectral norms of a block's two matrices, in (0, 1): an upper bound of its Lipschitz constant.
  public var contraction: Double

  /// 3 blocks of 16 units, contraction .9.
  public init(blocks: Int = 3, hiddenWidth: Int = 16, contraction: Double = 0.9) {
    self.blocks = blocks
    self.hiddenWidth = hiddenWidth
    self.contraction = contraction
  }
}

/// The parameters of ``MechanismFamily/multiplicative(_:)``.
public struct MultiplicativeParameters: Sendable, Hashable {
  /// Added to the weighted noise before the product; 0 leaves nothing for the mean to predict.
  public var offset: Double
  /// The factor of the noise; not 0.
  public var weight: Double
  /// Whether values are scaled to variance 1.
  public var isStandardized: Bool

  /// c·ε, scaled to variance 1.
  public init(offset: Double = 0, weight: Double = 1, isStandardized: Bool = true) {
    self.offset = offset
    self.weight = weight
    self.isStandardized = isStandardized
  }
}
