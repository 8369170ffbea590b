public import GenerativeModels
public import Stochastics

extension MechanismFamily {
  private static let families = ["linear", "rho", "mlp", "additive-noise"]

  /// Reads a mapping with the key `family` and the family's parameters, the family's bare name, or one word such as
  /// `rho:0.85`, `linear:orthogonal` or `mlp:layers=2,slope=0.5`.
  ///
  /// - Throws: ``SpecificationError`` for an unknown family, an unknown key, or a parameter out of range.
  public init(_ source: DocumentNode) throws(SpecificationError) {
    let node =
      source.isScalar
      ? try SpecificationWord.mapping(source, nameKey: "family", shorthand: ["rho": "rho", "linear": "weights"])
      : source
    if node.isScalar {
      switch try node.choice(of: Self.families, called: "a mechanism family") {
      case "linear": self = .linearRandom
      case "mlp": self = .mlp(MLPParameters())
      case "additive-noise": self = .additiveNoise(AdditiveNoiseParameters())
      default:
        throw node.error("the family rho needs its correlation", remedy: "write {family: rho, rho: 0.85} or rho:0.85")
      }
      return
    }
    let family = try node.anyMapping.required("family").choice(of: Self.families, called: "a mechanism family")
    switch family {
    case "linear":
      let map = try node.mapping(keys: ["family", "weights"])
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
    default:
      let map = try node.mapping(keys: ["family", "signal", "hidden_width"])
      var parameters = AdditiveNoiseParameters()
      if let node = map.optional("signal") {
        parameters.signal = try node.double(atLeast: 0, called: "a signal")
        guard parameters.signal < 1 else {
          throw node.error("\(parameters.signal) is not a signal", remedy: "give a number from 0 to below 1")
        }
      }
      if let node = map.optional("hidden_width") {
        parameters.hiddenWidth = try node.int(in: 1...4096, called: "a hidden width")
      }
      self = .additiveNoise(parameters)
    }
  }
}

extension Distribution {
  private static let laws = ["gaussian", "laplace", "uniform", "student-t"]

  /// Reads a law's name, `{law: student-t, degrees_of_freedom: 5}`, or the same in one word, `student-t:5`.
  ///
  /// - Throws: ``SpecificationError`` for an unknown law or degrees of freedom of at most 2 (infinite variance).
  public init(_ source: DocumentNode) throws(SpecificationError) {
    let node =
      source.isScalar
      ? try SpecificationWord.mapping(source, nameKey: "law", shorthand: ["student-t": "degrees_of_freedom"]) : source
    let map = node.isScalar ? nil : try node.mapping(keys: ["law", "degrees_of_freedom"])
    let name = try (map.map { map throws(SpecificationError) in try map.required("law") } ?? node)
      .choice(of: Self.laws, called: "a noise law")
    if name != "student-t", let map, map.optional("degrees_of_freedom") != nil {
      throw map.error(at: "degrees_of_freedom", "\(name) noise has no degrees of freedom", remedy: "remove this key")
    }
    switch name {
    case "gaussian": self = .gaussian
    case "laplace": self = .laplace
    case "uniform": self = .uniform
    default:
      guard let degrees = map?.optional("degrees_of_freedom") else {
        throw node.error(
          "student-t noise needs its degrees of freedom", remedy: "write {law: student-t, degrees_of_freedom: 5}")
      }
      self = .studentT(
        degreesOfFreedom: try degrees.double(above: 2, called: "a number of degrees of freedom with finite variance"))
    }
  }

  /// The law as it stands in files: `gaussian`, `laplace`, `uniform`, `student-t-5.0`.
  public var label: String {
    switch self {
    case .gaussian: "gaussian"
    case .laplace: "laplace"
    case .uniform: "uniform"
    case .studentT(let degreesOfFreedom): "student-t-\(degreesOfFreedom)"
    }
  }
}
