internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Invertible leaky-ReLU networks.
extension MechanismBuilder {
  mutating func mlp(
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
    let moments = Self.moments(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: rows)
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
}
