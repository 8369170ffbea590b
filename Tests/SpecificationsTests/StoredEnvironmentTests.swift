import Datasets
import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import Testing

/// Models with interventions, environments, and laws and mechanisms of a program's own, stored and read back.
@Suite struct StoredEnvironmentTests {
  static let everyKind = Environment(
    name: "every kind",
    [
      Intervention(.hard([0.1]), on: "z1_0"), Intervention(.soft(shift: [1 / 3], scale: [-0.7]), on: "z1_1"),
      Intervention(
        .noise(
          .gaussianMixture(
            GaussianMixture([
              .init(weight: 1, mean: -2, deviation: 0.3), .init(weight: 2, mean: 1, deviation: 1),
            ])!)), on: "z2_0"),
      Intervention(.soft(shift: [0], scale: [0]), on: "x3"),
      Intervention(.noise(.studentT(degreesOfFreedom: 7)), on: "x1"),
    ])

  static func model(_ family: MechanismFamily) throws -> GenerativeModel {
    try GenerativeModel(graph: GraphFile.load("tree:depth=2,branching=2").graph, family: family, seed: 3)
  }

  private func values(_ model: GenerativeModel) -> [Float] {
    model.sample(100..<700, key: RandomKey(seed: 4)).values(of: Array(model.graph.nodes.indices)).storage
  }

  @Test(
    "A model under interventions, also twice over, draws the same samples after storage, bit for bit",
    arguments: [MechanismFamily.linearRandom, .additiveNoise(.init()), .polynomial(.init())])
  func intervened(family: MechanismFamily) throws {
    let once = try Self.model(family).intervened(by: Self.everyKind)
    let twice = try once.intervened(by: Environment(name: "again", [.init(.soft(shift: [2], scale: [3]), on: "z1_1")]))
    for model in [once, twice] {
      let read = try StoredModel(try StoredModel(model, seed: nil).record(), file: "f.h5").model
      #expect(values(read) == values(model))
      #expect(read.noises == model.noises)
    }
  }

  @Test("Environments are stored exactly beside a model that stays as it is")
  func environments() throws {
    let model = try Self.model(.rho(0.6))
    let environments = [Self.everyKind, Environment(name: "nothing", [])]
    let record = try StoredModel(model, seed: 9, environments: environments).record()
    let read = try StoredModel(record, file: "f.h5")
    #expect(read.environments == environments)
    #expect(values(read.model) == values(model))
    // Without environments the text is that of the first version, which older programs read.
    #expect(try StoredModel(model, seed: 9).record().description.contains("\"version\":1"))
    #expect(record.description.contains("\"version\":2"))
  }

  @Test("A model's own interventions are kept on record, and are made once")
  func ownInterventions() throws {
    let made = Environment(name: "interventions", [Intervention(.soft(shift: [1], scale: [3]), on: "x1")])
    let model = try Self.model(.linearRandom).intervened(by: made)
    let record = try StoredModel(model, seed: nil, interventions: made.interventions).record()
    let read = try StoredModel(record, file: "f.h5")
    #expect(read.interventions == made.interventions)
    #expect(values(read.model) == values(model))
    #expect(try StoredModel(model, seed: nil).record().description.contains("interventions") == false)
    var damaged = record
    damaged.description = record.description.replacing("\"node\":\"x1\"", with: "\"node\":\"x9\"")
    #expect(throws: SpecificationError.self) { try StoredModel(damaged, file: "f.h5") }
  }

  @Test("What interventions a stored model holds is checked when it is read, never a trap")
  func damage() throws {
    let model = try Self.model(.linearRandom)
    let stored = StoredModel(
      try model.intervened(by: Self.everyKind), seed: nil,
      environments: [Self.everyKind, Environment(name: "other", [])])
    let record = try stored.record()
    #expect(throws: Never.self) { try StoredModel(record, file: "f.h5") }
    for (old, new) in [
      ("\"name\":\"other\"", "\"name\":\"every kind\""), ("\"node\":\"x3\"", "\"node\":\"x9\""),
      ("\"node\":\"x3\"", "\"node\":\"z1_1\""), ("\"kind\":\"do\"", "\"kind\":\"undo\""),
      ("\"name\":\"base\"", "\"name\":\"basis\""), ("\"name\":\"law\"", "\"name\":\"flaw\""),
      ("\"name\":\"value\",\"offset\":", "\"name\":\"value\",\"offset\":-"),
      ("\"name\":\"input_dimension\"", "\"name\":\"dimension\""), ("\"name\":\"shift\"", "\"name\":\"scale\""),
    ] {
      var damaged = record
      damaged.description = record.description.replacing(old, with: new)
      #expect(damaged != record, "\(old) is not in the record")
      #expect(throws: SpecificationError.self, "\(new)") { try StoredModel(damaged, file: "f.h5") }
    }
    for value in [Double.nan, .infinity, -1, 1e300] {
      for index in record.parameters.indices {
        var damaged = record
        damaged.parameters[index] = value
        // Some numbers may be anything; what counts is an error or a model, and no trap.
        _ = try? StoredModel(damaged, file: "f.h5").model.sample(0..<1, key: RandomKey(seed: 1))
      }
    }
  }

