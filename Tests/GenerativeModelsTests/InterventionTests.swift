import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct InterventionTests {
  static let kinds: [Intervention.Kind] = [
    .hard([1.5]), .soft(shift: [2], scale: [0.5]), .soft(shift: [0], scale: [3]), .noise(.exponential),
  ]

  /// The nodes that a node reaches, itself included.
  static func descendants(of v: Int, in graph: HierarchicalGraph) -> Set<Int> {
    var result: Set<Int> = [v]
    for u in graph.topologicalOrder where !result.isDisjoint(with: graph.parents[u]) { result.insert(u) }
    return result
  }

  @Test(
    "Descendants change and nothing else, bit by bit; all noises but a replaced one stay", arguments: kinds,
    ["a", "c", "d", "x1"])
  func descendantsOnly(kind: Intervention.Kind, name: String) throws {
    for family in [MechanismFamily.linearRandom, .additiveNoise(.init()), .locationScale(.init())] {
      let graph = try crossedGraph()
      let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: 1))
      let v = try #require(graph.index(of: name))
      let environment = Environment(name: "e", [Intervention(kind, on: name)])
      let before = model.sample(0..<700, key: RandomKey(seed: 2))
      let after = try model.sample(0..<700, key: RandomKey(seed: 2), environment: environment)
      let reached = Self.descendants(of: v, in: graph)
      for u in graph.nodes.indices {
        #expect((before.value(of: u) == after.value(of: u)) == !reached.contains(u), "node \(graph.nodes[u].name)")
        var isReplaced = false
        if case .noise = kind { isReplaced = u == v }
        #expect((before.noise(of: u) == after.noise(of: u)) == !isReplaced)
      }
    }
  }

  @Test("A hard intervention sets the value, a soft one maps it")
  func values() throws {
    let graph = try crossedGraph(regime: .invertible)
    let model = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: 1))
    let v = try #require(graph.index(of: "c"))
    let numbers = (0..<graph.nodes[v].dimension).map { Double($0) - 0.25 }
    let key = RandomKey(seed: 3)
    let hard = try model.sample(0..<300, key: key, environment: .init(name: "h", [.init(.hard(numbers), on: "c")]))
    for i in 0..<300 { #expect(hard.value(of: v).row(i) == numbers.map { Float($0) }) }
    let plain = model.sample(0..<300, key: key).value(of: v)
    let soft = try model.sample(
      0..<300, key: key, environment: .init(name: "s", [.init(.soft(shift: [0.5], scale: [2]), on: "c")]))
    for (a, b) in zip(plain.storage, soft.value(of: v).storage) { #expect(b == 2 * a + 0.5) }
  }

  @Test("Several interventions hold together, on different nodes or on mechanism and noise of one")
  func together() throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: .rho(0.8), key: RandomKey(seed: 1))
    let environment = Environment(
      name: "both",
      [.init(.hard([0]), on: "a"), .init(.soft(shift: [1], scale: [1]), on: "d"), .init(.noise(.uniform), on: "d")])
    let sample = try model.sample(0..<50_000, key: RandomKey(seed: 2), environment: environment)
    #expect(sample.value(of: 0).storage.allSatisfy { $0 == 0 })
    let d = sample.value(of: 3).storage.reduce(0.0) { $0 + Double($1) } / 50_000
    #expect(abs(d - 1) < 5 / 50_000.0.squareRoot())
    let largest = 3.0.squareRoot()
    #expect(sample.noise(of: 3).storage.allSatisfy { abs(Double($0)) < largest + 1e-6 })
  }

  @Test(
    "Linear models stay linear under set, shifted and scaled values: the sample covariance is that of their weights",
    arguments: [
      [Intervention(.hard([2]), on: "c")], [.init(.soft(shift: [1], scale: [-0.5]), on: "c")],
      [.init(.soft(shift: [1], scale: [2]), on: "a"), .init(.hard([0]), on: "d"), .init(.noise(.uniform), on: "b")],
    ])
  func linearWeights(interventions: [Intervention]) throws {
    let base = try GenerativeModel(graph: crossedGraph(), family: .linearRandom, key: RandomKey(seed: 1))
    let model = try base.intervened(by: .init(name: "e", interventions))
    let population = populationCovariance(model.graph, weights: try #require(model.linearWeights))
    let n = 40_000
    let sample = covariance(
      model.sample(0..<UInt64(n), key: RandomKey(seed: 5)).values(of: Array(model.graph.nodes.indices)))
    for i in 0..<population.rows {
      for j in 0...i {
        // Of a Gaussian sample; uniform numbers have lighter tails.
        let error = ((population[i, i] * population[j, j] + population[i, j] * population[i, j]) / Double(n))
          .squareRoot()
        #expect(abs(sample[i, j] - population[i, j]) <= 5 * error + 1e-9)
      }
    }
    let nonlinear = try GenerativeModel(graph: crossedGraph(), family: .additiveNoise(.init()), key: RandomKey(seed: 1))
    #expect(try nonlinear.intervened(by: .init(name: "e", interventions)).linearWeights == nil)
  }

  @Test("Constant are the nodes that are set or scaled by 0, and those without noise that depend on nothing else")
  func constants() throws {
    let graph = try HierarchicalGraph(
      name: "g",
      nodes: [
        NodeDeclaration("a"), NodeDeclaration("b"), NodeDeclaration("c", noiseDimension: 0), NodeDeclaration("x"),
        NodeDeclaration("y", dimension: 2, noiseDimension: 2),
      ], edges: [("a", "c"), ("c", "x"), ("b", "x"), ("c", "y")])
    let model = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: 1))
    func constants(_ interventions: Intervention...) throws -> (Set<Int>, Bool) {
      let changed = try model.intervened(by: .init(name: "e", interventions))
      return (changed.constantNodes, changed.hasConstants)
    }
    #expect(try constants() == ([], false))
    #expect(try constants(.init(.soft(shift: [1], scale: [2]), on: "a")) == ([], false))
    #expect(try constants(.init(.hard([1]), on: "a")) == ([0, 2], true))
    #expect(try constants(.init(.soft(shift: [1], scale: [0]), on: "b")) == ([1], true))
    #expect(try constants(.init(.soft(shift: [1], scale: [0, 1]), on: "y")) == ([], true))
    #expect(try constants(.init(.hard([1]), on: "a"), .init(.noise(.degenerate), on: "y")) == ([0, 2, 4], true))
  }

  @Test("What does not fit is a typed error")
  func errors() throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: .rho(0.8), key: RandomKey(seed: 1))
    let wrong: [[Intervention]] = [
      [.init(.hard([0]), on: "nobody")], [.init(.hard([0, 1]), on: "a")], [.init(.hard([.nan]), on: "a")],
      [.init(.hard([0]), on: "a"), .init(.soft(shift: [0], scale: [1]), on: "a")],
      [.init(.noise(.studentT(degreesOfFreedom: 1)), on: "a")],
    ]
    for interventions in wrong {
      #expect(throws: ModelError.self) { try model.intervened(by: .init(name: "e", interventions)) }
    }
  }
}
