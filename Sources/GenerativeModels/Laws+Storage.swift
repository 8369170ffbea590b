public import Stochastics

extension Distribution {
  /// The law as data.
  ///
  /// Of a law of your own the name and the parameters are kept; a program that reads it back knows it from its
  /// ``NoiseRegistry``.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` for a law of your own with the name of one of Strata's.
  public func parametersForStorage() throws(ModelStorageError) -> StoredParameters {
    switch self {
    case .gaussian: return StoredParameters(kind: "gaussian")
    case .laplace: return StoredParameters(kind: "laplace")
    case .uniform: return StoredParameters(kind: "uniform")
    case .studentT(let degrees):
      return StoredParameters(kind: "student-t", tensors: [.init("degrees_of_freedom", degrees)])
    case .logistic: return StoredParameters(kind: "logistic")
    case .exponential: return StoredParameters(kind: "exponential")
    case .gumbel: return StoredParameters(kind: "gumbel")
    case .degenerate: return StoredParameters(kind: "degenerate")
    case .correlated(let correlation):
      return StoredParameters(kind: "correlated", tensors: [.init("correlation", correlation)])
    case .gaussianMixture(let mixture):
      return StoredParameters(
        kind: "gaussian-mixture",
        tensors: [
          .init("weights", mixture.components.map(\.weight)), .init("means", mixture.components.map(\.mean)),
          .init("deviations", mixture.components.map(\.deviation)),
        ])
    case .custom(let custom):
      guard !Self.storedLaws.contains(custom.name) else {
        throw .notStorable(
          type: "the noise law '\(custom.name)' of your own", remedy: "give it a name that no law of Strata's has")
      }
      return StoredParameters(kind: custom.name, tensors: custom.parameters.map { .init($0.name, $0.value) })
    }
  }

  /// The kinds that are Strata's own.
  static let storedLaws = [
    "gaussian", "laplace", "uniform", "student-t", "logistic", "exponential", "gumbel", "degenerate", "correlated",
    "gaussian-mixture",
  ]

  /// The law of stored parameters.
  ///
  /// - Parameters:
  ///   - stored: What ``parametersForStorage()`` made.
  ///   - registry: The laws of your own that may occur.
  /// - Throws: ``ModelStorageError``.
  public init(_ stored: StoredParameters, registry: NoiseRegistry = .builtIn) throws(ModelStorageError) {
    switch stored.kind {
    case "gaussian": self = .gaussian
    case "laplace": self = .laplace
    case "uniform": self = .uniform
    case "student-t":
      let degrees = try stored.number("degrees_of_freedom")
      try stored.require(degrees > 2 && degrees.isFinite, "degrees_of_freedom is \(degrees)")
      self = .studentT(degreesOfFreedom: degrees)
    case "logistic": self = .logistic
    case "exponential": self = .exponential
    case "gumbel": self = .gumbel
    case "degenerate": self = .degenerate
    case "correlated":
      let correlation = try stored.number("correlation")
      try stored.require(correlation >= 0 && correlation <= 1, "correlation is \(correlation)")
      self = .correlated(correlation: correlation)
    case "gaussian-mixture": self = .gaussianMixture(try Self.mixture(stored))
    default: self = .custom(try registry.noise(stored))
    }
  }
}

extension Distribution {
  private static func mixture(_ stored: StoredParameters) throws(ModelStorageError) -> GaussianMixture {
    let (weights, means) = (try stored.numbers("weights"), try stored.numbers("means"))
    let deviations = try stored.numbers("deviations")
    try stored.require(
      weights.count == means.count && means.count == deviations.count, "\(weights.count) weights")
    let components = weights.indices.map {
      GaussianMixture.Component(weight: weights[$0], mean: means[$0], deviation: deviations[$0])
    }
    guard let mixture = GaussianMixture(components) else {
      throw .unsuitable(kind: stored.kind, reason: "the components are not those of a mixture")
    }
    return mixture
  }
}

extension MechanismFamily {
  /// The family as data. Of families that are more than a few numbers only the label is kept: the mechanisms themselves are
  /// stored, and nothing is drawn from the family again.
  public var storedParameters: StoredParameters {
    switch self {
    case .linearRandom: StoredParameters(kind: "linear-random")
    case .linearOrthogonal: StoredParameters(kind: "linear-orthogonal")
    case .rho(let rho): StoredParameters(kind: "rho", tensors: [.init("rho", rho)])
    case .mlp(let parameters):
      StoredParameters(
        kind: "mlp",
        tensors: [
          .init("layers", Double(parameters.layers)), .init("slope", parameters.slope),
          .init("condition_quantile", parameters.conditionQuantile),
          .init("condition_draws", Double(parameters.conditionDraws)),
        ])
    case .additiveNoise(let parameters):
      StoredParameters(
        kind: "additive-noise",
        tensors: [.init("signal", parameters.signal), .init("hidden_width", Double(parameters.hiddenWidth))])
    default: StoredParameters(kind: label)
    }
  }

  /// The family of stored parameters.
  ///
  /// - Throws: ``ModelStorageError``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    switch stored.kind {
    case "linear-random": self = .linearRandom
    case "linear-orthogonal": self = .linearOrthogonal
    case "rho": self = .rho(try stored.number("rho"))
    case "mlp":
      self = .mlp(
        MLPParameters(
          layers: try stored.integer("layers", atLeast: 1), slope: try stored.number("slope"),
          conditionQuantile: try stored.number("condition_quantile"),
          conditionDraws: try stored.integer("condition_draws", atLeast: 1)))
    case "additive-noise":
      self = .additiveNoise(
        AdditiveNoiseParameters(
          signal: try stored.number("signal"), hiddenWidth: try stored.integer("hidden_width", atLeast: 1)))
    default: self = .custom(CustomMechanisms(stored.kind, source: StoredFamily(label: stored.kind)))
    }
  }
}

/// A family of which only the label was stored.
private struct StoredFamily: MechanismSource {
  let label: String

  func mechanism(for node: MechanismSite, using stream: inout RandomStream) throws(ModelError) -> any Mechanism {
    throw .invalidParameter(
      name: "family", value: label, remedy: "its mechanisms were stored, not how to draw others; use the plan's family")
  }
}
