internal import HierarchicalGraphs
internal import LinearAlgebra
public import Stochastics

/// Whether the modules of a model are invertible: for each node the dimension count, the singular values of the Jacobian
/// ∂value/∂(parents, ε) over samples, and the error of mapping values back.
///
/// A dimension count that is too small, a singular Jacobian, or a second preimage refutes invertibility; regular Jacobians
/// and round trips at samples certify it there, and everywhere for linear maps and for leaky-ReLU networks whose layers have
/// full rank.
public struct InvertibilityCertificate: Sendable {
  /// One certificate for each node, in the order of `graph.nodes`.
  public let modules: [ModuleCertificate]
  /// The number of samples.
  public let samples: Int

  /// Singular values below this share of the largest count as 0.
  public static let rankTolerance = 1e-10
}

extension GenerativeModel {
  /// Certifies the invertibility of every module.
  ///
  /// - Parameters:
  ///   - samples: How many samples of (parents, ε) each module is examined at; linear modules at one, as their Jacobian is
  ///     constant, with their round trip at all.
  ///   - key: The source of the samples.
  /// - Precondition: `samples >= 1`.
  /// - Complexity: O(nodes · samples · dimension³); iterative inverses take up to a hundred times that.
  public func invertibilityCertificate(samples: Int = 256, key: RandomKey) -> InvertibilityCertificate {
    precondition(samples >= 1, "\(samples) samples")
    // Linear maps need no samples of their parents: any inputs will do, and a large linear graph needs no panel.
    let sample = linearWeights == nil ? sample(0..<UInt64(samples), key: key) : nil
    let modules = graph.nodes.indices.map { v in
      let inputs: Matrix<Double>
      if let sample, !(mechanisms[v] is LinearMechanism) {
        inputs = .concatenatingColumns([
          sample.values(of: Array(graph.parents[v])).double, sample.noise(of: v).double,
        ])
      } else {
        var stream = RandomStream(key.child("linear inputs").child(graph.nodes[v].name))
        let count = samples * graph.inputDimension(v)
        inputs = Matrix(
          rows: samples, columns: graph.inputDimension(v), storage: (0..<count).map { _ in stream.gaussian() })
      }
      return ModuleCertificate(
        node: v, mechanism: mechanisms[v], noiseDimension: graph.nodes[v].noiseDimension, inputs: inputs)
    }
    return InvertibilityCertificate(modules: modules, samples: samples)
  }
}

extension ModuleCertificate {
  /// Examines one mechanism at given inputs, shape (n, inputDimension).
  init(node: Int, mechanism: any Mechanism, noiseDimension: Int, inputs: Matrix<Double>) {
    let isLinear = mechanism is LinearMechanism
    var conditions: [Double] = []
    var (smallest, noiseRank, smallestNoise) = (Double.infinity, noiseDimension, Double.infinity)
    for row in 0..<(isLinear ? 1 : inputs.rows) {
      let jacobian = mechanism.derivative(at: inputs.row(row))
      let (low, high) = Self.extremes(jacobian)
      smallest = min(smallest, low)
      conditions.append(jacobian.columns == 0 ? 1 : low > 0 ? high / low : .infinity)
      guard noiseDimension > 0 else { continue }
      let noise = jacobian.columns(jacobian.columns - noiseDimension..<jacobian.columns)
      let values = (try? noise.singularValues()) ?? []
      noiseRank = min(noiseRank, values.count { $0 > InvertibilityCertificate.rankTolerance * high && $0 > 0 })
      smallestNoise = min(smallestNoise, values.count < noiseDimension ? 0 : values.last ?? 0)
    }
    conditions.sort()
    let roundTrip = Self.roundTrip(mechanism, inputs)
    self.node = node
    inputDimension = mechanism.inputDimension
    dimension = mechanism.dimension
    derivative = mechanism is any DifferentiableMechanism ? .exact : .finiteDifferences
    smallestSingularValue = smallest
    largestConditionNumber = conditions.last ?? 1
    medianConditionNumber = conditions.isEmpty ? 1 : conditions[conditions.count / 2]
    self.noiseDimension = noiseDimension
    self.noiseRank = noiseRank
    smallestNoiseSingularValue = smallestNoise
    stated = mechanism.invertibility
    inverse = roundTrip.inverse
    roundTripError = roundTrip.error
    unsolved = roundTrip.unsolved
    secondPreimages = roundTrip.second
  }

  /// The smallest singular value of a matrix as a map of its columns, and the largest.
  private static func extremes(_ jacobian: Matrix<Double>) -> (low: Double, high: Double) {
    guard jacobian.columns > 0 else { return (.infinity, 0) }
    guard let values = try? jacobian.singularValues(), let high = values.first else { return (0, .infinity) }
    return (jacobian.rows < jacobian.columns ? 0 : values[values.count - 1], high)
  }

  private static func roundTrip(
    _ mechanism: any Mechanism, _ inputs: Matrix<Double>
  ) -> (inverse: Inverse, error: Double?, unsolved: Int, second: Int) {
    guard mechanism.dimension >= mechanism.inputDimension else { return (.none, nil, 0, 0) }
    guard mechanism.inputDimension > 0 else { return (.exact, 0, 0, 0) }
    let values = Matrix((0..<inputs.rows).map { mechanism.value(at: inputs.row($0)) })
    if let exact = mechanism.withOwnInverse {
      guard let found = try? exact.inverse(values) else { return (.exact, .infinity, 0, 0) }
      let errors = (0..<inputs.rows).map { error(found.row($0), inputs.row($0)) }
      return (.exact, errors.contains { $0.isNaN } ? .infinity : errors.max() ?? 0, 0, 0)
    }
    let search = MechanismInverse(mechanism, inputs: inputs, values: values)
    var (largest, unsolved, second) = (0.0, 0, 0)
    for row in 0..<inputs.rows {
      let solution = search.solve(values.row(row))
      guard solution.residual <= MechanismInverse.tolerance else {
        unsolved += 1
        continue
      }
      let distance = error(solution.input, inputs.row(row))
      // Far above what the tolerance on the residual leaves open, unless the condition number is a million.
      if distance > 1e-4 { second += 1 }
      largest = max(largest, distance)
    }
    return (.iterative, unsolved == inputs.rows ? nil : largest, unsolved, second)
  }

  private static func error(_ found: [Double], _ truth: [Double]) -> Double {
    let scale = max(1, truth.reduce(0) { max($0, abs($1)) })
    return zip(found, truth).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }
}
