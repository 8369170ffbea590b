internal import LinearAlgebra

/// A scalar that the network can be run in: `Float` for training, through the vector kernels of CTraining, and `Double` for
/// checking its gradients, through plain loops. Everything between the passes is the same generic code.
///
/// Matrices are row-major with rows `stride` numbers apart. Passes that are given no number of columns run over whole rows,
/// padding included: it holds finite numbers that no product reads.
protocol NetworkScalar: LinearAlgebraScalar & BitwiseCopyable {
  /// x ← f(x + bias) in place, and f′ into `derivative` for the activations of which it is not a function of f; nil if
  /// nobody wants it.
  static func activate(
    _ activation: Activation, _ x: UnsafeMutablePointer<Self>, bias: UnsafePointer<Self>,
    derivative: UnsafeMutablePointer<Self>?, rows: Int, columns: Int, stride: Int)

  /// gradient ← upstream ⊙ f′, and its column sums. `source` is what ``activate`` left: f′ where it wrote that, else f.
  static func differentiate(
    _ activation: Activation, upstream: UnsafePointer<Self>, source: UnsafePointer<Self>,
    into gradient: UnsafeMutablePointer<Self>, biasGradient: UnsafeMutablePointer<Self>, rows: Int, columns: Int,
    stride: Int)

  /// The masked squared error Σ m(ŷ + b − x)². `output` holds ŷ without bias and receives `gradientScale` · m(ŷ + b − x);
  /// its column sums go to `biasGradient`. Rows are added up in double precision: a batch holds many thousand terms.
  static func maskedError(
    output: UnsafeMutablePointer<Self>, bias: UnsafePointer<Self>, target: UnsafePointer<Self>,
    mask: UnsafePointer<Self>, gradientScale: Self, biasGradient: UnsafeMutablePointer<Self>, rows: Int, stride: Int
  ) -> Double

  /// A product, ``activate`` on its ``MatrixProduct/paddedColumns`` with a stride of `product.cStride`.
  static func multiply(
    _ product: MatrixProduct<Self>, activation: Activation, bias: UnsafePointer<Self>,
    derivative: UnsafeMutablePointer<Self>?)

  /// A product, ``differentiate`` on its ``MatrixProduct/paddedColumns`` in place with a stride of `product.cStride`.
  static func multiply(
    _ product: MatrixProduct<Self>, differentiating activation: Activation, source: UnsafePointer<Self>,
    biasGradient: UnsafeMutablePointer<Self>)

  /// A product alone.
  static func multiply(_ product: MatrixProduct<Self>)

  /// Writes the transpose of a row-major (rows, columns) matrix without gaps.
  static func transpose(
    _ source: UnsafePointer<Self>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Self>)

  /// Column sums.
  static func columnSums(
    _ values: UnsafePointer<Self>, into sums: UnsafeMutablePointer<Self>, rows: Int, stride: Int)

  /// One sample: (x − mean) · inverseDeviation into `standardized`, and the same with 0 at masked columns into `visible`.
  static func standardize(
    _ x: UnsafePointer<Self>, mask: UnsafePointer<Self>, mean: UnsafePointer<Self>,
    inverseDeviation: UnsafePointer<Self>, into standardized: UnsafeMutablePointer<Self>,
    visible: UnsafeMutablePointer<Self>, count: Int)
}

extension NetworkScalar {
  /// A product through BLAS.
  static func multiplyByBLAS(_ product: MatrixProduct<Self>) {
    gemm(
      transposeA: product.transposesA, transposeB: false, m: product.rows, n: product.columns, k: product.depth,
      alpha: 1, a: product.a, lda: product.aStride, b: product.b, ldb: product.bStride, beta: 0, c: product.c,
      ldc: product.cStride)
  }
}

extension Activation {
  /// Whether the backward pass needs f′ besides f.
  var keepsDerivative: Bool { self == .gelu }
}
