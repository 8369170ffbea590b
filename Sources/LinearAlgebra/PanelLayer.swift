internal import CKernels

/// A dense layer `y = activation(W·x + b)`, with scaled rows of an addend if there is one, on feature-major panels: row f of a (features, count) buffer holds feature f of
/// `count` samples side by side.
///
/// Single precision runs in one fused pass (sums stay in registers until the activation is applied), with AVX2 and fused
/// products where the processor has them. Samples are independent: the bits of one depend neither on `count` nor on its
/// place in the panel.
public struct PanelLayer: Sendable {
  /// What follows `W·x + b`, number by number.
  public enum Activation: Sendable, Hashable {
    /// Nothing.
    case identity
    /// The larger of a and slope · a, for a slope in [0, 1].
    case leakyReLU(slope: Double)
    /// a / √(1 + a²).
    case algebraicSigmoid
  }

  /// W, shape (outputs, inputs).
  public let weights: Matrix<Double>
  /// b, length outputs; empty for none.
  public let biases: [Double]
  /// The nonlinearity.
  public let activation: Activation
  /// What the rows of an addend are multiplied by, length outputs; empty for ones.
  public let addendScales: [Double]
  private let singleWeights: Matrix<Float>
  private let singleBiases: [Float]
  private let singleScales: [Float]

  /// A layer.
  ///
  /// - Precondition: one bias and one scale for each row of W, or none at all; a slope in [0, 1].
  public init(
    weights: Matrix<Double>, biases: [Double] = [], activation: Activation = .identity, addendScales: [Double] = []
  ) {
    for (name, values) in [("biases", biases), ("scales", addendScales)] {
      precondition(
        values.isEmpty || values.count == weights.rows, "\(values.count) \(name) for \(weights.rows) rows of weights")
    }
    if case .leakyReLU(let slope) = activation { precondition(slope >= 0 && slope <= 1, "a slope of \(slope)") }
    self.weights = weights
    self.biases = biases
    self.activation = activation
    self.addendScales = addendScales
    singleWeights = weights.float
    singleBiases = biases.map(Float.init)
    singleScales = addendScales.map(Float.init)
  }

  /// The number of rows of an input panel.
  public var inputs: Int { weights.columns }
  /// The number of rows of an output panel.
  public var outputs: Int { weights.rows }

  /// Applies the layer in single precision.
  ///
  /// - Parameters:
  ///   - source: Shape (inputs, count).
  ///   - target: Shape (outputs, count), overwritten; it may overlap neither `source` nor `addend`.
  ///   - count: The number of samples, the columns of all panels.
  ///   - addend: Shape (outputs, count): `factor · addend`, each row times its scale, is added after the activation. Nil for nothing.
  ///   - factor: The factor of `addend`.
  /// - Complexity: O(inputs · outputs · count).
  public func apply(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, count: Int,
    adding addend: UnsafeBufferPointer<Float>? = nil, factor: Float = 1
  ) {
    apply(strata_dense, source, target, count, addend, factor)
  }

  /// ``apply(_:into:count:adding:factor:)`` without instructions beyond the oldest x86-64.
  package func applyPortably(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, count: Int,
    adding addend: UnsafeBufferPointer<Float>? = nil, factor: Float = 1
  ) {
    apply(strata_dense_portably, source, target, count, addend, factor)
  }

  private func apply(
    _ kernel: DenseKernel, _ source: UnsafeBufferPointer<Float>, _ target: UnsafeMutableBufferPointer<Float>,
    _ count: Int, _ addend: UnsafeBufferPointer<Float>?, _ factor: Float
  ) {
    check(source.count, target.count, addend?.count, count)
    guard let output = target.baseAddress else { return }
    let (kind, slope) = activation.kernel
    singleWeights.withUnsafeElements { weights in
      singleBiases.withUnsafeBufferPointer { biases in
        singleScales.withUnsafeBufferPointer { scales in
          var layer = strata_dense_layer(
            weights: weights.baseAddress, biases: biases.isEmpty ? nil : biases.baseAddress,
            scales: scales.isEmpty ? nil : scales.baseAddress, rows: outputs, columns: inputs, activation: kind,
            slope: slope)
          kernel(&layer, source.baseAddress, count, output, count, addend?.baseAddress, count, factor, count)
        }
      }
    }
  }

