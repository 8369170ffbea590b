public import GenerativeModels
public import Stochastics

extension Distribution {
  private static let laws = [
    "gaussian", "laplace", "uniform", "student-t", "logistic", "exponential", "gumbel", "gaussian-mixture",
    "correlated", "degenerate",
  ]

  /// Reads a law's name, a mapping with the key `law` and the law's parameters, like
  /// `{law: student-t, degrees_of_freedom: 5}`, or the same in one word, `student-t:5`, in which the elements of a list have
  /// colons between them: `gaussian-mixture:weights=1:1,means=-2:2`.
  ///
  /// - Parameters:
  ///   - source: The name, mapping or word.
  ///   - context: Laws of the user's own.
  /// - Throws: ``SpecificationError`` for an unknown law, or a parameter that is missing, out of range or of another law.
  public init(_ source: DocumentNode, context: ReadingContext = ReadingContext()) throws(SpecificationError) {
    let shorthand = ["student-t": "degrees_of_freedom", "correlated": "correlation"]
    let node =
      source.isScalar
      ? try SpecificationWord.mapping(
        source, nameKey: "law", shorthand: shorthand, lists: ["weights", "means", "deviations"])
      : source
    let map = node.isScalar ? nil : try node.anyMapping
    let name = try (map.map { map throws(SpecificationError) in try map.required("law") } ?? node)
      .choice(of: Self.laws + context.plugins.noiseNames, called: "a noise law")
    let parameters = ["degrees_of_freedom", "correlation", "weights", "means", "deviations"]
    if let map, Self.laws.contains(name) {
      let own = Self.parameters(of: name)
      _ = try node.mapping(keys: ["law"] + parameters)
      for key in map.keys where parameters.contains(key) && !own.contains(key) {
        let words = key.split(separator: "_").joined(separator: " ")
        throw map.error(at: key, "\(name) noise has no \(words)", remedy: "remove this key")
      }
    }
    switch name {
    case "gaussian": self = .gaussian
    case "laplace": self = .laplace
    case "uniform": self = .uniform
    case "logistic": self = .logistic
    case "exponential": self = .exponential
    case "gumbel": self = .gumbel
    case "degenerate": self = .degenerate
    case "student-t":
      guard let degrees = map?.optional("degrees_of_freedom") else {
        throw node.error(
          "student-t noise needs its degrees of freedom",
          remedy: "write {law: student-t, degrees_of_freedom: 5} or student-t:5")
      }
      self = .studentT(
        degreesOfFreedom: try degrees.double(above: 2, called: "a number of degrees of freedom with finite variance"))
    case "correlated":
      guard let correlation = map?.optional("correlation") else {
        throw node.error(
          "correlated noise needs its correlation",
          remedy: "write {law: correlated, correlation: 0.5} or correlated:0.5")
      }
      self = .correlated(
        correlation: try correlation.double(in: 0...1, called: "a correlation through a common factor"))
    case "gaussian-mixture":
      guard let map else {
        throw node.error(
          "gaussian-mixture noise needs its components",
          remedy: "write {law: gaussian-mixture, weights: [1, 1], means: [-2, 2], deviations: [1, 1]} or "
            + "gaussian-mixture:weights=1:1,means=-2:2,deviations=1:1")
      }
      self = .gaussianMixture(try Self.mixture(map))
    default: self = try context.plugins.noise(name, map)
    }
  }

  private static func parameters(of law: String) -> [String] {
    switch law {
    case "student-t": ["degrees_of_freedom"]
    case "correlated": ["correlation"]
    case "gaussian-mixture": ["weights", "means", "deviations"]
    default: []
    }
  }

  private static func mixture(_ map: DocumentMapping) throws(SpecificationError) -> GaussianMixture {
    let weights = try map.required("weights").numbers
    func list(_ key: String, default value: Double) throws(SpecificationError) -> [Double] {
      guard let node = map.optional(key) else { return Array(repeating: value, count: weights.count) }
      let numbers = try node.numbers
      guard numbers.count == weights.count else {
        throw node.error("there are \(numbers.count) \(key) for \(weights.count) weights", remedy: "make them as many")
      }
      return numbers
    }
    let (means, deviations) = (try list("means", default: 0), try list("deviations", default: 1))
    let components = weights.indices.map {
      GaussianMixture.Component(weight: weights[$0], mean: means[$0], deviation: deviations[$0])
    }
    guard let mixture = GaussianMixture(components) else {
      throw map.node.error(
        "this is not a mixture with a variance",
        remedy: "give positive weights, deviations of at least 0, and not all of it in one point")
    }
    return mixture
  }

  /// The law as it stands in tables: `gaussian`, `laplace`, `uniform`, `student-t-5.0`.
  public var label: String {
    switch self {
    case .gaussian: "gaussian"
    case .laplace: "laplace"
    case .uniform: "uniform"
    case .studentT(let degreesOfFreedom): "student-t-\(degreesOfFreedom)"
    case .logistic: "logistic"
    case .exponential: "exponential"
    case .gumbel: "gumbel"
    case .gaussianMixture: "gaussian-mixture"
    case .correlated(let correlation): "correlated-\(correlation)"
    case .degenerate: "degenerate"
    case .custom(let custom): ([custom.name] + custom.parameters.map { "\($0.value)" }).joined(separator: "-")
    }
  }
}

extension NoiseAssignment {
  /// The base's label with what differs: `gaussian[0=laplace;x3=student-t-5.0]`.
  public var label: String {
    let parts = levels.map { "\($0.level)=\($0.law.label)" } + nodes.map { "\($0.node)=\($0.law.label)" }
    return base.label + (parts.isEmpty ? "" : "[\(parts.joined(separator: ";"))]")
  }

  /// Reads a law, or one with the keys `levels` and `nodes` beside: `{law: gaussian, levels: {0: laplace}, nodes: {x3:
  /// {law: student-t, degrees_of_freedom: 5}}}`.
  ///
  /// - Parameters:
  ///   - node: The law, with or without overrides.
  ///   - context: Laws of the user's own.
  /// - Throws: ``SpecificationError``.
  public init(_ node: DocumentNode, context: ReadingContext = ReadingContext()) throws(SpecificationError) {
    guard let (base, levels, nodes) = try node.splitOverrides() else {
      self.init(try Distribution(node, context: context))
      return
    }
    var (byLevel, byNode): ([Int: Distribution], [String: Distribution]) = ([:], [:])
    for (level, node) in levels { byLevel[level] = try Distribution(node, context: context) }
    for (name, node) in nodes { byNode[name] = try Distribution(node, context: context) }
    self.init(try Distribution(base, context: context), levels: byLevel, nodes: byNode)
  }
}
