internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Draws one mechanism a node, in topological order.
///
/// The standardised families need the scale of what their parents produce: `mlp` and `additive-noise` measure it on a
/// calibration sample that runs along through the graph, `rho` computes it exactly.
struct MechanismBuilder {
  let graph: HierarchicalGraph
  let family: MechanismFamily
  let noise: Distribution
  let key: RandomKey
  /// Rows of the calibration sample: standardisation is exact to about 1/√4096.
  static let calibrationCount = 4096
  /// The calibration values of each finished node, feature-major.
  private var calibration: [[Float]]
  private var thresholds: [[Int]: Double] = [:]

  init(graph: HierarchicalGraph, family: MechanismFamily, noise: Distribution, key: RandomKey) {
    self.graph = graph
    self.family = family
    self.noise = noise
    self.key = key
    calibration = Array(repeating: [], count: graph.nodes.count)
  }

  mutating func build() throws(ModelError) -> [any Mechanism] {
    let rhoScales: [Double]
    if case .rho(let rho) = family { rhoScales = try RhoScales.compute(graph: graph, rho: rho) } else { rhoScales = [] }
    var result = [(any Mechanism)?](repeating: nil, count: graph.nodes.count)
    for v in graph.topologicalOrder {
      var stream = RandomStream(key.child("mechanism").child(graph.nodes[v].name))
      let mechanism: any Mechanism
      if graph.parents.count(v) == 0, graph.nodes[v].dimension == graph.nodes[v].noiseDimension {
        mechanism = LinearMechanism(weights: .identity(graph.nodes[v].dimension))
      } else {
        switch family {
        case .linearRandom: mechanism = try linearRandom(v, using: &stream)
        case .linearOrthogonal:
          mechanism = LinearMechanism(
            weights: RandomWeights.orthonormal(graph.nodes[v].dimension, graph.inputDimension(v), using: &stream))
        case .rho(let rho): mechanism = rhoMechanism(v, rho: rho, scale: rhoScales[v])
        case .mlp(let parameters): mechanism = try mlp(v, parameters, using: &stream)
        case .additiveNoise(let parameters): mechanism = try additiveNoise(v, parameters, using: &stream)
        }
      }
      result[v] = mechanism
      if needsCalibration { calibration[v] = evaluate(mechanism, inputs: calibrationInputs(v)) }
    }
    return result.compactMap { $0 }
  }

  private var needsCalibration: Bool {
    switch family {
    case .mlp, .additiveNoise: true
    case .linearRandom, .linearOrthogonal, .rho: false
    }
  }

  // MARK: Families

  private func linearRandom(_ v: Int, using stream: inout RandomStream) throws(ModelError) -> LinearMechanism {
    let (rows, columns) = (graph.nodes[v].dimension, graph.inputDimension(v))
    guard columns > 0 else { return LinearMechanism(weights: Matrix(rows: rows, columns: 0)) }
    let draws = 10_000
    for _ in 0..<draws {
      let weights = RandomWeights.signed(rows, columns, using: &stream)
      if rows < columns || RandomWeights.conditionNumber(weights) <= 25 { return LinearMechanism(weights: weights) }
    }
    throw .conditioningFailed(node: graph.nodes[v].name, draws: draws)
  }

  private func rhoMechanism(_ v: Int, rho: Double, scale: Double) -> LinearMechanism {
    let dimension = graph.nodes[v].dimension
    var weights = Matrix<Double>(rows: dimension, columns: graph.inputDimension(v))
    for i in 0..<dimension {
      for p in 0..<graph.parents.count(v) { weights[i, p * dimension + i] = rho * scale }
      weights[i, graph.parents.count(v) * dimension + i] = (1 - rho * rho).squareRoot()
    }
    return LinearMechanism(weights: weights)
  }

  private mutating func mlp(
    _ v: Int, _ parameters: MLPParameters, using stream: inout RandomStream
  ) throws(ModelError) -> MLPMechanism {
    let (rows, columns) = (graph.nodes[v].dimension, graph.inputDimension(v))
    try check(parameters)
    guard rows >= columns, columns > 0 else {
      throw .unsuitableDimensions(
        family: "mlp", node: graph.nodes[v].name,
        reason: "an invertible network needs dimension >= parents + noise (\(columns)), but it has \(rows)",
        remedy: "set 'regime: invertible' and leave dimensions out, or use additive-noise")
    }
    var layers: [Matrix<Double>] = []
    for layer in 0..<parameters.layers {
      layers.append(try wellConditioned(v, rows, layer == 0 ? columns : rows, parameters, using: &stream))
    }
    let raw = MLPMechanism(
      layers: layers, slope: parameters.slope, shift: Array(repeating: 0, count: rows), scale: 1)
    let moments = Self.moments(evaluate(raw, inputs: calibrationInputs(v)), rows: rows)
    let meanVariance = moments.reduce(0) { $0 + $1.variance } / Double(rows)
    return MLPMechanism(
      layers: layers, slope: parameters.slope, shift: moments.map(\.mean),
      scale: meanVariance > 0 ? 1 / meanVariance.squareRoot() : 1)
  }

