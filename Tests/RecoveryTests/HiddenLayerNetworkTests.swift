import Glibc
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// The kernels of the network with one hidden layer, of every path and shape, against sums written out.
@Suite struct HiddenLayerNetworkTests {
  /// Units in the last place that a tangent may be off: three of ours, one of the C library's.
  static let tangentUnits = 4.0
  /// Rounding of sums of some hundred products of numbers around 1, in another order.
  static let tolerance = 1e-12

  @Test(
    "The hyperbolic tangent is that of the C library, from the least number to the largest", arguments: [false, true])
  func tangent(portably: Bool) {
    let one = Matrix<Double>([[1]])
    var network = HiddenLayerNetwork(parameters: [one, Matrix([[0]]), one, Matrix([[0]])], activation: .tanh)
    network.isPortable = portably
    var values: [Double] = []
    for exponent in -120...12 {
      for factor in [1, 1.1, 1.37, 1.9, -1, -1.73] { values.append(factor * exp2(Double(exponent) / 2)) }
    }
    values += (0..<4000).map { 0.01 * Double($0) - 20 }
    values += [0, .leastNormalMagnitude / 8, .leastNonzeroMagnitude, 1e300, -.greatestFiniteMagnitude]
    let outputs = network.outputs(Matrix(rows: values.count, columns: 1, storage: values)).storage
    for (value, output) in zip(values, outputs) {
      let expected: Double = Glibc.tanh(value)
      #expect(abs(output - expected) <= Self.tangentUnits * expected.ulp, "tanh(\(value))")
    }
    #expect(network.outputs(Matrix([[.nan]]))[0, 0].isNaN)
  }

  @Test(
    "Outputs and gradients are the sums that they are defined by, whatever the shape", arguments: [false, true],
    [HiddenLayerNetwork.Activation.tanh, .relu])
  func shapes(portably: Bool, activation: HiddenLayerNetwork.Activation) {
    for (n, k, h, q) in [
      (1, 1, 1, 1), (3, 2, 7, 1), (4, 3, 8, 2), (5, 17, 9, 5), (9, 1, 64, 3), (13, 40, 100, 33), (6, 0, 12, 2),
    ] {
      var network = NetworkFixtureTests.network(k, h, q, activation, seed: UInt64(n))
      network.isPortable = portably
      let (x, y) = (congruentialMatrix(n, k, seed: 500), congruentialMatrix(n, q, seed: 501))
      let expected = reference(network.parameters, activation, x, y, weight: 1.5, decay: 0.3)
      #expect(largestDifference(network.outputs(x).storage, expected.outputs.storage) <= Self.tolerance)
      let (error, gradients) = network.gradients(x, y, weight: 1.5, decay: 0.3)
      #expect(abs(error - expected.error) <= Self.tolerance * expected.error)
      for (gradient, other) in zip(gradients, expected.gradients) {
        #expect(gradient.rows == other.rows && gradient.columns == other.columns)
        #expect(largestDifference(gradient.storage, other.storage) <= Self.tolerance)
      }
    }
  }

  @Test("Parameters come back as they were given, and both paths predict and train alike")
  func paths() throws {
    let parameters = NetworkFixtureTests.network(3, 11, 2, .tanh, seed: 7).parameters
    #expect(HiddenLayerNetwork(parameters: parameters, activation: .tanh).parameters == parameters)
    let (x, y) = (congruentialMatrix(50, 3, seed: 8), congruentialMatrix(50, 2, seed: 9))
    let probe = MLPProbe(hiddenUnits: 11, epochs: 20, key: .init(seed: 1))
    let fits = [false, true].map { portably in
      var network = HiddenLayerNetwork(parameters: parameters, activation: .tanh)
      network.isPortable = portably
      return probe.fit(x, y, from: network) { _, rows in Array(0..<rows) }
    }
    #expect(largestDifference(fits[0].errors, fits[1].errors) <= 1e-10 * fits[0].errors[0])
    #expect(fits[0].network.parameters != parameters)
  }

  /// The definition, term by term.
  private func reference(
    _ w: [Matrix<Double>], _ activation: HiddenLayerNetwork.Activation, _ x: Matrix<Double>, _ y: Matrix<Double>,
    weight: Double, decay: Double
  ) -> (outputs: Matrix<Double>, error: Double, gradients: [Matrix<Double>]) {
    let (n, k, h, q) = (x.rows, x.columns, w[0].columns, y.columns)
    var (outputs, error) = (Matrix<Double>(rows: n, columns: q), 0.0)
    var gradients = w.map { Matrix<Double>(rows: $0.rows, columns: $0.columns) }
    let scale = weight / Double(n)
    for i in 0..<n {
      let sums = (0..<h).map { u in (0..<k).reduce(w[1][0, u]) { $0 + x[i, $1] * w[0][$1, u] } }
      let hidden = sums.map { activation == .tanh ? Glibc.tanh($0) : max($0, 0) }
      var back = [Double](repeating: 0, count: h)
      for j in 0..<q {
        outputs[i, j] = (0..<h).reduce(w[3][0, j]) { $0 + hidden[$1] * w[2][$1, j] }
        let residual = outputs[i, j] - y[i, j]
        error += residual * residual
        gradients[3][0, j] += scale * residual
        for u in 0..<h {
          gradients[2][u, j] += scale * residual * hidden[u]
          back[u] += scale * residual * w[2][u, j]
        }
      }
      for u in 0..<h {
        let slope = back[u] * (activation == .tanh ? 1 - hidden[u] * hidden[u] : hidden[u] > 0 ? 1 : 0)
        gradients[1][0, u] += slope
        for c in 0..<k { gradients[0][c, u] += slope * x[i, c] }
      }
    }
    for layer in [0, 2] {
      for r in 0..<w[layer].rows {
        for c in 0..<w[layer].columns { gradients[layer][r, c] += scale * decay * w[layer][r, c] }
      }
    }
    return (outputs, error, gradients)
  }
}
