import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct MechanismTests {
  /// A quick conditioning rule, so that tests need few draws.
  static let quick = MLPParameters(conditionQuantile: 0.05, conditionDraws: 400)

  @Test("In the rho tree two leaves correlate as rho to the length of the path between them")
  func rhoTree() throws {
    let graph = try binaryTree(depth: 5)
    let model = try GenerativeModel(graph: graph, family: .rho(0.85), key: RandomKey(seed: 1))
    let population = populationCovariance(graph, weights: try #require(model.linearWeights))
    for (i, j, distance) in [(31, 31, 0), (31, 32, 2), (31, 33, 4), (31, 62, 10), (0, 62, 5), (1, 40, 4)] {
      var expected = 1.0
      for _ in 0..<distance { expected *= 0.85 }
      // (1, 40): node 1 is the left child of the root; leaf 40 descends from it.
      #expect(abs(population[i, j] - expected) < 1e-12, "nodes \(i) and \(j)")
    }
  }

  @Test("The rho family gives every node variance 1 with several parents too", arguments: [0.3, 0.85, -0.5])
  func rhoVariance(rho: Double) throws {
    let graph = try crossedGraph()
    let model = try GenerativeModel(graph: graph, family: .rho(rho), key: RandomKey(seed: 1))
    let population = populationCovariance(graph, weights: try #require(model.linearWeights))
    for v in graph.nodes.indices { #expect(abs(population[v, v] - 1) < 1e-12) }
  }

  @Test("Orthogonal weights have orthonormal columns in the invertible regime and orthonormal rows in the noisy one")
  func orthogonal() throws {
    for regime in Regime.allCases {
      let model = try GenerativeModel(
        graph: crossedGraph(regime: regime), family: .linearOrthogonal, key: RandomKey(seed: 5))
      for w in try #require(model.linearWeights) {
        let gram = w.multiplied(by: w, transposeSelf: w.rows >= w.columns, transposeOther: w.rows < w.columns)
        #expect((gram - .identity(gram.rows)).maximumMagnitude < 1e-12)
      }
    }
  }

  @Test(
    "Random linear weights have rows of unit norm, no small entry, and are well conditioned where they can be inverted")
  func linearRandom() throws {
    let model = try GenerativeModel(
      graph: crossedGraph(regime: .invertible), family: .linearRandom, key: RandomKey(seed: 5))
    for w in try #require(model.linearWeights) {
      for i in 0..<w.rows { #expect(abs(w.row(i).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12) }
      let values = try w.singularValues()
      #expect(values.first! / values.last! <= 25)
      #expect(w.rows == 1 || w.storage.allSatisfy { abs($0) > 0.5 / (Double(w.columns).squareRoot() * 1.01) * 0.5 })
    }
  }

  @Test("An MLP mechanism is inverted to 1e-9 and keeps unit mean variance", arguments: [1, 2, 3])
  func mlpInverts(seed: UInt64) throws {
    let graph = try crossedGraph(regime: .invertible)
    let model = try GenerativeModel(graph: graph, family: .mlp(Self.quick), key: RandomKey(seed: seed))
    for case let mechanism as MLPMechanism in model.mechanisms {
      var stream = RandomStream(RandomKey(seed: seed).child("inputs"))
      let n = 200
      let inputs = Matrix<Double>(
        rows: mechanism.inputDimension, columns: n,
        storage: (0..<mechanism.inputDimension * n).map { _ in stream.gaussian() })
      var outputs = Matrix<Double>(rows: mechanism.dimension, columns: n)
      inputs.withUnsafeElements { source in
        outputs.withUnsafeMutableElements { mechanism.evaluate(source, into: $0, count: n) }
      }
      let recovered = try mechanism.inverse(outputs.transposed())
      #expect((recovered - inputs.transposed()).maximumMagnitude < 1e-9)
    }
    let sample = model.sample(0..<20_000, key: RandomKey(seed: 99))
    for v in graph.nodes.indices {
      let spread = covariance(sample.value(of: v))
      let mean = (0..<spread.rows).reduce(0.0) { $0 + spread[$1, $1] } / Double(spread.rows)
      #expect(abs(mean - 1) < 0.15, "node \(v) has mean variance \(mean)")
    }
  }

  @Test("MLP weights obey the condition rule, columns have unit norm, and the network is not linear")
  func mlpConditioning() throws {
    let graph = try binaryTree(depth: 3, regime: .invertible)
    let model = try GenerativeModel(graph: graph, family: .mlp(Self.quick), key: RandomKey(seed: 4))
    var worst: [Int: Double] = [:]
    for case let mechanism as MLPMechanism in model.mechanisms {
      for w in mechanism.layers {
        let values = try w.singularValues()
        worst[w.rows] = max(worst[w.rows] ?? 0, values.first! / values.last!)
        for j in 0..<w.columns { #expect(abs(w.column(j).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12) }
      }
      #expect(mechanism.slope == 0.2 && mechanism.layers.count == 3)
    }
    // An unconstrained draw of order 4 has a median condition number of about 7.5; the 5 % quantile is below 3.
    #expect(worst[2]! < 1.5 && worst[3]! < 2.5 && worst[4]! < 3.5, "worst condition numbers \(worst)")
  }

  @Test("Additive-noise values have variance 1, of which the parents explain the square of the signal")
  func additiveNoise() throws {
    let model = try GenerativeModel(
      graph: crossedGraph(), family: .additiveNoise(.init(signal: 0.8)), key: RandomKey(seed: 8))
    let sample = model.sample(0..<50_000, key: RandomKey(seed: 9))
    for v in model.graph.nodes.indices where model.graph.parents.count(v) > 0 {
      let pair = covariance(.concatenatingColumns([sample.value(of: v), sample.noise(of: v)]))
      #expect(abs(pair[0, 0] - 1) < 0.06, "variance of node \(v): \(pair[0, 0])")
      #expect(abs(pair[0, 1] - 0.6) < 0.02, "covariance with ε of node \(v): \(pair[0, 1])")
    }
  }

  @Test("Single and double precision evaluate the same map", arguments: SamplerTests.families)
  func precisionsAgree(family: MechanismFamily) throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 2))
    for mechanism in model.mechanisms {
      let inputs = Distribution.gaussian.samples(mechanism.inputDimension * 64, key: RandomKey(seed: 3))
      var single = [Float](repeating: .nan, count: mechanism.dimension * 64)
      var double = [Double](repeating: .nan, count: mechanism.dimension * 64)
      inputs.withUnsafeBufferPointer { source in
        single.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: 64) }
      }
      inputs.map(Double.init).withUnsafeBufferPointer { source in
        double.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: 64) }
      }
      for (a, b) in zip(single, double) { #expect(abs(Double(a) - b) < 1e-4) }
    }
  }

  @Test("A family that does not fit the graph is one typed error with the node and the remedy")
  func errors() throws {
    let tree = try binaryTree(depth: 2)
    #expect(throws: ModelError.self) {
      try GenerativeModel(graph: tree, family: .mlp(.init()), key: RandomKey(seed: 1))
    }
    #expect(
      throws: ModelError.invalidParameter(name: "rho", value: "1.0", remedy: "give a number strictly between -1 and 1")
    ) {
      try GenerativeModel(graph: tree, family: .rho(1), key: RandomKey(seed: 1))
    }
    #expect(throws: ModelError.self) {
      try GenerativeModel(graph: binaryTree(depth: 2, regime: .invertible), family: .rho(0.5), key: RandomKey(seed: 1))
    }
    #expect(throws: ModelError.self) {
      try GenerativeModel(
        graph: tree, family: .linearRandom, noise: .studentT(degreesOfFreedom: 2), key: RandomKey(seed: 1))
    }
    #expect(throws: ModelError.self) {
      try GenerativeModel(graph: tree, family: .additiveNoise(.init(signal: 1)), key: RandomKey(seed: 1))
    }
  }
}
