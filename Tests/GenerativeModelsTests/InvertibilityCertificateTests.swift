import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

/// u ↦ u³ − 3u, which takes every value between −2 and 2 three times.
private struct Cubic: Mechanism {
  var inputDimension: Int { 1 }
  var dimension: Int { 1 }
  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    for i in 0..<count { outputs[i] = inputs[i] * inputs[i] * inputs[i] - 3 * inputs[i] }
  }
  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    for i in 0..<count { outputs[i] = inputs[i] * inputs[i] * inputs[i] - 3 * inputs[i] }
  }
}

@Suite struct InvertibilityCertificateTests {
  static let invertible: [MechanismFamily] = [.linearRandom, .linearOrthogonal, .mlp(MLPParameters())]
  static let noisy: [MechanismFamily] = [.linearRandom, .additiveNoise(AdditiveNoiseParameters())]

  private func model(_ family: MechanismFamily, _ regime: Regime = .invertible) throws -> GenerativeModel {
    try GenerativeModel(graph: try crossedGraph(regime: regime), family: family, seed: 3)
  }

  @Test("a generator seed gives the model that plans draw from it")
  func seed() throws {
    let bySeed = try GenerativeModel(graph: try binaryTree(depth: 2), family: .linearRandom, seed: 7)
    let byKey = try GenerativeModel(
      graph: try binaryTree(depth: 2), family: .linearRandom, key: RandomKey(seed: 7).child("generator"))
    #expect(bySeed.linearWeights == byKey.linearWeights)
  }

  @Test("exact Jacobians agree with difference quotients", arguments: invertible + noisy)
  func jacobians(family: MechanismFamily) throws {
    let model = try model(family, Self.invertible.contains(family) ? .invertible : .noisy)
    var stream = RandomStream(RandomKey(seed: 1))
    for mechanism in model.mechanisms {
      for _ in 0..<5 {
        let input = (0..<mechanism.inputDimension).map { _ in stream.gaussian() }
        let difference = mechanism.derivative(at: input) - Opaque(base: mechanism).derivative(at: input)
        // A kink within the step of 6e-6 would be seen; none of these points is that near to one.
        #expect(difference.maximumMagnitude < 1e-8)
      }
    }
  }

  @Test("invertible families are certified: regular, well conditioned, recovered to rounding", arguments: invertible)
  func certified(family: MechanismFamily) throws {
    let certificate = try model(family).invertibilityCertificate(samples: 64, key: RandomKey(seed: 2))
    for module in certificate.modules {
      #expect(module.hasDimensionsForInverse && module.isRegular && module.hasFullNoise)
      #expect(module.inverse == .exact && module.derivative == .exact)
      #expect(try #require(module.roundTripError) < 1e-10)
      #expect(module.largestConditionNumber < 1e4 && module.medianConditionNumber >= 1 - 1e-12)
    }
  }

  @Test("an orthogonal module has all singular values 1")
  func orthogonal() throws {
    for module in try model(.linearOrthogonal).invertibilityCertificate(key: RandomKey(seed: 2)).modules {
      #expect(abs(module.smallestSingularValue - 1) < 1e-12 && abs(module.largestConditionNumber - 1) < 1e-12)
    }
  }

  @Test("a mechanism without an inverse of its own is inverted by search, from a start that does not know the answer")
  func search() throws {
    let known = try model(.mlp(MLPParameters()))
    let hidden = GenerativeModel(
      graph: known.graph, family: known.family, mechanisms: known.mechanisms.map { Opaque(base: $0) },
      noises: known.noises)
    for module in hidden.invertibilityCertificate(samples: 64, key: RandomKey(seed: 2)).modules {
      #expect(module.inverse == .iterative && module.derivative == .finiteDifferences)
      #expect(module.unsolved == 0 && module.secondPreimages == 0)
      #expect(try #require(module.roundTripError) < 1e-8)
    }
  }

  @Test("a map that is not one-to-one is caught by a second preimage though its Jacobian is regular")
  func secondPreimage() throws {
    let graph = try HierarchicalGraph(name: "one", nodes: [NodeDeclaration("x")], edges: [], regime: .invertible)
    let model = GenerativeModel(graph: graph, family: .linearRandom, mechanisms: [Cubic()], noises: [.gaussian])
    let module = model.invertibilityCertificate(samples: 64, key: RandomKey(seed: 2)).modules[0]
    #expect(module.isRegular && module.secondPreimages > 0)
  }

  @Test("the noisy regime has no inverse by dimension count, and its noise still counts")
  func noisyRegime() throws {
    let model = try model(.additiveNoise(AdditiveNoiseParameters()), .noisy)
    let modules = model.invertibilityCertificate(samples: 16, key: RandomKey(seed: 2)).modules
    for (v, module) in modules.enumerated() where model.graph.parents.count(v) > 0 {
      #expect(!module.hasDimensionsForInverse && module.inverse == .none && module.roundTripError == nil)
      #expect(module.smallestSingularValue == 0 && module.largestConditionNumber == .infinity)
      // √(1 − .85²): the derivative with respect to additive noise.
      #expect(module.noiseRank == 1 && abs(module.smallestNoiseSingularValue - (1 - 0.85 * 0.85).squareRoot()) < 1e-12)
    }
  }

  @Test("the derivative with respect to noises agrees with difference quotients through the whole graph")
  func noiseJacobian() throws {
    let model = try model(.mlp(MLPParameters()))
    let graph = model.graph
    var stream = RandomStream(RandomKey(seed: 4))
    let noises = graph.nodes.map { node in (0..<node.noiseDimension).map { _ in stream.gaussian() } }
    func values(_ noises: [[Double]], _ targets: [Int]) -> [Double] {
      var values = [[Double]](repeating: [], count: graph.nodes.count)
      for v in graph.topologicalOrder {
        values[v] = model.mechanisms[v].value(at: graph.parents[v].flatMap { values[$0] } + noises[v])
      }
      return targets.flatMap { values[$0] }
    }
    let (targets, sources) = ([4, 7, 6], [0, 2, 3])
    let jacobian = model.noiseJacobian(of: targets, along: sources, at: noises)
    for (column, v) in sources.enumerated() {
      var (above, below) = (noises, noises)
      above[v][0] += 1e-6
      below[v][0] -= 1e-6
      let quotient = zip(values(above, targets), values(below, targets)).map { ($0 - $1) / 2e-6 }
      #expect(zip(quotient, jacobian.column(column)).allSatisfy { abs($0 - $1) < 1e-7 })
    }
  }
}
