// The passes in single precision: those of this processor, and its products or else BLAS's.

extension Float: NetworkScalar {
  static func activate(
    _ activation: Activation, _ x: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>,
    derivative: UnsafeMutablePointer<Float>?, rows: Int, columns: Int, stride: Int
  ) {
    TrainingPasses.own.activate(
      activation, x, bias: bias, derivative: derivative, rows: rows, columns: columns, stride: stride)
  }

  static func differentiate(
    _ activation: Activation, upstream: UnsafePointer<Float>, source: UnsafePointer<Float>,
    into gradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    stride: Int
  ) {
    TrainingPasses.own.differentiate(
      activation, upstream: upstream, source: source, into: gradient, biasGradient: biasGradient, rows: rows,
      columns: columns, stride: stride)
  }

  static func maskedError(
    output: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, target: UnsafePointer<Float>,
    mask: UnsafePointer<Float>, gradientScale: Float, biasGradient: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) -> Double {
    TrainingPasses.own.maskedError(
      output: output, bias: bias, target: target, mask: mask, gradientScale: gradientScale, biasGradient: biasGradient,
      rows: rows, stride: stride)
  }

  static func columnSums(
    _ values: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, rows: Int, stride: Int
  ) {
    TrainingPasses.own.columnSums(values, into: sums, rows: rows, stride: stride)
  }

  static func standardize(
    _ x: UnsafePointer<Float>, mask: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverseDeviation: UnsafePointer<Float>, into standardized: UnsafeMutablePointer<Float>,
    visible: UnsafeMutablePointer<Float>, count: Int
  ) {
    TrainingPasses.own.standardize(
      x, mask: mask, mean: mean, inverseDeviation: inverseDeviation, into: standardized, visible: visible, count: count)
  }

  static func multiply(_ product: MatrixProduct<Float>) {
    guard TrainingPasses.own.hasProducts else { return multiplyByBLAS(product) }
    TrainingPasses.own.multiply(product)
  }

  static func multiply(
    _ product: MatrixProduct<Float>, activation: Activation, bias: UnsafePointer<Float>,
    derivative: UnsafeMutablePointer<Float>?
  ) {
    guard TrainingPasses.own.hasProducts else {
      multiplyByBLAS(product)
      return activate(
        activation, product.c, bias: bias, derivative: derivative, rows: product.rows,
        columns: product.paddedColumns, stride: product.cStride)
    }
    TrainingPasses.own.multiply(product, activation: activation, bias: bias, derivative: derivative)
  }

  static func multiply(
    _ product: MatrixProduct<Float>, differentiating activation: Activation, source: UnsafePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>
  ) {
    guard TrainingPasses.own.hasProducts else {
      multiplyByBLAS(product)
      return differentiate(
        activation, upstream: product.c, source: source, into: product.c, biasGradient: biasGradient,
        rows: product.rows,
        columns: product.paddedColumns, stride: product.cStride)
    }
    TrainingPasses.own.multiply(product, differentiating: activation, source: source, biasGradient: biasGradient)
  }

  static func transpose(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>
  ) {
    TrainingPasses.own.transpose(source, rows: rows, columns: columns, into: target)
  }
}
