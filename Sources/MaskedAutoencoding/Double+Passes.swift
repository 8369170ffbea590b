internal import Glibc
internal import LinearAlgebra

// The passes in double precision, one number at a time with the C library's functions: the reference that the single-precision
// kernels are tested against, and what gradients are checked in by finite differences.

extension Activation {
  /// f and f′ at x.
  fileprivate func valueAndDerivative(_ x: Double) -> (Double, Double) {
    switch self {
    case .gelu:
      let u = (x * x * 0.035677408136300125 + 0.7978845608028654) * x
      let t = Glibc.tanh(u)
      let slope = 3 * 0.035677408136300125 * x * x + 0.7978845608028654
      return (0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)
    case .leakyReLU(let slope): return x > 0 ? (x, 1) : (Double(slope) * x, Double(slope))
    case .tanh:
      let t = Glibc.tanh(x)
      return (t, 1 - t * t)
    }
  }
}

extension Double: NetworkScalar {
  static func activate(
    _ activation: Activation, _ x: UnsafeMutablePointer<Double>, bias: UnsafePointer<Double>,
    derivative: UnsafeMutablePointer<Double>?, rows: Int, columns: Int, stride: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * stride + column
        let (value, slope) = activation.valueAndDerivative(x[index] + bias[column])
        x[index] = value
        derivative?[index] = slope
      }
    }
  }

  static func differentiate(
    _ activation: Activation, upstream: UnsafePointer<Double>, source: UnsafePointer<Double>,
    into gradient: UnsafeMutablePointer<Double>, biasGradient: UnsafeMutablePointer<Double>, rows: Int, columns: Int,
    stride: Int
  ) {
    biasGradient.update(repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * stride + column
        let derivative =
          switch activation {
          case .gelu: source[index]
          case .leakyReLU(let slope): source[index] > 0 ? 1 : Double(slope)
          case .tanh: 1 - source[index] * source[index]
          }
        gradient[index] = upstream[index] * derivative
        biasGradient[column] += gradient[index]
      }
    }
  }

  static func maskedError(
    output: UnsafeMutablePointer<Double>, bias: UnsafePointer<Double>, target: UnsafePointer<Double>,
    mask: UnsafePointer<Double>, gradientScale: Double, biasGradient: UnsafeMutablePointer<Double>, rows: Int,
    stride: Int
  ) -> Double {
    var total = 0.0
    for index in 0..<rows * stride {
      let difference = mask[index] * (output[index] + bias[index % stride] - target[index])
      total += difference * difference
      output[index] = difference * gradientScale
    }
    columnSums(output, into: biasGradient, rows: rows, stride: stride)
    return total
  }

  static func columnSums(
    _ values: UnsafePointer<Double>, into sums: UnsafeMutablePointer<Double>, rows: Int, stride: Int
  ) {
    sums.update(repeating: 0, count: stride)
    for index in 0..<rows * stride { sums[index % stride] += values[index] }
  }

  static func standardize(
    _ x: UnsafePointer<Double>, mask: UnsafePointer<Double>, mean: UnsafePointer<Double>,
    inverseDeviation: UnsafePointer<Double>, into standardized: UnsafeMutablePointer<Double>,
    visible: UnsafeMutablePointer<Double>, count: Int
  ) {
    for column in 0..<count {
      standardized[column] = (x[column] - mean[column]) * inverseDeviation[column]
      visible[column] = mask[column] == 0 ? standardized[column] : 0
    }
  }

  static func multiply(_ product: MatrixProduct<Double>) { multiplyByBLAS(product) }

  static func multiply(
    _ product: MatrixProduct<Double>, activation: Activation, bias: UnsafePointer<Double>,
    derivative: UnsafeMutablePointer<Double>?
  ) {
    multiply(product)
    activate(
      activation, product.c, bias: bias, derivative: derivative, rows: product.rows, columns: product.paddedColumns,
      stride: product.cStride)
  }

  static func multiply(
    _ product: MatrixProduct<Double>, differentiating activation: Activation, source: UnsafePointer<Double>,
    biasGradient: UnsafeMutablePointer<Double>
  ) {
    multiply(product)
    differentiate(
      activation, upstream: product.c, source: source, into: product.c, biasGradient: biasGradient,
      rows: product.rows, columns: product.paddedColumns, stride: product.cStride)
  }

  static func transpose(
    _ source: UnsafePointer<Double>, rows: Int, columns: Int, into target: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows {
      for column in 0..<columns { target[column * rows + row] = source[row * columns + column] }
    }
  }
}