  /// Applies the layer in double precision, through BLAS: for Jacobians and inversion.
  public func apply(
    _ source: UnsafeBufferPointer<Double>, into target: UnsafeMutableBufferPointer<Double>, count: Int,
    adding addend: UnsafeBufferPointer<Double>? = nil, factor: Double = 1
  ) {
    check(source.count, target.count, addend?.count, count)
    guard let output = target.baseAddress else { return }
    for row in 0..<outputs {
      let bias = biases.isEmpty ? 0 : biases[row]
      for i in row * count..<(row + 1) * count { output[i] = bias }
    }
    if inputs > 0, let source = source.baseAddress {
      weights.withUnsafeElements { weights in
        Double.gemm(
          transposeA: false, transposeB: false, m: outputs, n: count, k: inputs, alpha: 1, a: weights.baseAddress!,
          lda: inputs, b: source, ldb: count, beta: 1, c: output, ldc: count)
      }
    }
    for i in 0..<outputs * count {
      let a = output[i]
      switch activation {
      case .identity: break
      case .leakyReLU(let slope): output[i] = a > 0 ? a : slope * a
      case .algebraicSigmoid: output[i] = a / (1 + a * a).squareRoot()
      }
      if let addend { output[i] += factor * (addendScales.isEmpty ? 1 : addendScales[i / count]) * addend[i] }
    }
  }

  /// Applies the layer in either precision.
  @inlinable
  public func apply<Scalar: LinearAlgebraScalar>(
    _ source: UnsafeBufferPointer<Scalar>, into target: UnsafeMutableBufferPointer<Scalar>, count: Int,
    adding addend: UnsafeBufferPointer<Scalar>? = nil, factor: Scalar = 1
  ) {
    if Scalar.self == Float.self {
      let addend = addend.map { UnsafeRawBufferPointer($0).assumingMemoryBound(to: Float.self) }
      apply(
        UnsafeRawBufferPointer(source).assumingMemoryBound(to: Float.self),
        into: UnsafeMutableRawBufferPointer(target).assumingMemoryBound(to: Float.self), count: count, adding: addend,
        factor: Float(factor))
    } else {
      precondition(Scalar.self == Double.self, "\(Scalar.self) is neither Float nor Double")
      let addend = addend.map { UnsafeRawBufferPointer($0).assumingMemoryBound(to: Double.self) }
      apply(
        UnsafeRawBufferPointer(source).assumingMemoryBound(to: Double.self),
        into: UnsafeMutableRawBufferPointer(target).assumingMemoryBound(to: Double.self), count: count, adding: addend,
        factor: Double(factor))
    }
  }

  private func check(_ source: Int, _ target: Int, _ addend: Int?, _ count: Int) {
    precondition(
      source >= inputs * count && target >= outputs * count && (addend ?? .max) >= outputs * count,
      "\(count) samples of a layer \(inputs) -> \(outputs) in buffers of \(source) and \(target)")
  }
}

extension PanelLayer.Activation {
  /// The kernel's name of it, and the slope.
  var kernel: (strata_activation, slope: Float) {
    switch self {
    case .identity: (strata_activation_identity, 0)
    case .leakyReLU(let slope): (strata_activation_leaky_relu, Float(slope))
    case .algebraicSigmoid: (strata_activation_algebraic_sigmoid, 0)
    }
  }
}

/// The C functions that apply a layer.
private typealias DenseKernel =
  @convention(c) (
    UnsafePointer<strata_dense_layer>?, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, Int,
    UnsafePointer<Float>?, Int, Float, Int
  ) -> Void

/// Copies rows of a feature-major panel into the columns of a row-major data matrix.
///
/// - Parameters:
///   - source: Rows of `stride` numbers.
///   - stride: The stored row length of `source`.
///   - rows: The row of each column.
///   - target: Element (s, c) at `s · rows.count + c`.
///   - count: The number of samples, at most `stride`.
public func gatherTransposed(
  _ source: UnsafePointer<Float>, stride: Int, rows: [Int], into target: UnsafeMutablePointer<Float>, count: Int
) {
  strata_gather_transposed(source, stride, rows, rows.count, target, rows.count, count)
}
