internal import Glibc
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// The families with one noise component for each component of the value.
extension MechanismBuilder {
  func additiveNoise(
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
    let moments = Self.moments(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: node.dimension)
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

  func locationScale(
    _ v: Int, _ parameters: LocationScaleParameters, using stream: inout RandomStream
  ) throws(ModelError) -> LocationScaleMechanism {
    try requireComponentwiseNoise(v, family: "location-scale")
    try Self.check(signal: parameters.signal, hiddenWidth: parameters.hiddenWidth)
    guard parameters.logDeviation >= 0, parameters.logDeviation <= 5 else {
      throw .invalidParameter(
        name: "log_deviation", value: "\(parameters.logDeviation)", remedy: "give a number from 0 to 5")
    }
    let (parents, dimension) = (parentDimension(v), graph.nodes[v].dimension)
    let location = HiddenLayer.random(
      inputs: parents, outputs: dimension, width: parameters.hiddenWidth, using: &stream)
    let logScale = HiddenLayer.random(
      inputs: parents, outputs: dimension, width: parameters.hiddenWidth, using: &stream)
    let s = standardised(logScale, v, deviation: parameters.logDeviation)
    // E exp(2s) is to be what the signal leaves of the variance; exact on the calibration sample.
    let exponents = evaluate(s, v)
    let shifts = (0..<dimension).map { row in
      let slice = exponents[row * Self.calibrationCount..<(row + 1) * Self.calibrationCount]
      let square = slice.reduce(0.0) { $0 + exp(2 * Double($1)) } / Double(Self.calibrationCount)
      return 0.5 * log((1 - parameters.signal * parameters.signal) / square)
    }
    return LocationScaleMechanism(
      location: standardised(location, v, deviation: parameters.signal),
      logScale: s.rescaled(by: Array(repeating: 1, count: dimension), shifts: shifts))
  }

  func postNonlinear(
    _ v: Int, _ parameters: PostNonlinearParameters, using stream: inout RandomStream
  ) throws(ModelError) -> PostNonlinearMechanism {
    try requireComponentwiseNoise(v, family: "post-nonlinear")
    try Self.check(signal: parameters.signal, hiddenWidth: parameters.hiddenWidth)
    guard parameters.sharpness > 0, parameters.sharpness.isFinite else {
      throw .invalidParameter(name: "sharpness", value: "\(parameters.sharpness)", remedy: "give a positive number")
    }
    let dimension = graph.nodes[v].dimension
    let layer = HiddenLayer.random(
      inputs: parentDimension(v), outputs: dimension, width: parameters.hiddenWidth, using: &stream)
    let inner = standardised(layer, v, deviation: parameters.signal)
    let noiseScale = (1 - parameters.signal * parameters.signal).squareRoot()
    let raw = PostNonlinearMechanism(
      inner: inner, noiseScale: noiseScale, sharpness: parameters.sharpness,
      shift: Array(repeating: 0, count: dimension), scale: Array(repeating: 1, count: dimension))
    let (shift, scale) = standardisation(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: dimension)
    return PostNonlinearMechanism(
      inner: inner, noiseScale: noiseScale, sharpness: parameters.sharpness, shift: shift, scale: scale)
  }

  func multiplicative(
    _ v: Int, _ parameters: MultiplicativeParameters, using stream: inout RandomStream
  ) throws(ModelError) -> MultiplicativeMechanism {
    try requireComponentwiseNoise(v, family: "multiplicative")
    guard parameters.weight != 0, parameters.weight.isFinite, parameters.offset.isFinite else {
      throw .invalidParameter(
        name: "weight", value: "\(parameters.weight)", remedy: "give a finite number that is not 0")
    }
    let (parents, dimension) = (parentDimension(v), graph.nodes[v].dimension)
    // One parent of the node's own dimension is the content itself; otherwise components are random mixtures of parents.
    let content: Matrix<Double> =
      parents == dimension && graph.parents.count(v) == 1
      ? .identity(dimension) : RandomWeights.signed(dimension, parents, using: &stream)
    let raw = MultiplicativeMechanism(
      content: content, offset: parameters.offset, weight: parameters.weight,
      scale: Array(repeating: 1, count: dimension))
    guard parameters.isStandardized else { return raw }
    let (_, scale) = standardisation(Self.evaluate(raw, inputs: calibrationInputs(v)), rows: dimension)
    return MultiplicativeMechanism(
      content: content, offset: parameters.offset, weight: parameters.weight, scale: scale)
  }

  // MARK: Helpers

  func parentDimension(_ v: Int) -> Int { graph.inputDimension(v) - graph.nodes[v].noiseDimension }

  private static func check(signal: Double, hiddenWidth: Int) throws(ModelError) {
    guard signal >= 0, signal < 1 else {
      throw .invalidParameter(name: "signal", value: "\(signal)", remedy: "give a number in [0, 1)")
    }
    guard hiddenWidth >= 1 else {
      throw .invalidParameter(name: "hidden_width", value: "\(hiddenWidth)", remedy: "give at least 1")
    }
  }

  private func requireComponentwiseNoise(_ v: Int, family: String) throws(ModelError) {
    let node = graph.nodes[v]
    guard node.noiseDimension == node.dimension else {
      throw .unsuitableDimensions(
        family: family, node: node.name,
        reason: "it needs one noise component for each component, but has \(node.noiseDimension) for \(node.dimension)",
        remedy: "leave noise_dim out, or set 'regime: noisy'")
    }
  }

  /// The layer's values on the parents' calibration sample.
  private func evaluate(_ layer: HiddenLayer, _ v: Int) -> [Float] {
    var outputs = [Float](repeating: 0, count: layer.outputs * Self.calibrationCount)
    calibrationInputs(v).withUnsafeBufferPointer { source in
      outputs.withUnsafeMutableBufferPointer { target in
        layer.evaluate(
          .init(rebasing: source[0..<layer.inputs * Self.calibrationCount]), into: target, count: Self.calibrationCount)
      }
    }
    return outputs
  }

  /// The layer with mean 0 and the given standard deviation in every output, on the calibration sample.
  private func standardised(_ layer: HiddenLayer, _ v: Int, deviation: Double) -> HiddenLayer {
    let moments = Self.moments(evaluate(layer, v), rows: layer.outputs)
    let factors = moments.map { $0.variance > 0 ? deviation / $0.variance.squareRoot() : 0 }
    return layer.rescaled(by: factors, shifts: zip(moments, factors).map { -$0.mean * $1 })
  }

  /// What to subtract from each row, and then to multiply with, for mean 0 and variance 1.
  func standardisation(_ values: [Float], rows: Int) -> (shift: [Double], scale: [Double]) {
    let moments = Self.moments(values, rows: rows)
    return (moments.map(\.mean), moments.map { $0.variance > 0 ? 1 / $0.variance.squareRoot() : 1 })
  }
}
