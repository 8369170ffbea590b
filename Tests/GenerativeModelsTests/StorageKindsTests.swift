import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

/// Nothing that Strata can draw or do to a model is without storage.
@Suite struct StorageKindsTests {
  @Test("Every type of the module that is a mechanism is among the kinds that can be stored")
  func types() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/GenerativeModels")
    let declaration = /(?:struct|class|enum) (\w+)(?:<[^>]*>)?: (?:\w+, )*Mechanism\b/
    var found = Set<String>()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      for match in text.matches(of: declaration) { found.insert(String(match.1)) }
    }
    // `ShiftScaleMechanism` is kind `shift-scale`, `MLPMechanism` kind `mlp`: the names without punctuation.
    let kinds = MechanismRegistry.builtIn.kinds.map { $0.filter { $0 != "-" } + "mechanism" }
    #expect(Set(found.map { $0.lowercased() }) == Set(kinds))
    #expect(found.count >= 10)
  }

  /// A law of every case: the switch does not compile once there is another.
  static let laws: [Distribution] = {
    let all: [Distribution] = [
      .gaussian, .laplace, .uniform, .studentT(degreesOfFreedom: 2.5), .logistic, .exponential, .gumbel,
      .gaussianMixture(
        GaussianMixture([.init(weight: 1, mean: -1, deviation: 0.1), .init(weight: 2, mean: 3, deviation: 0)])!),
      .correlated(correlation: 1 / 3), .degenerate,
    ]
    func number(_ law: Distribution) -> Int? {
      switch law {
      case .gaussian: 0
      case .laplace: 1
      case .uniform: 2
      case .studentT: 3
      case .logistic: 4
      case .exponential: 5
      case .gumbel: 6
      case .gaussianMixture: 7
      case .correlated: 8
      case .degenerate: 9
      case .custom: nil
      }
    }
    precondition(all.map(number) == all.indices.map { $0 }, "a law is missing")
    return all
  }()

  @Test("Every law is read back as itself", arguments: laws)
  func law(_ law: Distribution) throws {
    #expect(try Distribution(law.parametersForStorage()) == law)
  }

  /// A family of every case that draws something of its own.
  static let families: [MechanismFamily] = {
    let all: [MechanismFamily] = [
      .linearRandom, .linearOrthogonal, .rho(0.4), .mlp(.init(layers: 2)), .additiveNoise(.init()),
      .locationScale(.init()), .postNonlinear(.init()), .polynomial(.init()), .multiplicative(.init()),
      .residualFlow(.init(blocks: 2)),
    ]
    func number(_ family: MechanismFamily) -> Int? {
      switch family {
      case .linearRandom: 0
      case .linearOrthogonal: 1
      case .rho: 2
      case .mlp: 3
      case .additiveNoise: 4
      case .locationScale: 5
      case .postNonlinear: 6
      case .polynomial: 7
      case .multiplicative: 8
      case .residualFlow: 9
      // Given numbers are linear mechanisms; the others stand for the above or for a program's own.
      case .coefficients, .weights, .same, .custom, .assigned: nil
      }
    }
    precondition(all.map(number) == all.indices.map { $0 }, "a family is missing")
    return all
  }()

  /// What can be done to a node, by a switch that knows all of it.
  static let kinds: [Intervention.Kind] = {
    let all: [Intervention.Kind] = [.hard([0.7]), .soft(shift: [1e-3], scale: [-2.5]), .noise(.gumbel)]
    func number(_ kind: Intervention.Kind) -> Int {
      switch kind {
      case .hard: 0
      case .soft: 1
      case .noise: 2
      }
    }
    precondition(all.map(number) == Array(all.indices), "a kind is missing")
    return all
  }()

  @Test(
    "Every mechanism, as it is and under every intervention, is read back with the same values, bit for bit",
    arguments: families)
  func mechanism(family: MechanismFamily) throws {
    let graph = try HierarchicalGraph(
      name: "g", nodes: [NodeDeclaration("z"), NodeDeclaration("x", dimension: 2), NodeDeclaration("y", dimension: 2)],
      edges: [("z", "x"), ("z", "y")], regime: .invertible)
    let scalar = try crossedGraph()
    let isWide = [MechanismFamily.mlp(.init(layers: 2)), .residualFlow(.init(blocks: 2))].contains(family)
    let model = try GenerativeModel(graph: isWide ? graph : scalar, family: family, key: RandomKey(seed: 5))
    for kind in Self.kinds {
      let intervention = Intervention(kind, on: isWide ? "x" : "c")
      #expect(try Intervention(intervention.parametersForStorage(), on: intervention.node) == intervention)
      let changed = try model.intervened(by: Environment(name: "e", [intervention]))
      for original in model.mechanisms + changed.mechanisms {
        let read = try MechanismRegistry.builtIn.mechanism(original.parametersForStorage())
        #expect(read.dimension == original.dimension && read.inputDimension == original.inputDimension)
        for seed in 0..<20 as Range<UInt64> {
          var stream = RandomStream(RandomKey(seed: seed))
          let input = (0..<original.inputDimension).map { _ in stream.gaussian() }
          #expect(read.value(at: input).map(\.bitPattern) == original.value(at: input).map(\.bitPattern))
        }
      }
    }
  }
}
