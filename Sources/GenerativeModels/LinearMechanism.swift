public import LinearAlgebra

/// `value = W · (parents, ε)`.
public struct LinearMechanism: Mechanism {
  /// W, shape (dimension, Σ dim(parents) + dim(ε)): the parents' columns first, in the graph's order.
  public let weights: Matrix<Double>
  private let singlePrecision: Matrix<Float>

  /// The mechanism of a weight matrix.
  public init(weights: Matrix<Double>) {
    self.weights = weights
    singlePrecision = weights.float
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { weights.columns }
  /// dim(node).
  public var dimension: Int { weights.rows }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    applyWeights(singlePrecision, inputs, outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    applyWeights(weights, inputs, outputs, count: count)
  }
}

/// `outputs ← weights · inputs` on feature-major buffers of `count` columns.
///
/// Scalar nodes are most of a typical graph, and a BLAS call costs more than their few multiplications: small weight
/// matrices go through plain loops, row by row.
func applyWeights<Scalar: LinearAlgebraScalar>(
  _ weights: Matrix<Scalar>, _ inputs: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>,
  count: Int
) {
  precondition(inputs.count >= weights.columns * count && outputs.count >= weights.rows * count, "panel too small")
  guard let target = outputs.baseAddress else { return }
  guard weights.columns > 0, let source = inputs.baseAddress else { return outputs.update(repeating: 0) }
  weights.withUnsafeElements { w in
    if weights.rows * weights.columns <= 8 {
      for i in 0..<weights.rows {
        let row = target + i * count
        let first = w[i * weights.columns]
        for s in 0..<count { row[s] = first * source[s] }
        for j in 1..<max(weights.columns, 1) {
          let (factor, input) = (w[i * weights.columns + j], source + j * count)
          for s in 0..<count { row[s] = row[s] + factor * input[s] }
        }
      }
    } else {
      Scalar.gemm(
        transposeA: false, transposeB: false, m: weights.rows, n: count, k: weights.columns, alpha: 1,
        a: w.baseAddress!, lda: weights.columns, b: source, ldb: count, beta: 0, c: target, ldc: count)
    }
  }
}
