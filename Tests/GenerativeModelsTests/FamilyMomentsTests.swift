import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct FamilyMomentsTests {
  static let standardised: [MechanismFamily] = [
    .locationScale(.init()), .postNonlinear(.init()), .multiplicative(.init()), .polynomial(.init(coefficient: 0.05)),
  ]

  @Test("Values have mean 0 and variance 1 under the standardised families", arguments: standardised)
  func unitVariance(family: MechanismFamily) throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 3))
    let sample = model.sample(0..<60_000, key: RandomKey(seed: 4))
    for v in model.graph.nodes.indices {
      let column = sample.value(of: v).column(0).map(Double.init)
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      // Calibrated on 4096 rows; the multiplicative and the polynomial family have heavy tails.
      #expect(abs(mean) < 0.1 && abs(variance - 1) < 0.35, "node \(v): \(mean), \(variance)")
    }
  }

  /// A binary tree of depth 6: 127 nodes, 64 leaves.
  static func deepTree() throws -> HierarchicalGraph { try .tree(depth: 6, branching: 2) }

  @Test(
    "The polynomial family is safe at depth 6 by default: finite, with means and variances within six standard errors",
    arguments: [PolynomialParameters(), PolynomialParameters(degree: 9)])
  func deepPolynomial(parameters: PolynomialParameters) throws {
    let model = try GenerativeModel(graph: Self.deepTree(), family: .polynomial(parameters), key: RandomKey(seed: 3))
    let n = 100_000
    let sample = model.sample(0..<UInt64(n), key: RandomKey(seed: 4))
    // Standardised on 4096 rows of the same model, and measured on n.
    let share = 1 / Double(MechanismBuilderRows.count) + 1 / Double(n)
    for v in model.graph.nodes.indices {
      let column = sample.value(of: v).column(0).map(Double.init)
      #expect(column.allSatisfy { $0.isFinite })
      let mean = column.reduce(0, +) / Double(n)
      let squares = column.map { ($0 - mean) * ($0 - mean) }
      let variance = squares.reduce(0, +) / Double(n)
      let kurtosis = squares.reduce(0) { $0 + $1 * $1 } / Double(n) / (variance * variance)
      #expect(abs(mean) < 6 * (variance * share).squareRoot(), "\(model.graph.nodes[v].name): mean \(mean)")
      #expect(
        abs(variance - 1) < 6 * ((kurtosis - 1) * share).squareRoot(),
        "\(model.graph.nodes[v].name): variance \(variance), kurtosis \(kurtosis)")
    }
  }

  @Test("A polynomial with a largest slope is the polynomial up to the bend, its tangent beyond, and steepest there")
  func tangent() throws {
    let bounded = PolynomialMechanism(
      weights: .identity(1), coefficient: 0.1, degree: 3, largestSlope: 3, shift: [0], scale: [1])
    let bend = (20.0 / 3).squareRoot()
    for u in [-7, -bend, -1, 0, 0.5, bend, 2.7, 40] {
      let inside = min(abs(u), bend)
      let expected = inside + 0.1 * inside * inside * inside + 3 * (abs(u) - inside)
      #expect(abs(bounded.value(at: [u])[0] - (u < 0 ? -expected : expected)) < 1e-12)
      #expect(bounded.derivative(at: [u])[0, 0] <= 3 + 1e-9)
      let back = try bounded.inverse(Matrix(rows: 1, columns: 1, storage: bounded.value(at: [u])))
      #expect(abs(back[0, 0] - u) < 1e-12)
    }
  }

  /// The calibration sample's rows, as docs/mechanisms.md states them.
  enum MechanismBuilderRows { static let count = 4096 }

  @Test("Location-scale noise is wide where exp(s) is: squared residuals vary with the parents, additive ones do not")
  func heteroscedastic() throws {
    func spread(_ family: MechanismFamily) throws -> Double {
      let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 3))
      let v = try #require(model.graph.index(of: "x0"))
      let inputs = InvertibilityTests.inputs(model.mechanisms[v], seed: 1)
      // Slope of the value in its noise, at each row's parents.
      var (low, high) = (inputs, inputs)
      for i in 0..<inputs.rows { (low[i, 1], high[i, 1]) = (0, 1) }
      let slopes =
        (InvertibilityTests.evaluate(model.mechanisms[v], high) - InvertibilityTests.evaluate(model.mechanisms[v], low))
        .storage
      return slopes.max()! / slopes.min()!
    }
    #expect(try spread(.locationScale(.init())) > 2)
    #expect(try abs(spread(.additiveNoise(.init())) - 1) < 1e-9)
  }

  @Test("Products of content and noise leave nothing for the mean: E[value | parents] = 0 while squares depend on them")
  func multiplicative() throws {
    let graph = try HierarchicalGraph(
      name: "pair", nodes: [NodeDeclaration("c", dimension: 2), NodeDeclaration("x", dimension: 2)], edges: [("c", "x")]
    )
    let model = try GenerativeModel(graph: graph, family: .multiplicative(.init()), key: RandomKey(seed: 3))
    let n = 200_000
    let sample = model.sample(0..<UInt64(n), key: RandomKey(seed: 4))
    let (c, x) = (sample.value(of: 0), sample.value(of: 1))
    var (linear, cubic, squares) = (0.0, 0.0, 0.0)
    for i in 0..<n {
      let (a, b) = (Double(c[i, 0]), Double(x[i, 0]))
      linear += a * b
      cubic += a * a * a * b
      squares += (a * a - 1) * (b * b - 1)
    }
    // Var(c·x) = E c⁴ = 3, Var(c³·x) = E c⁸ = 105, E[(c² − 1)(x² − 1)] = E c⁴ − 1 = 2.
    #expect(abs(linear / Double(n)) < 5 * (3 / Double(n)).squareRoot())
    #expect(abs(cubic / Double(n)) < 5 * (105 / Double(n)).squareRoot())
    #expect(abs(squares / Double(n) - 2) < 0.3)
  }

  @Test("Single and double precision evaluate the same map", arguments: standardised)
  func precisions(family: MechanismFamily) throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 2))
    for mechanism in model.mechanisms { Self.comparePrecisions(mechanism) }
    let flow = try GenerativeModel(
      graph: crossedGraph(regime: .invertible), family: .residualFlow(.init()), key: RandomKey(seed: 2))
    for mechanism in flow.mechanisms { Self.comparePrecisions(mechanism) }
  }

  static func comparePrecisions(_ mechanism: any Mechanism) {
    let inputs = Distribution.gaussian.samples(mechanism.inputDimension * 64, key: RandomKey(seed: 3))
    var single = [Float](repeating: .nan, count: mechanism.dimension * 64)
    var double = [Double](repeating: .nan, count: mechanism.dimension * 64)
    inputs.withUnsafeBufferPointer { source in
      single.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: 64) }
    }
    inputs.map(Double.init).withUnsafeBufferPointer { source in
      double.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: 64) }
    }
    for (a, b) in zip(single, double) { #expect(abs(Double(a) - b) < 1e-4 * max(1, abs(b))) }
  }

  @Test("Parameters out of range are one typed error with the remedy")
  func errors() throws {
    let wrong: [MechanismFamily] = [
      .locationScale(.init(signal: 1)), .locationScale(.init(logDeviation: -1)), .postNonlinear(.init(sharpness: 0)),
      .polynomial(.init(coefficient: -1)), .polynomial(.init(degree: 4)),
      .polynomial(.init(largestSlope: 1)), .residualFlow(.init(contraction: 1)),
      // Noisy regime: a node cannot hold parents and noise.
      .residualFlow(.init()),
    ]
    for family in wrong {
      #expect(throws: ModelError.self) {
        try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 1))
      }
    }
  }
}
