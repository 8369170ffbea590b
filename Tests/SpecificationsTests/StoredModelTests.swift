import Datasets
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import Testing

@Suite struct StoredModelTests {
  static let tree = "tree:depth=3,branching=2"

  /// A graph on which the family exists.
  static func model(_ family: MechanismFamily, noise: Distribution = .gaussian) throws -> GenerativeModel {
    let graph: HierarchicalGraph
    if case .mlp = family {
      graph = try invertible
    } else if case .residualFlow = family {
      graph = try invertible
    } else {
      graph = try GraphFile.load(tree).graph
    }
    return try GenerativeModel(graph: graph, family: family, noise: NoiseAssignment(noise), seed: 5)
  }

  private static var invertible: HierarchicalGraph {
    get throws {
      try GraphFile.parse(
        "{regime: invertible, nodes: [z, {name: x, parents: [z]}, {name: y, parents: [z], noise_dim: 2}]}",
        format: .yaml, file: nil
      ).graph
    }
  }

  static let families: [MechanismFamily] = [
    .linearRandom, .linearOrthogonal, .rho(0.3), .mlp(MLPParameters(layers: 2, slope: 0.1)),
    .additiveNoise(AdditiveNoiseParameters(signal: 0.7, hiddenWidth: 5)),
    .polynomial(.init()), .locationScale(.init()), .postNonlinear(.init()), .multiplicative(.init()),
    .residualFlow(.init(blocks: 2, hiddenWidth: 5, contraction: 0.7)),
  ]

  @Test("A model that is stored and read back draws the same samples, bit for bit", arguments: families)
  func roundTrip(family: MechanismFamily) throws {
    for noise in [
      Distribution.gaussian, .laplace, .studentT(degreesOfFreedom: 4.7), .gumbel, .correlated(correlation: 0.3),
    ] {
      let model = try Self.model(family, noise: noise)
      let read = try StoredModel(try StoredModel(model, seed: 5).record(), file: "f.h5")
      #expect(read.seed == 5 && read.model.family.label == family.label && read.model.noises == model.noises)
      #expect(read.model.graph == model.graph)
      let key = RandomKey(seed: 1)
      let nodes = Array(model.graph.nodes.indices)
      #expect(
        read.model.sample(70..<400, key: key).values(of: nodes) == model.sample(70..<400, key: key).values(of: nodes))
    }
  }

  @Test("A record that is damaged anywhere is an error, never a trap", arguments: families)
  func damage(family: MechanismFamily) throws {
    let record = try StoredModel(try Self.model(family), seed: nil).record()
    var damaged = record
    damaged.parameters.removeLast()
    #expect(throws: SpecificationError.self) { try StoredModel(damaged, file: "f.h5") }
    for (old, new) in [
      ("\"offset\":1,", "\"offset\":-1,"), ("\"version\":1", "\"version\":3"), ("\"shape\":[", "\"shape\":[7,"),
      ("\"kind\":\"gaussian\"", "\"kind\":\"cauchy\""), ("\"nodes\":[{", "\"nodes\":[{},{"),
    ] {
      damaged = record
      damaged.description = record.description.replacing(old, with: new)
      // Families without parameters put the first weights at offset 0.
      if damaged == record { continue }
      #expect(throws: SpecificationError.self, "\(new)") { try StoredModel(damaged, file: "f.h5") }
    }
  }

  @Test("An unknown kind names the known ones; a registered one is read")
  func plugIn() throws {
    let graph = try GraphFile.parse("{nodes: [z, {name: x, parents: [z]}]}", format: .yaml, file: nil).graph
    let model = GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: [LinearMechanism(weights: .identity(1)), Shift(offset: 0.1)],
      noises: [.gaussian, .gaussian])
    let record = try StoredModel(model, seed: nil).record()
    let error = #expect(throws: SpecificationError.self) { try StoredModel(record, file: "f.h5") }
    #expect(error?.description.hasPrefix("f.h5: 'shift' is none of additive-noise, constant, linear, ") == true)
    var plugins = Plugins()
    plugins.storedMechanisms = plugins.storedMechanisms.adding(Shift.self)
    let read = try StoredModel(record, file: "f.h5", plugins: plugins)
    #expect((read.model.mechanisms[1] as? Shift)?.offset == 0.1)
  }
}

/// A mechanism of a user: parent + ε + offset.
struct Shift: StorableMechanism {
  static let storageKind = "shift"
  let offset: Double
  var inputDimension: Int { 2 }
  var dimension: Int { 1 }
  var storedParameters: StoredParameters { .init(kind: Self.storageKind, tensors: [.init("offset", offset)]) }

  init(offset: Double) { self.offset = offset }
  init(_ stored: StoredParameters) throws(ModelStorageError) { offset = try stored.number("offset") }

  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    for i in 0..<count { outputs[i] = inputs[i] + inputs[count + i] + Float(offset) }
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    for i in 0..<count { outputs[i] = inputs[i] + inputs[count + i] + offset }
  }
}
