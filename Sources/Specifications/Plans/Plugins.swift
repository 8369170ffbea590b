public import GenerativeModels
public import Stochastics

/// Mechanism families and noise laws of a program's own, under the names by which plan and model files call them:
///
/// ```swift
/// var plugins = Plugins()
/// plugins.addMechanism("tanh-mixing", parameters: ["gain": 1]) { TanhMixing(gain: $0["gain"]!) }
/// plugins.addNoise("triangular") { _ in Triangular() }
/// let plan = try SweepPlan.load("plan.yaml", plugins: plugins)
/// ```
///
/// Files then say `{family: tanh-mixing, parameters: {gain: 2}}` and `noise: triangular`. Stored models hold such laws by name
/// and parameters, and mechanisms that conform to `StorableMechanism` and stand in ``storedMechanisms``. There is no global register: who
/// reads a file says what is known in it.
public struct Plugins: Sendable {
  private struct Entry<Product: Sendable>: Sendable {
    var defaults: [String: Double]
    var make: @Sendable ([String: Double]) -> Product
  }

  /// The mechanisms that stored models may hold: Strata's, and with `adding` those of the program.
  public var storedMechanisms = MechanismRegistry.builtIn
  private var mechanisms: [String: Entry<any MechanismSource>] = [:]
  private var noises: [String: Entry<any NoiseLaw>] = [:]

  /// None yet.
  public init() {}

  /// Adds a mechanism family.
  ///
  /// - Parameters:
  ///   - name: Its name in files; a built-in family of the same name stays what it is.
  ///   - parameters: The names of its parameters with their defaults.
  ///   - make: The family of all parameters' values.
  public mutating func addMechanism(
    _ name: String, parameters: [String: Double] = [:],
    _ make: @escaping @Sendable ([String: Double]) -> any MechanismSource
  ) {
    mechanisms[name] = Entry(defaults: parameters, make: make)
  }

  /// Adds a noise law.
  ///
  /// - Parameters:
  ///   - name: Its name in files; a built-in law of the same name stays what it is.
  ///   - parameters: The names of its parameters with their defaults.
  ///   - make: The law of all parameters' values.
  public mutating func addNoise(
    _ name: String, parameters: [String: Double] = [:], _ make: @escaping @Sendable ([String: Double]) -> any NoiseLaw
  ) {
    noises[name] = Entry(defaults: parameters, make: make)
  }

  /// The laws of noise that stored models may hold: Strata's and those added here.
  public var storedNoises: NoiseRegistry {
    var registry = NoiseRegistry.builtIn
    for (name, entry) in noises {
      registry = registry.adding(name, parameters: Array(entry.defaults.keys), entry.make)
    }
    return registry
  }

  var mechanismNames: [String] { mechanisms.keys.sorted() }
  var noiseNames: [String] { noises.keys.sorted() }

  /// The family of a name with the parameters that a mapping gives.
  func mechanism(_ name: String, _ map: DocumentMapping?) throws(SpecificationError) -> MechanismFamily {
    // Callers have checked the name against `mechanismNames`.
    let entry = mechanisms[name]!
    let values = try Self.parameters(map, nameKey: "family", defaults: entry.defaults)
    return .custom(CustomMechanisms(name, parameters: values, source: entry.make(values)))
  }

  /// The law of a name with the parameters that a mapping gives.
  func noise(_ name: String, _ map: DocumentMapping?) throws(SpecificationError) -> Distribution {
    let entry = noises[name]!
    let values = try Self.parameters(map, nameKey: "law", defaults: entry.defaults)
    return .custom(CustomNoise(name, parameters: values, law: entry.make(values)))
  }

  private static func parameters(
    _ map: DocumentMapping?, nameKey: String, defaults: [String: Double]
  ) throws(SpecificationError) -> [String: Double] {
    var values = defaults
    guard let map = try map?.node.mapping(keys: [nameKey, "parameters"]), let node = map.optional("parameters") else {
      return values
    }
    for (name, value) in try node.mapping(keys: defaults.keys.sorted()).entries { values[name] = try value.double }
    return values
  }
}
