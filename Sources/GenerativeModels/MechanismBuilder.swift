internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Draws one mechanism a node, in topological order.
///
/// The standardised families need the scale of what their parents produce: they measure it on a calibration sample that
/// runs along through the graph; a graph that is `rho` throughout computes it exactly.
struct MechanismBuilder {
  let graph: HierarchicalGraph
  /// The family of each node.
  let families: [MechanismFamily]
  /// The law of each node's noise.
  let noises: [Distribution]
  let key: RandomKey
  /// Rows of the calibration sample: standardisation is exact to about 1/√4096.
  static let calibrationCount = 4096
  /// The calibration values of each finished node, feature-major.
  var calibration: [[Float]]
  var thresholds: [[Int]: Double] = [:]
  /// The exact factors of a graph that is `rho` throughout.
  private var rhoScales: [Double]?

  init(
    graph: HierarchicalGraph, family: MechanismFamily, noises: [Distribution], key: RandomKey
  ) throws(ModelError) {
    self.graph = graph
    self.noises = noises
    self.key = key
    calibration = Array(repeating: [], count: graph.nodes.count)
    if case .assigned(let assignment) = family {
      try graph.check(
        levels: assignment.levels.map(\.level), nodes: assignment.nodes.map(\.node), of: "the mechanism")
      families = graph.nodes.indices.map { assignment.family(ofNode: graph.nodes[$0].name, level: graph.levels[$0]) }
    } else {
      families = Array(repeating: family, count: graph.nodes.count)
      if case .rho(let rho) = family { rhoScales = try RhoScales.compute(graph: graph, rho: rho) }
    }
  }

  mutating func build() throws(ModelError) -> [any Mechanism] {
    var result = [(any Mechanism)?](repeating: nil, count: graph.nodes.count)
    let isCalibrated = families.contains { $0.needsCalibration } || (rhoScales == nil && families.contains { $0.isRho })
    for v in graph.topologicalOrder {
      var stream = RandomStream(key.child("mechanism").child(graph.nodes[v].name))
      let mechanism: any Mechanism
      if case .same(let name) = families[v] {
        mechanism = try shared(v, with: name, finished: result)
      } else {
        mechanism = try draw(v, using: &stream)
      }
      result[v] = mechanism
      if isCalibrated { calibration[v] = Self.evaluate(mechanism, inputs: calibrationInputs(v)) }
    }
    return result.compactMap { $0 }
  }

  private mutating func draw(_ v: Int, using stream: inout RandomStream) throws(ModelError) -> any Mechanism {
    switch families[v] {
    case .coefficients(let coefficients): return try linear(v, coefficients)
    case .weights(let weights):
      if let given = try mechanism(v, weights) { return given }
    case .custom(let custom):
      if let given = try mechanism(v, custom, using: &stream) { return given }
    default: break
    }
    // A root's ε is the root, whatever the family, unless weights of its own were given.
    if graph.parents.count(v) == 0, graph.nodes[v].dimension == graph.nodes[v].noiseDimension {
      return LinearMechanism(weights: .identity(graph.nodes[v].dimension))
    }
    switch families[v] {
    case .linearRandom: return try linearRandom(v, using: &stream)
    case .linearOrthogonal:
      return LinearMechanism(
        weights: RandomWeights.orthonormal(graph.nodes[v].dimension, graph.inputDimension(v), using: &stream))
    case .rho(let rho):
      let scale = if let rhoScales { rhoScales[v] } else { try measuredRhoScale(v) }
      return rhoMechanism(v, rho: rho, scale: scale)
    case .mlp(let parameters): return try mlp(v, parameters, using: &stream)
    case .additiveNoise(let parameters): return try additiveNoise(v, parameters, using: &stream)
    case .locationScale(let parameters): return try locationScale(v, parameters, using: &stream)
    case .postNonlinear(let parameters): return try postNonlinear(v, parameters, using: &stream)
    case .polynomial(let parameters): return try polynomial(v, parameters, using: &stream)
    case .multiplicative(let parameters): return try multiplicative(v, parameters, using: &stream)
    case .residualFlow(let parameters): return try residualFlow(v, parameters, using: &stream)
    case .coefficients, .weights, .custom, .same, .assigned:
      throw .unsuitableAssignment(
        subject: "the mechanism of node '\(graph.nodes[v].name)'", reason: "\(families[v].label) names none for it",
        remedy: "give one, or another family for this node")
    }
  }

  // MARK: Calibration

  /// The inputs of a node on the calibration sample: its parents' values, then fresh noise.
  func calibrationInputs(_ v: Int) -> [Float] {
    var inputs: [Float] = []
    for parent in graph.parents[v] { inputs.append(contentsOf: calibration[parent]) }
    let root = key.child("calibration")
    let stream = root.child(graph.nodes[v].name)
    let factor = root.commonFactor(ofNode: v, in: graph)
    var noise = [Float](repeating: 0, count: Self.calibrationCount)
    for component in 0..<graph.nodes[v].noiseDimension {
      noise.withUnsafeMutableBufferPointer {
        noises[v].fill($0, key: stream.child(component), factor: factor, offset: 0)
      }
      inputs.append(contentsOf: noise)
    }
    return inputs
  }

  static func evaluate(_ mechanism: any Mechanism, inputs: [Float]) -> [Float] {
    var outputs = [Float](repeating: 0, count: mechanism.dimension * Self.calibrationCount)
    inputs.withUnsafeBufferPointer { source in
      outputs.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: Self.calibrationCount) }
    }
    return outputs
  }

  /// Mean and variance of each row.
  static func moments(_ values: [Float], rows: Int) -> [(mean: Double, variance: Double)] {
    (0..<rows).map { row in
      let slice = values[row * calibrationCount..<(row + 1) * calibrationCount]
      let mean = slice.reduce(0.0) { $0 + Double($1) } / Double(calibrationCount)
      let variance = slice.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(calibrationCount)
      return (mean, variance)
    }
  }
}

extension MechanismFamily {
  /// Whether weights are scaled by what the node's inputs turn out to be.
  fileprivate var needsCalibration: Bool {
    switch self {
    case .linearRandom, .linearOrthogonal, .rho, .coefficients, .weights, .same, .assigned: false
    case .mlp, .additiveNoise, .locationScale, .postNonlinear, .polynomial, .multiplicative, .residualFlow, .custom:
      true
    }
  }

  fileprivate var isRho: Bool { if case .rho = self { true } else { false } }
}

extension RandomKey {
  /// The stream of the factor that a node's noise shares with its siblings' under a correlated law: that of its set of
  /// parents; all roots share one.
  func commonFactor(ofNode v: Int, in graph: HierarchicalGraph) -> RandomKey {
    graph.parents[v].map { graph.nodes[$0].name }.sorted().reduce(child("common factor")) { $0.child($1) }
  }
}
