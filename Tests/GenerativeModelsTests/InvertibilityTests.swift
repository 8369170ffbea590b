import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct InvertibilityTests {
  /// Families whose (parents, ε) is a function of the value.
  static let jointly: [MechanismFamily] = [
    .linearRandom, .linearOrthogonal, .mlp(MechanismTests.quick), .polynomial(.init()),
    .polynomial(.init(coefficient: 0.5, degree: 5)), .residualFlow(.init()),
    .residualFlow(.init(blocks: 5, hiddenWidth: 4, contraction: 0.97)),
  ]
  /// Families whose ε is a function of value and parents.
  static let inNoise: [MechanismFamily] = [
    .linearRandom, .rho(0.6), .additiveNoise(.init()), .locationScale(.init()), .postNonlinear(.init()),
    .polynomial(.init()), .multiplicative(.init()),
  ]
  static let roundTrip = 1e-8

  /// Inputs of a mechanism, shape (n, inputDimension).
  static func inputs(_ mechanism: any Mechanism, rows n: Int = 300, seed: UInt64) -> Matrix<Double> {
    var stream = RandomStream(RandomKey(seed: seed).child("inputs"))
    return Matrix(
      rows: n, columns: mechanism.inputDimension,
      storage: (0..<mechanism.inputDimension * n).map { _ in stream.gaussian() })
  }

  /// A row-major batch through the public interface, in double precision.
  static func evaluate(_ mechanism: any Mechanism, _ inputs: Matrix<Double>) -> Matrix<Double> {
    var outputs = Matrix<Double>(rows: mechanism.dimension, columns: inputs.rows, repeating: .nan)
    inputs.transposed().withUnsafeElements { source in
      outputs.withUnsafeMutableElements { mechanism.evaluate(source, into: $0, count: inputs.rows) }
    }
    return outputs.transposed()
  }

  @Test(
    "Invertible families map values back to parents and noise to 1e-8", arguments: jointly, 1...3 as ClosedRange<UInt64>
  )
  func joint(family: MechanismFamily, seed: UInt64) throws {
    let graph = try crossedGraph(regime: .invertible)
    let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: seed))
    for mechanism in model.mechanisms {
      guard case .exact = mechanism.invertibility else {
        Issue.record("\(mechanism.invertibility)")
        continue
      }
      let invertible = try #require(mechanism as? any InvertibleMechanism)
      let inputs = Self.inputs(mechanism, seed: seed)
      let error = (try invertible.inverse(Self.evaluate(mechanism, inputs)) - inputs).maximumMagnitude
      #expect(error < Self.roundTrip, "error \(error)")
    }
  }

  @Test("Noise is recovered from value and parents to 1e-8", arguments: inNoise, 1...3 as ClosedRange<UInt64>)
  func noise(family: MechanismFamily, seed: UInt64) throws {
    let graph = try crossedGraph(regime: .noisy)
    let model = try GenerativeModel(graph: graph, family: family, key: RandomKey(seed: seed))
    for (v, mechanism) in model.mechanisms.enumerated() where graph.parents.count(v) > 0 {
      if case .exact = mechanism.invertibility { Issue.record("a node cannot hold its parents and a noise") }
      let invertible = try #require(mechanism as? any NoiseInvertibleMechanism)
      let inputs = Self.inputs(mechanism, seed: seed)
      let split = mechanism.inputDimension - graph.nodes[v].noiseDimension
      let found = try invertible.noise(
        values: Self.evaluate(mechanism, inputs), parents: inputs.columns(0..<split))
      let error = (found - inputs.columns(split..<mechanism.inputDimension)).maximumMagnitude
      // ε = value / c loses digits where c is near 0, which 300 draws come to within about 1e-3.
      #expect(error < Self.roundTrip, "error \(error)")
    }
  }

  @Test("Residual blocks have the spectral norm that they were asked for, and slopes stay below it")
  func contraction() throws {
    let model = try GenerativeModel(
      graph: crossedGraph(regime: .invertible), family: .residualFlow(.init(contraction: 0.8)), key: RandomKey(seed: 2))
    var seen = 0
    for case let mechanism as ResidualFlowMechanism in model.mechanisms {
      for block in mechanism.blocks {
        let product = try block.inner.singularValues()[0] * block.outer.singularValues()[0]
        #expect(abs(product - 0.8) < 1e-12)
        seen += 1
      }
    }
    #expect(seen == 6 * 3)
  }

  @Test("A residual flow says so when its values are not finite")
  func notFinite() throws {
    let model = try GenerativeModel(
      graph: crossedGraph(regime: .invertible), family: .residualFlow(.init()), key: RandomKey(seed: 2))
    let mechanism = try #require(model.mechanisms.compactMap { $0 as? ResidualFlowMechanism }.first)
    let bad = Matrix<Double>(rows: 2, columns: mechanism.dimension, repeating: .nan)
    #expect(throws: LinearAlgebraError.self) { try mechanism.inverse(bad) }
  }

  @Test("Constants are not invertible, and a scale of 0 takes invertibility away")
  func interventions() throws {
    let base = LinearMechanism(weights: .identity(2))
    #expect(ConstantMechanism(value: [1], inputDimension: 2).invertibility != base.invertibility)
    if case .none = ConstantMechanism(value: [1], inputDimension: 2).invertibility {} else { Issue.record("constant") }
    #expect(ShiftScaleMechanism(base: base, shift: [1, 0], scale: [2, 3]).invertibility == base.invertibility)
    if case .none = ShiftScaleMechanism(base: base, shift: [1, 0], scale: [2, 0]).invertibility {
    } else {
      Issue.record("scaled to nothing")
    }
  }
}
