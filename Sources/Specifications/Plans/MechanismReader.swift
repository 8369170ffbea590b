public import GenerativeModels

extension MechanismFamily {
  private static let families = [
    "linear", "rho", "mlp", "additive-noise", "location-scale", "post-nonlinear", "polynomial", "multiplicative",
    "residual-flow", "weights",
  ]

  /// Reads a mapping with the key `family` and the family's parameters, the family's bare name, or one word such as
  /// `rho:0.85`, `linear:orthogonal` or `mlp:layers=2,slope=0.5`.
  ///
  /// With the keys `levels` and `nodes` beside, families for single levels and nodes.
  ///
  /// - Parameters:
  ///   - source: The mapping, name or word.
  ///   - context: Where files are, and families of the user's own.
  /// - Throws: ``SpecificationError`` for an unknown family, an unknown key, or a parameter out of range.
  public init(
    _ source: DocumentNode, context: ReadingContext = ReadingContext()
  ) throws(SpecificationError) {
    if let assignment = try MechanismAssignment.read(source, context: context) {
      self = .assigned(assignment)
      return
    }
    let node =
      source.isScalar
      ? try SpecificationWord.mapping(source, nameKey: "family", shorthand: ["rho": "rho", "linear": "weights"])
      : source
    let families = Self.families + context.plugins.mechanismNames
    if node.isScalar {
      switch try node.choice(of: families, called: "a mechanism family") {
      case "linear": self = .linearRandom
      case "mlp": self = .mlp(MLPParameters())
      case "additive-noise": self = .additiveNoise(AdditiveNoiseParameters())
      case "rho":
        throw node.error("the family rho needs its correlation", remedy: "write {family: rho, rho: 0.85} or rho:0.85")
      case let name: self = try Self.further(name, node, nil, context: context)
      }
      return
    }
    let family = try node.anyMapping.required("family").choice(of: families, called: "a mechanism family")
    switch family {
    case "linear":
      let map = try node.mapping(keys: ["family", "weights", "coefficients"])
      if let given = map.optional("coefficients") {
        guard map.optional("weights") == nil else {
          throw map.error(
            at: "weights", "given coefficients are not drawn", remedy: "remove 'weights' or 'coefficients'")
        }
        self = .coefficients(try LinearCoefficients(given))
        return
      }
      let weights = try map.optional("weights")?.choice(of: ["random", "orthogonal"], called: "a kind of weights")
      self = weights == "orthogonal" ? .linearOrthogonal : .linearRandom
    case "rho":
      let map = try node.mapping(keys: ["family", "rho"])
      self = .rho(try map.required("rho").double(strictlyBetween: -1, and: 1, called: "a correlation"))
    case "mlp":
      let map = try node.mapping(keys: ["family", "layers", "slope", "condition_quantile", "condition_draws"])
      var parameters = MLPParameters()
      if let node = map.optional("layers") {
        parameters.layers = try node.int(in: 1...64, called: "a number of layers")
      }
      if let node = map.optional("slope") {
        parameters.slope = try node.double(above: 0, called: "an invertible slope")
        guard parameters.slope <= 1 else {
          throw node.error("\(parameters.slope) is not a slope", remedy: "give at most 1")
        }
      }
      if let node = map.optional("condition_quantile") {
        parameters.conditionQuantile = try node.double(strictlyBetween: 0, and: 1, called: "a quantile")
      }
      if let node = map.optional("condition_draws") {
        parameters.conditionDraws = try node.int(in: 1...10_000_000, called: "a number of draws")
      }
      self = .mlp(parameters)
    case "additive-noise":
      let map = try node.mapping(keys: ["family", "signal", "hidden_width"])
      var parameters = AdditiveNoiseParameters()
      if let node = map.optional("signal") { parameters.signal = try node.signal }
      if let node = map.optional("hidden_width") {
        parameters.hiddenWidth = try node.int(in: 1...4096, called: "a hidden width")
      }
      self = .additiveNoise(parameters)
    default:
      self = try Self.further(family, node, try node.anyMapping, context: context)
    }
  }
}
