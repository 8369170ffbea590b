import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct AssignmentTests {
  @Test("A node's family wins over its level's, which wins over the base; other nodes keep their very weights")
  func precedence() throws {
    let graph = try crossedGraph()
    let family = MechanismFamily.assigned(
      MechanismAssignment(
        base: .linearRandom, levels: [0: .additiveNoise(.init())], nodes: ["x3": .postNonlinear(.init())]))
    let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 1))
    let plain = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: 1))
    for (v, node) in graph.nodes.enumerated() {
      switch node.name {
      case "x3": #expect(model.mechanisms[v] is PostNonlinearMechanism)
      case "x0", "x1", "x2": #expect(model.mechanisms[v] is AdditiveNoiseMechanism)
      default:
        #expect(
          (model.mechanisms[v] as? LinearMechanism)?.weights == (plain.mechanisms[v] as? LinearMechanism)?.weights)
      }
    }
    #expect(family.label == "linear-random[0=additive-noise;x3=post-nonlinear]")
  }

  @Test("Rho among other families still gives variance 1, measured instead of exact")
  func rhoAmongOthers() throws {
    let graph = try crossedGraph()
    let family = MechanismFamily.assigned(
      MechanismAssignment(base: .rho(0.8), nodes: ["c": .linearOrthogonal]))
    let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 1))
    let population = populationCovariance(graph, weights: try #require(model.linearWeights))
    for (v, node) in graph.nodes.enumerated() where node.name != "c" {
      #expect(abs(population[v, v] - 1) < 0.1, "\(node.name): \(population[v, v])")
    }
  }

  @Test("Noise laws by level and node")
  func noises() throws {
    let graph = try crossedGraph()
    let noise = NoiseAssignment(.gaussian, levels: [0: .laplace], nodes: ["x3": .uniform, "a": .exponential])
    let model = try GenerativeModel(graph: graph, family: .linearRandom, noise: noise, key: RandomKey(seed: 1))
    let expected: [String: Distribution] = [
      "a": .exponential, "x0": .laplace, "x1": .laplace, "x2": .laplace, "x3": .uniform,
    ]
    for (v, node) in graph.nodes.enumerated() { #expect(model.noises[v] == expected[node.name] ?? .gaussian) }
    #expect("\(noise)" == "gaussian[0=laplace;a=exponential;x3=uniform]")
    #expect("\(NoiseAssignment.gaussian)" == "\(Distribution.gaussian)")
  }

  @Test("Correlated noise ties siblings together and no others")
  func correlated() throws {
    let graph = try crossedGraph()
    let model = try GenerativeModel(
      graph: graph, family: .linearRandom, noise: .correlated(correlation: 0.6), key: RandomKey(seed: 1))
    let n = 100_000
    let noises = covariance(
      model.sample(0..<UInt64(n), key: RandomKey(seed: 2)).noises(of: Array(graph.nodes.indices)))
    for i in graph.nodes.indices {
      for j in 0..<i {
        let siblings = Set(graph.parents[i]) == Set(graph.parents[j])
        #expect(abs(noises[i, j] - (siblings ? 0.6 : 0)) < 6 / Double(n).squareRoot(), "\(i), \(j)")
      }
    }
    // a and b are the roots; no other two nodes have the same parents.
    #expect(abs(noises[0, 1] - 0.6) < 0.02)
  }

  @Test("Given coefficients are the weights, roots included")
  func coefficients() throws {
    let graph = try HierarchicalGraph(
      name: "given",
      nodes: [
        NodeDeclaration("c", dimension: 2), NodeDeclaration("s", dimension: 2),
        NodeDeclaration("x", dimension: 1, noiseDimension: 1),
      ],
      edges: [("c", "s"), ("c", "x"), ("s", "x")])
    let family = MechanismFamily.assigned(
      MechanismAssignment(
        base: .linearRandom,
        nodes: [
          "c": .coefficients(.init(parents: [:], noise: .matrix([[2, 0], [1, 3]]))),
          "s": .coefficients(.init(parents: ["c": .scalar(0.5)], noise: .scalar(0.25))),
          "x": .coefficients(.init(parents: ["s": .matrix([[7, 8]])])),
        ]))
    let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 1))
    let weights = try #require(model.linearWeights)
    #expect(weights[0] == Matrix([[2, 0], [1, 3]]))
    #expect(weights[1] == Matrix([[0.5, 0, 0.25, 0], [0, 0.5, 0, 0.25]]))
    #expect(weights[2] == Matrix([[0, 0, 7, 8, 1]]))
  }

  @Test("Named weights are used as they are; nodes without any stay roots or are an error")
  func namedWeights() throws {
    let graph = try crossedGraph()
    var matrices: [String: Matrix<Double>] = [:]
    for (v, node) in graph.nodes.enumerated() where graph.parents.count(v) > 0 {
      matrices[node.name] = Matrix(rows: 1, columns: graph.inputDimension(v), repeating: Double(v) / 8)
    }
    let given = matrices
    let weights = NamedWeights(given, source: "w.safetensors")
    let model = try GenerativeModel(graph: graph, family: .weights(weights), key: RandomKey(seed: 1))
    for (v, node) in graph.nodes.enumerated() {
      #expect(model.linearWeights?[v] == matrices[node.name] ?? .identity(1))
    }
    matrices["c"] = nil
    #expect(throws: ModelError.self) {
      try GenerativeModel(graph: graph, family: .weights(.init(matrices, source: "w")), key: RandomKey(seed: 1))
    }
    matrices["c"] = Matrix(rows: 1, columns: 1)
    #expect(throws: ModelError.self) {
      try GenerativeModel(graph: graph, family: .weights(.init(matrices, source: "w")), key: RandomKey(seed: 1))
    }
    var other = given
    other["x0"]![0, 0] += 1e-12
    #expect(NamedWeights(other, source: "w.safetensors") != weights)
    #expect(NamedWeights(given, source: "elsewhere") == weights)
  }

  @Test("Two views share one mixing function")
  func shared() throws {
    let graph = try HierarchicalGraph(
      name: "views",
      nodes: [
        NodeDeclaration("c", dimension: 2), NodeDeclaration("s1"), NodeDeclaration("s2"),
        NodeDeclaration("x1", dimension: 3, noiseDimension: 0), NodeDeclaration("x2", dimension: 3, noiseDimension: 0),
      ], edges: [("c", "x1"), ("s1", "x1"), ("c", "x2"), ("s2", "x2")])
    func model(_ nodes: [String: MechanismFamily]) throws -> GenerativeModel {
      try GenerativeModel(
        graph: graph, family: .assigned(MechanismAssignment(base: .mlp(MechanismTests.quick), nodes: nodes)),
        key: RandomKey(seed: 1))
    }
    let sharing = try model(["x2": .same(as: "x1")])
    let first = try #require(sharing.mechanisms[3] as? MLPMechanism)
    let second = try #require(sharing.mechanisms[4] as? MLPMechanism)
    #expect(first.layers == second.layers && first.shift == second.shift && first.scale == second.scale)
    #expect((try model([:]).mechanisms[4] as? MLPMechanism)?.layers != first.layers)
    #expect(throws: ModelError.self) { try model(["x2": .same(as: "c")]) }
    #expect(throws: ModelError.self) { try model(["x2": .same(as: "nobody")]) }
    #expect(throws: ModelError.self) { try model(["x1": .same(as: "x2"), "x2": .same(as: "x1")]) }
  }

  @Test("A level or node that the graph does not have is an error with its names")
  func unknown() throws {
    let graph = try crossedGraph()
    for family in [
      MechanismAssignment(base: .linearRandom, levels: [7: .multiplicative(.init())]),
      MechanismAssignment(base: .linearRandom, nodes: ["y": .multiplicative(.init())]),
    ] {
      #expect(throws: ModelError.self) {
        try GenerativeModel(graph: graph, family: .assigned(family), key: RandomKey(seed: 1))
      }
    }
    #expect(throws: ModelError.self) {
      try GenerativeModel(
        graph: graph, family: .linearRandom, noise: NoiseAssignment(.gaussian, nodes: ["y": .laplace]),
        key: RandomKey(seed: 1))
    }
  }
}