  private func check(_ parameters: MLPParameters) throws(ModelError) {
    guard parameters.layers >= 1 else {
      throw .invalidParameter(name: "layers", value: "\(parameters.layers)", remedy: "give at least 1")
    }
    guard parameters.slope > 0, parameters.slope <= 1 else {
      throw .invalidParameter(
        name: "slope", value: "\(parameters.slope)", remedy: "give a number in (0, 1], or the map has no inverse")
    }
    guard parameters.conditionQuantile > 0, parameters.conditionQuantile <= 1, parameters.conditionDraws >= 1 else {
      throw .invalidParameter(
        name: "condition_quantile", value: "\(parameters.conditionQuantile) of \(parameters.conditionDraws) draws",
        remedy: "give a quantile in (0, 1] and at least one draw")
    }
  }

  private mutating func wellConditioned(
    _ v: Int, _ rows: Int, _ columns: Int, _ parameters: MLPParameters, using stream: inout RandomStream
  ) throws(ModelError) -> Matrix<Double> {
    let shape = [rows, columns]
    let threshold =
      thresholds[shape]
      ?? RandomWeights.conditionThreshold(
        rows, columns, quantile: parameters.conditionQuantile, draws: parameters.conditionDraws)
    thresholds[shape] = threshold
    // The expected number of draws is 1 / quantile; fifty times that fails with probability e⁻⁵⁰.
    let limit = Int((50 / parameters.conditionQuantile).rounded(.up))
    for _ in 0..<limit {
      let draw = RandomWeights.uniformColumns(rows, columns, using: &stream)
      if RandomWeights.conditionNumber(draw) <= threshold { return draw }
    }
    throw .conditioningFailed(node: graph.nodes[v].name, draws: limit)
  }

  private func additiveNoise(
    _ v: Int, _ parameters: AdditiveNoiseParameters, using stream: inout RandomStream
  ) throws(ModelError) -> AdditiveNoiseMechanism {
    let node = graph.nodes[v]
    guard parameters.signal >= 0, parameters.signal < 1 else {
      throw .invalidParameter(name: "signal", value: "\(parameters.signal)", remedy: "give a number in [0, 1)")
    }
    guard parameters.hiddenWidth >= 1 else {
      throw .invalidParameter(name: "hidden_width", value: "\(parameters.hiddenWidth)", remedy: "give at least 1")
    }
    guard node.noiseDimension == node.dimension else {
      throw .unsuitableDimensions(
        family: "additive-noise", node: node.name,
        reason: "it needs one noise component for each component, but has \(node.noiseDimension) for \(node.dimension)",
        remedy: "leave noise_dim out, or set 'regime: noisy'")
    }
    let fanIn = graph.inputDimension(v) - node.noiseDimension
    let width = parameters.hiddenWidth
    // Hidden arguments of variance 4 for unit-variance parents: well into the bend, so that f is far from linear.
    let hidden = (2 / Double(max(fanIn, 1)).squareRoot()) * RandomWeights.gaussian(width, fanIn, using: &stream)
    let biases = (0..<width).map { _ in stream.gaussian() }
    let output = RandomWeights.gaussian(node.dimension, width, using: &stream)
    let raw = AdditiveNoiseMechanism(
      hidden: hidden, biases: biases, output: output, offsets: Array(repeating: 0, count: node.dimension), noiseScale: 0
    )
    let moments = Self.moments(evaluate(raw, inputs: calibrationInputs(v)), rows: node.dimension)
    var scaled = output
    var offsets: [Double] = []
    for (i, moment) in moments.enumerated() {
      let factor = moment.variance > 0 ? parameters.signal / moment.variance.squareRoot() : 0
      for j in 0..<width { scaled[i, j] *= factor }
      offsets.append(-moment.mean * factor)
    }
    return AdditiveNoiseMechanism(
      hidden: hidden, biases: biases, output: scaled, offsets: offsets,
      noiseScale: (1 - parameters.signal * parameters.signal).squareRoot())
  }

  // MARK: Calibration

  /// The inputs of a node on the calibration sample: its parents' values, then fresh noise.
  private func calibrationInputs(_ v: Int) -> [Float] {
    var inputs: [Float] = []
    for parent in graph.parents[v] { inputs.append(contentsOf: calibration[parent]) }
    let stream = key.child("calibration").child(graph.nodes[v].name)
    for component in 0..<graph.nodes[v].noiseDimension {
      inputs.append(contentsOf: noise.samples(Self.calibrationCount, key: stream.child(component)))
    }
    return inputs
  }

  private func evaluate(_ mechanism: any Mechanism, inputs: [Float]) -> [Float] {
    var outputs = [Float](repeating: 0, count: mechanism.dimension * Self.calibrationCount)
    inputs.withUnsafeBufferPointer { source in
      outputs.withUnsafeMutableBufferPointer { mechanism.evaluate(source, into: $0, count: Self.calibrationCount) }
    }
    return outputs
  }

  /// Mean and variance of each row.
  private static func moments(_ values: [Float], rows: Int) -> [(mean: Double, variance: Double)] {
    (0..<rows).map { row in
      let slice = values[row * calibrationCount..<(row + 1) * calibrationCount]
      let mean = slice.reduce(0.0) { $0 + Double($1) } / Double(calibrationCount)
      let variance = slice.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(calibrationCount)
      return (mean, variance)
    }
  }
}
