import GenerativeModels
import Glibc
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct InvertibilityTests {
  /// Families whose (parents, ε) is a function of the value.
  static let jointly: [MechanismFamily] = [
    .linearRandom, .linearOrthogonal, .mlp(MechanismTests.quick), .polynomial(.init()),
    .polynomial(.init(coefficient: 0.1)), .polynomial(.init(coefficient: 0.5, degree: 5)), .residualFlow(.init()),
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

  @Test("Given weights that have lost rank are not stated to be invertible, whatever their shape")
  func lostRank() {
    let tall = Matrix<Double>([[1, 2], [2, 4], [3, 6]])
    let linear = LinearMechanism(weights: tall)
    let gain = "; given the parents, ε is known if its columns of W have full rank"
    #expect(linear.invertibility == .conditional(why: "W (3 x 2) has rank 1\(gain)"))
    #expect(
      LinearMechanism(weights: Matrix([[1, 2], [2, 5], [3, 6]])).invertibility
        == .exact(why: "W (3 x 2) has full column rank"))
    #expect(
      LinearMechanism(weights: Matrix([[1, 2]])).invertibility == .conditional(why: "W maps 2 inputs to 1\(gain)"))
    let polynomial = PolynomialMechanism(
      weights: tall, coefficient: 0.1, degree: 3, shift: [0, 0, 0], scale: [1, 1, 1])
    let network = MLPMechanism(layers: [tall, .identity(3)], slope: 0.2, shift: [0, 0, 0], scale: 1)
    let flow = ResidualFlowMechanism(entrance: tall, blocks: [], shift: [0, 0, 0], scale: 1)
    for mechanism in [polynomial, network, flow] as [any Mechanism] {
      if case .conditional = mechanism.invertibility {} else { Issue.record("\(mechanism.invertibility)") }
    }
  }

  @Test("A soft intervention keeps the inverses of its base, and finds one by a search where the base has none")
  func softInterventions() throws {
    let base = LinearMechanism(weights: Matrix([[1, 2], [0, 3], [1, 1]]))
    let soft = ShiftScaleMechanism(base: base, shift: [1, 0, -2], scale: [2, -3, 0.5])
    let inputs = Self.inputs(base, seed: 4)
    let values = Self.evaluate(soft, inputs)
    #expect((try soft.inverse(values) - inputs).maximumMagnitude < Self.roundTrip)
    let noise = try soft.noise(values: values, parents: inputs.columns(0..<1))
    #expect((noise - inputs.columns(1..<2)).maximumMagnitude < Self.roundTrip)
    #expect(throws: LinearAlgebraError.singular(order: 2)) {
      try ShiftScaleMechanism(base: base, shift: [0, 0, 0], scale: [1, 0, 1]).inverse(values)
    }
    let searched = ShiftScaleMechanism(base: Rotation(), shift: [1, 0], scale: [2, 3])
    let turned = Self.inputs(searched, seed: 5)
    #expect((try searched.inverse(Self.evaluate(searched, turned)) - turned).maximumMagnitude < 1e-6)
    let found = Rotation().numericInverse(Self.evaluate(Rotation(), turned))
    #expect((found - turned).maximumMagnitude < 1e-6)
    #expect(Rotation().numericInverse(Matrix([[Double.nan, 0]])).row(0).allSatisfy { $0.isNaN })
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

/// A rotation by an angle that depends on the radius, which says nothing of its inverse: (u, v) turned by (u² + v²) / 20.
private struct Rotation: Mechanism {
  var inputDimension: Int { 2 }
  var dimension: Int { 2 }

  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    for i in 0..<count {
      let value = turned(Double(inputs[i]), Double(inputs[count + i]))
      (outputs[i], outputs[count + i]) = (Float(value.0), Float(value.1))
    }
  }

  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    for i in 0..<count { (outputs[i], outputs[count + i]) = turned(inputs[i], inputs[count + i]) }
  }

  private func turned(_ u: Double, _ v: Double) -> (Double, Double) {
    let angle = (u * u + v * v) / 20
    return (u * cos(angle) - v * sin(angle), u * sin(angle) + v * cos(angle))
  }
}
