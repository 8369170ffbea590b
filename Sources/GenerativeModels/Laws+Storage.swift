public import Stochastics

extension Distribution {
  /// The law as data.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` for a law that is not Strata's own.
  public func parametersForStorage() throws(ModelStorageError) -> StoredParameters {
    switch self {
    case .gaussian: StoredParameters(kind: "gaussian")
    case .laplace: StoredParameters(kind: "laplace")
    case .uniform: StoredParameters(kind: "uniform")
    case .studentT(let degrees): StoredParameters(kind: "student-t", tensors: [.init("degrees_of_freedom", degrees)])
    }
  }

  /// The law of stored parameters.
  ///
  /// - Throws: ``ModelStorageError``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    switch stored.kind {
    case "gaussian": self = .gaussian
    case "laplace": self = .laplace
    case "uniform": self = .uniform
    case "student-t":
      let degrees = try stored.number("degrees_of_freedom")
      try stored.require(degrees > 2 && degrees.isFinite, "degrees_of_freedom is \(degrees)")
      self = .studentT(degreesOfFreedom: degrees)
    default: throw .unknownKind(stored.kind, known: ["gaussian", "laplace", "uniform", "student-t"])
    }
  }
}

extension MechanismFamily {
  /// The family as data.
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
    default:
      throw .unknownKind(stored.kind, known: ["linear-random", "linear-orthogonal", "rho", "mlp", "additive-noise"])
    }
  }
}