  @Test(
    "Every damaged number of a residual flow is an error or a model, never a trap; a block that expands is an error")
  func residualFlow() throws {
    let record = try StoredModel(try StoredModelTests.model(.residualFlow(.init())), seed: nil).record()
    for value in [Double.nan, .infinity, 0, 1e300] {
      for index in record.parameters.indices {
        var damaged = record
        damaged.parameters[index] = value
        _ = try? StoredModel(damaged, file: "f.h5").model.sample(0..<1, key: RandomKey(seed: 1))
      }
    }
    var larger = record
    larger.parameters = record.parameters.map { 3 * $0 }
    let error = #expect(throws: SpecificationError.self) { try StoredModel(larger, file: "f.h5") }
    #expect(error?.description.contains("block 0 is no contraction") == true)
  }

  @Test(
    "A law and a mechanism of one's own are written and read by a program that knows them, and named to one that does not"
  )
  func plugins() throws {
    var plugins = Plugins()
    plugins.addNoise("two-sided", parameters: ["width": 1]) { TwoSided(width: $0["width"]!) }
    plugins.storedMechanisms = plugins.storedMechanisms.adding(Shift.self)
    let law = Distribution.custom(CustomNoise("two-sided", parameters: ["width": 0.3], law: TwoSided(width: 0.3)))
    let graph = try GraphFile.parse("{nodes: [z, {name: x, parents: [z]}]}", format: .yaml, file: nil).graph
    let model = try GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: [LinearMechanism(weights: .identity(1)), Shift(offset: 0.1)],
      noises: [law, .gaussian]
    ).intervened(by: Environment(name: "e", [.init(.soft(shift: [1], scale: [2]), on: "x")]))
    let environments = [Environment(name: "own", [Intervention(.noise(law), on: "x")])]
    let record = try StoredModel(model, seed: nil, environments: environments).record()
    let read = try StoredModel(record, file: "f.h5", plugins: plugins)
    #expect(read.environments == environments && read.model.noises == model.noises)
    for environment in [Environment(name: "none", [])] + environments {
      #expect(
        try values(read.model.intervened(by: environment)) == values(model.intervened(by: environment)))
    }
    var error = #expect(throws: SpecificationError.self) { try StoredModel(record, file: "f.h5") }
    #expect(error?.description.hasPrefix("f.h5: 'two-sided' is none of correlated, degenerate, ") == true)
    plugins.addNoise("two-sided", parameters: ["height": 1]) { TwoSided(width: $0["height"]!) }
    error = #expect(throws: SpecificationError.self) { try StoredModel(record, file: "f.h5", plugins: plugins) }
    #expect(error?.description.contains("parameters [\"width\"] instead of [\"height\"]") == true)
    let clash = Distribution.custom(CustomNoise("laplace", law: TwoSided(width: 1)))
    #expect(throws: ModelStorageError.self) { try clash.parametersForStorage() }
  }

  @Test("What is recorded of environments for readers is what a model file says, and reads back as the same")
  func text() throws {
    #expect(
      Environment.text([
        Environment(name: "observational", []), Environment(name: "cold", [.init(.hard([-1]), on: "z")]),
      ])
        == "{\"observational\": {}, \"cold\": {\"z\": {\"do\": [-1.0]}}}")
    let laws: [Distribution] = [
      .gaussian, .laplace, .studentT(degreesOfFreedom: 4.1), .correlated(correlation: 0.25), .degenerate,
      .gaussianMixture(
        GaussianMixture([.init(weight: 1, mean: 0.1, deviation: 0), .init(weight: 3, mean: 2, deviation: 1)])!),
    ]
    let given =
      [Self.everyKind] + laws.enumerated().map { Environment(name: "law \($0)", [.init(.noise($1), on: "x0")]) }
    let text = Environment.text(given)
    #expect((try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?.count == given.count)
    let read = try Environment.all(Document.parse(text, file: nil, syntax: .json))
    #expect(read.map(\.name) == given.map(\.name))
    for (a, b) in zip(read, given) { #expect(Set(a.interventions) == Set(b.interventions)) }
  }
}

/// ±1 plus a uniform number, standardised: a law of a user.
private struct TwoSided: NoiseLaw {
  let width: Double
  func quantile(_ p: Double) -> Double {
    let side = p < 0.5 ? -1.0 : 1.0
    return (side + width * (2 * p - (p < 0.5 ? 0.5 : 1.5))) / (1 + width * width / 12).squareRoot()
  }
}
