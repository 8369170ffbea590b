package import LinearAlgebra

// What tests look at: the code that trains, on concrete types, so that it is compiled and specialised here.

/// The loss of one batch and its gradient with respect to every parameter tensor.
package struct LossGradient<Scalar: LinearAlgebraScalar> {
  /// Σ m(ŷ − x)² / Σ m.
  package let loss: Double
  /// One array for each tensor, in the order of ``ParameterLayout/tensors``.
  package let gradients: [[Scalar]]
  /// The largest magnitude of a gradient in the padding between tensors, which must be 0.
  package let paddingMagnitude: Scalar
}

extension AutoencoderArchitecture {
  /// Names and shapes of the parameter tensors.
  package var parameterShapes: [(name: String, shape: [Int])] {
    ParameterLayout(self).tensors.map { ($0.name, $0.shape) }
  }

  /// ``LossGradient`` in double precision, where only the elementary functions differ from training.
  package func lossGradient(
    parameters: [[Double]], observed: Matrix<Double>, mask: Matrix<Double>, maskGroups: [Int]? = nil
  ) -> LossGradient<Double> {
    evaluate(parameters, observed, mask, maskGroups)
  }

  /// ``LossGradient`` in single precision, as in training.
  package func lossGradient(
    parameters: [[Float]], observed: Matrix<Float>, mask: Matrix<Float>, maskGroups: [Int]? = nil
  ) -> LossGradient<Float> {
    evaluate(parameters, observed, mask, maskGroups)
  }

  private func evaluate<Scalar: NetworkScalar>(
    _ parameters: [[Scalar]], _ observed: Matrix<Scalar>, _ mask: Matrix<Scalar>, _ maskGroups: [Int]?
  ) -> LossGradient<Scalar> {
    let network = Network<Scalar>(self, batchSize: observed.rows)
    if let maskGroups { network.use(SharedFlags(maskGroups, network.layout)) }
    for (place, values) in zip(network.layout.tensors, parameters) {
      (network.parameters + place.offset).update(from: values, count: place.count)
    }
    let mean = [Scalar](repeating: 0, count: observedDimension)
    let inverseDeviation = [Scalar](repeating: 1, count: observedDimension)
    let maskedCount = mask.storage.reduce(0) { $0 + Double($1) }
    network.load(
      observed: observed.storage, mask: mask.storage, mean: mean, inverseDeviation: inverseDeviation)
    network.prepareWeights()
    // Twice, because training repeats it: what a step leaves in the buffers must not leak into the next.
    var loss = 0.0
    for _ in 0..<2 {
      network.forward()
      loss = network.loss(maskedCount: maskedCount)
      network.backward()
    }
    var padding = Array(network.gradients.elements)
    let gradients = network.layout.tensors.map { place in
      let range = place.offset..<place.offset + place.count
      defer { padding.replaceSubrange(range, with: repeatElement(0, count: place.count)) }
      return Array(network.gradients.elements[range])
    }
    return LossGradient(
      loss: loss, gradients: gradients, paddingMagnitude: padding.reduce(0) { max($0, abs($1)) })
  }
}

extension Activation {
  /// Values and derivatives as training computes them, in single precision.
  package func evaluated(at points: [Float]) -> (values: [Float], derivatives: [Float]) { evaluate(points) }

  /// The same in double precision.
  package func evaluated(at points: [Double]) -> (values: [Double], derivatives: [Double]) { evaluate(points) }

  private func evaluate<Scalar: NetworkScalar>(_ points: [Scalar]) -> (values: [Scalar], derivatives: [Scalar]) {
    let stride = roundedUp(points.count, to: 8)
    let buffers = (0..<4).map { _ in [Scalar](repeating: 0, count: stride) }
    var (values, derivatives, gradient, sums) = (buffers[0], buffers[1], buffers[2], buffers[3])
    values.replaceSubrange(0..<points.count, with: points)
    Scalar.activate(self, &values, bias: buffers[1], derivative: &derivatives, rows: 1, columns: stride, stride: stride)
    let ones = [Scalar](repeating: 1, count: stride)
    Scalar.differentiate(
      self, upstream: ones, source: keepsDerivative ? derivatives : values, into: &gradient, biasGradient: &sums,
      rows: 1, columns: stride, stride: stride)
    return (Array(values.prefix(points.count)), Array(gradient.prefix(points.count)))
  }
}
