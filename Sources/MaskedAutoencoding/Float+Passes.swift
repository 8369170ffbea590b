internal import CTraining

extension Activation {
  fileprivate var kernel: (kind: strata_nonlinearity, slope: Float) {
    switch self {
    case .gelu: (strata_gelu, 0)
    case .leakyReLU(let slope): (strata_leaky_relu, slope)
    case .tanh: (strata_tanh, 0)
    }
  }
}

extension Float: NetworkScalar {
  static func activate(
    _ activation: Activation, _ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>,
    derivative: UnsafeMutablePointer<Float>?, rows: Int, stride: Int
  ) {
    let (kind, slope) = activation.kernel
    strata_activate(kind, slope, x, bias, derivative, rows, stride)
  }

  static func differentiate(
    _ activation: Activation, upstream: UnsafePointer<Float>, source: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) {
    let (kind, slope) = activation.kernel
    strata_differentiate(kind, slope, upstream, source, gradient, biasGradient, rows, stride)
  }

  static func maskedError(
    output: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, target: UnsafePointer<Float>,
    mask: UnsafePointer<Float>, gradientScale: Float, biasGradient: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) -> Double {
    strata_masked_error(output, bias, target, mask, gradientScale, biasGradient, rows, stride)
  }

  static func columnSums(
    _ values: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) {
    strata_column_sums(values, sums, rows, stride)
  }

  static func standardize(
    _ x: UnsafePointer<Float>, mask: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverseDeviation: UnsafePointer<Float>, into standardized: UnsafeMutablePointer<Float>,
    visible: UnsafeMutablePointer<Float>, count: Int
  ) {
    strata_standardize(x, mask, mean, inverseDeviation, standardized, visible, count)
  }

  /// Adds the bias in place, without a nonlinearity: a leaky ReLU of slope 1.
  static func addBias(_ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, stride: Int) {
    strata_activate(strata_leaky_relu, 1, x, bias, nil, rows, stride)
  }
}

extension AdamStep {
  /// One pass over flat buffers.
  ///
  /// - Parameter gradientFactor: Multiplies the gradient: the shortening of gradient clipping.
  func apply(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, count: Int, gradientFactor: Double
  ) {
    var constants = strata_adam_constants(
      rate: Float(rate), beta1: Float(beta1), beta2: Float(beta2), gain1: Float(1 - beta1), gain2: Float(1 - beta2),
      root: Float(rootCorrection), epsilon: Float(epsilon), decay: Float(decay), clip: Float(gradientFactor))
    strata_adam(&constants, parameters, gradients, first, second, count)
  }
}
