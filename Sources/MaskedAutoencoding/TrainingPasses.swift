internal import CTraining
package import LinearAlgebra

/// The passes of a training step between its matrix products, in single precision, for one kind of processor.
///
/// All kinds compute the same and may differ in the last bits, as BLAS kernels do. Matrices are row-major with rows `stride`
/// numbers apart; whole rows are processed, padding included, where no number of columns is named.
package struct TrainingPasses: Sendable {
  private let table: strata_passes

  /// The passes for a kind of processor; nil where this processor lacks the instructions.
  package init?(for kind: ProcessorKind) {
    guard let table = strata_passes_with(kind.instructions) else { return nil }
    self.table = table.pointee
  }

  /// What trainings use: the best for this processor, or what `STRATA_PROCESSOR` names.
  package static let own = TrainingPasses(for: .inUse)!

  /// `x ← f(x + bias)` in place. GELU also writes f′ to `derivative`, of the same shape, unless it is nil; the others do not
  /// touch it, since f′ is a function of f.
  package func activate(
    _ activation: Activation, _ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>,
    derivative: UnsafeMutablePointer<Float>?, rows: Int, columns: Int, stride: Int
  ) {
    let (kind, slope) = activation.kernel
    table.activate(kind, slope, x, bias, derivative, rows, columns, stride)
  }

  /// `gradient ← upstream · f′`, and its column sums. `source` holds f′ for GELU and f for the others. `gradient` may be
  /// `upstream`.
  package func differentiate(
    _ activation: Activation, upstream: UnsafePointer<Float>, source: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    stride: Int
  ) {
    let (kind, slope) = activation.kernel
    table.differentiate(kind, slope, upstream, source, gradient, biasGradient, rows, columns, stride)
  }

  /// The masked squared error Σ m (ŷ + b − x)²; `output` holds ŷ and receives scale · m (ŷ + b − x), whose column sums go to
  /// `biasGradient`. Rows are added up in double precision.
  package func maskedError(
    output: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, target: UnsafePointer<Float>,
    mask: UnsafePointer<Float>, gradientScale: Float, biasGradient: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) -> Double {
    table.masked_error(output, bias, target, mask, gradientScale, biasGradient, rows, stride)
  }

  /// Column sums.
  package func columnSums(
    _ values: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) {
    table.column_sums(values, sums, rows, stride)
  }

  /// One sample: `standardized ← (x − mean) · inverseDeviation`, `visible` the same with 0 where the mask is not 0.
  package func standardize(
    _ x: UnsafePointer<Float>, mask: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverseDeviation: UnsafePointer<Float>, into standardized: UnsafeMutablePointer<Float>,
    visible: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.standardize(x, mask, mean, inverseDeviation, standardized, visible, count)
  }

  /// Writes the transpose of a row-major (rows, columns) matrix without gaps.
  package func transpose(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
  ) {
    table.transpose(source, rows, columns, target)
  }

  /// Whether there are products for this kind of processor; else BLAS computes them.
  package var hasProducts: Bool { table.multiply != nil }

  /// A product.
  ///
  /// - Precondition: ``hasProducts``.
  package func multiply(_ product: MatrixProduct<Float>) {
    withUnsafePointer(to: product.kernel) { table.multiply($0) }
  }

  /// A product and, while its rows are in the nearest cache, ``activate(_:_:bias:derivative:rows:columns:stride:)`` on it.
  ///
  /// - Precondition: ``hasProducts``.
  package func multiply(
    _ product: MatrixProduct<Float>, activation: Activation, bias: UnsafePointer<Float>,
    derivative: UnsafeMutablePointer<Float>?
  ) {
    let (kind, slope) = activation.kernel
    withUnsafePointer(to: product.kernel) { table.multiply_activate($0, kind, slope, bias, derivative) }
  }

  /// A product and, while its rows are in the nearest cache,
  /// ``differentiate(_:upstream:source:into:biasGradient:rows:columns:stride:)`` on it, in place.
  ///
  /// - Precondition: ``hasProducts``.
  package func multiply(
    _ product: MatrixProduct<Float>, differentiating activation: Activation, source: UnsafePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>
  ) {
    let (kind, slope) = activation.kernel
    withUnsafePointer(to: product.kernel) { table.multiply_differentiate($0, kind, slope, source, biasGradient) }
  }

  /// One step of Adam over flat buffers.
  ///
  /// - Parameters:
  ///   - step: The constants of the step.
  ///   - parameters: Changed in place.
  ///   - gradients: Of the same size.
  ///   - others: Of the same size, added to the gradients; nil for nothing.
  ///   - first: First moments, changed in place.
  ///   - second: Second moments, changed in place.
  ///   - count: The size of all of these.
  ///   - gradientFactor: Multiplies the gradient: the shortening of gradient clipping.
  package func apply(
    _ step: AdamStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    adding others: UnsafePointer<Float>? = nil, first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>,
    count: Int, gradientFactor: Double
  ) {
    var constants = strata_adam_constants(
      rate: Float(step.rate), beta1: Float(step.beta1), beta2: Float(step.beta2), gain1: Float(1 - step.beta1),
      gain2: Float(1 - step.beta2), root: Float(step.rootCorrection), epsilon: Float(step.epsilon),
      decay: Float(step.decay), clip: Float(gradientFactor))
    table.adam(&constants, parameters, gradients, others, first, second, count)
  }
}

extension ProcessorKind {
  fileprivate var instructions: strata_instructions {
    switch self {
    case .baseline: strata_baseline_instructions
    case .avx2: strata_avx2_instructions
    case .avx512: strata_avx512_instructions
    }
  }
}

extension Activation {
  fileprivate var kernel: (kind: strata_nonlinearity, slope: Float) {
    switch self {
    case .gelu: (strata_gelu, 0)
    case .leakyReLU(let slope): (strata_leaky_relu, slope)
    case .tanh: (strata_tanh, 0)
    }
  }
}

extension MatrixProduct<Float> {
  fileprivate var kernel: strata_product {
    strata_product(
      rows: rows, columns: columns, depth: depth, a: a, a_row: transposesA ? 1 : aStride,
      a_depth: transposesA ? aStride : 1, b: b, b_stride: bStride, c: c, c_stride: cStride)
  }
}
