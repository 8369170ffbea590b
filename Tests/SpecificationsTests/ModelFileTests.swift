import Foundation
import GenerativeModels
import HierarchicalGraphs
import Specifications
import Stochastics
import TestSupport
import Testing

@Suite struct ModelFileTests {
  private func load(_ text: String, _ overrides: ModelFile.Overrides = .init(), name: String = "model.yaml") throws
    -> ModelSpecification
  {
    try withTemporaryDirectory { folder in
      try "nodes: [z, {name: a, parents: [z]}, {name: b, parents: [z]}]\n"
        .write(to: folder.appending(path: "graph.yaml"), atomically: true, encoding: .utf8)
      let file = folder.appending(path: name)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return try ModelFile.load(file.path, overrides: overrides)
    }
  }

  private func failure(_ text: String, _ overrides: ModelFile.Overrides = .init()) -> SpecificationError? {
    do {
      _ = try load(text, overrides).model()
      return nil
    } catch { return error as? SpecificationError }
  }

  @Test("a model file gives graph, mechanism, noise and seed")
  func whole() throws {
    let found = try load(
      """
      graph: {family: tree, depth: 2, branching: 2, regime: invertible}
      mechanism: {family: mlp, layers: 2}
      noise: {law: student-t, degrees_of_freedom: 5}
      seed: 9
      """)
    #expect(found.graph.nodes.count == 7 && found.graph.regime == .invertible)
    #expect(found.mechanism == .mlp(MLPParameters(layers: 2)))
    #expect(found.noise == .studentT(degreesOfFreedom: 5) && found.seed == 9)
    #expect(try found.model().graph == found.graph)
  }

  @Test("noise and seed have the defaults of plans")
  func defaults() throws {
    let found = try load("graph: tree:depth=2,branching=2\nmechanism: rho:0.5\n")
    #expect(found.mechanism == .rho(0.5) && found.noise == .gaussian && found.seed == 1)
  }

  @Test("graph paths start from the model file's folder")
  func relativePath() throws {
    #expect(try load("graph: graph.yaml\nmechanism: linear\n").graph.nodes.map(\.name) == ["z", "a", "b"])
  }

  @Test("JSON model files are read; node-link graphs are still graphs")
  func json() throws {
    let model = #"{"graph": "tree:depth=1,branching=2", "mechanism": {"family": "rho", "rho": 0.5}}"#
    #expect(try load(model, name: "model.json").mechanism == .rho(0.5))
    let graph = """
      {"directed": true, "multigraph": false, "graph": {}, "nodes": [{"id": "z"}, {"id": "a"}, {"id": "b"}],
       "edges": [{"source": "z", "target": "a"}, {"source": "z", "target": "b"}]}
      """
    #expect(try load(graph, .init(mechanism: "linear"), name: "graph.json").graph.nodes.count == 3)
  }

  @Test("options win over the file")
  func overrides() throws {
    let found = try load(
      "graph: tree:depth=1,branching=2\nmechanism: linear\nnoise: laplace\nseed: 2\n",
      .init(mechanism: "rho:0.3", noise: "student-t:5", seed: 4))
    #expect(found.mechanism == .rho(0.3) && found.noise == .studentT(degreesOfFreedom: 5) && found.seed == 4)
  }

  @Test(
    "a graph and options are a model",
    arguments: [
      ("linear", MechanismFamily.linearRandom), ("linear:orthogonal", .linearOrthogonal),
      ("linear:random", .linearRandom),
      ("rho:-0.5", .rho(-0.5)), ("rho:rho=0.85", .rho(0.85)), ("mlp", .mlp(MLPParameters())),
      ("mlp:layers=2,slope=0.5", .mlp(MLPParameters(layers: 2, slope: 0.5))),
      ("additive-noise:signal=0.9", .additiveNoise(AdditiveNoiseParameters(signal: 0.9))),
    ])
  func words(word: String, family: MechanismFamily) throws {
    let found = try ModelFile.load("tree:depth=2,branching=2", overrides: .init(mechanism: word))
    #expect(found.mechanism == family && found.seed == 1)
  }

  @Test(
    "mistakes on the command line name the option and the remedy",
    arguments: [
      ("rho", nil, "--mechanism: the family rho needs its correlation; write {family: rho, rho: 0.85} or rho:0.85"),
      ("rho:2", nil, "--mechanism: .rho: 2 is not a correlation; give a number strictly between -1 and 1"),
      ("roh:0.5", nil, "--mechanism: 'roh:0.5' has no parameter '0.5'; write name:key=value,key=value"),
      ("mlp:layers", nil, "--mechanism: 'mlp:layers' has no parameter 'layers'; write name:key=value,key=value"),
      (
        "mlp:slope=1,slope=2", nil,
        "--mechanism: the parameter 'slope' stands twice in 'mlp:slope=1,slope=2'; keep one of them"
      ),
      (
        "rho:0.5", "student-t:1",
        "--noise: .degrees_of_freedom: 1 is not a number of degrees of freedom with finite variance; give a number above 2"
      ),
    ] as [(String, String?, String)])
  func wordErrors(mechanism: String, noise: String?, message: String) throws {
    let error = #expect(throws: SpecificationError.self) {
      try ModelFile.load("tree:depth=2,branching=2", overrides: .init(mechanism: mechanism, noise: noise))
    }
    #expect(error?.description == message)
  }

  @Test("a graph without a mechanism asks for one")
  func noMechanism() throws {
    let error = #expect(throws: SpecificationError.self) { try ModelFile.load("tree:depth=2,branching=2") }
    #expect(error?.status == .usage)
    #expect(error?.message == "this is a graph, and a model also needs a mechanism")
  }

  @Test("mistakes in a file name line and key")
  func fileErrors() throws {
    let unknown = try #require(failure("graph: tree:depth=1,branching=2\nmechanism: linear\nsede: 1\n"))
    #expect(unknown.line == 3 && unknown.keyPath == ".sede" && unknown.remedy.contains("did you mean 'seed'?"))
    let missing = try #require(failure("graph: tree:depth=1,branching=2\n"))
    #expect(missing.message == "the key 'mechanism' is missing")
    let graph = try #require(failure("mechanism: linear\n"))
    #expect(graph.message == "the key 'graph' is missing")
    // Known only once the model is drawn: an MLP does not fit the noisy regime.
    let unfit = try #require(failure("graph: tree:depth=1,branching=2\nmechanism: mlp\n"))
    #expect(unfit.line == 2 && unfit.keyPath == ".mechanism" && unfit.message.contains("does not fit node"))
  }
}
