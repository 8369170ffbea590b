public import LinearAlgebra

/// A mechanism that knows its own derivative. Conforming is optional; others are differentiated numerically.
public protocol DifferentiableMechanism: Mechanism {
  /// The Jacobian ∂value/∂(parents, ε) at one point, shape (dimension, inputDimension). At a kink of a piecewise linear
  /// map, the derivative from one of its sides.
  ///
  /// - Precondition: `input.count == inputDimension`.
  func jacobian(at input: [Double]) -> Matrix<Double>
}

extension Mechanism {
  /// The value at one point (parents, ε), length `dimension`.
  ///
  /// - Precondition: `input.count == inputDimension`.
  public func value(at input: [Double]) -> [Double] {
    precondition(input.count == inputDimension, "\(input.count) inputs for \(inputDimension)")
    var output = [Double](repeating: 0, count: dimension)
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { evaluate(source, into: $0, count: 1) }
    }
    return output
  }

  /// The Jacobian ∂value/∂(parents, ε) at one point, shape (dimension, inputDimension): exact for a
  /// ``DifferentiableMechanism``, else by central differences, which are right to about 1e-10 of the third derivative.
  ///
  /// - Precondition: `input.count == inputDimension`.
  public func derivative(at input: [Double]) -> Matrix<Double> {
    if let exact = self as? any DifferentiableMechanism { return exact.jacobian(at: input) }
    return differenceQuotients(at: input)
  }

  /// Central differences with steps ∛u · max(1, |input|), u the unit roundoff, which balances truncation and rounding.
  func differenceQuotients(at input: [Double]) -> Matrix<Double> {
    precondition(input.count == inputDimension, "\(input.count) inputs for \(inputDimension)")
    let (width, count) = (inputDimension, 2 * inputDimension)
    guard count > 0 else { return Matrix(rows: dimension, columns: 0) }
    var (panel, steps) = ([Double](repeating: 0, count: width * count), [Double]())
    for j in 0..<width {
      for s in 0..<count { panel[j * count + s] = input[j] }
      let step = 6e-6 * max(1, abs(input[j]))
      panel[j * count + 2 * j] = input[j] + step
      panel[j * count + 2 * j + 1] = input[j] - step
      // What was really added, after rounding.
      steps.append(panel[j * count + 2 * j] - panel[j * count + 2 * j + 1])
    }
    var values = [Double](repeating: 0, count: dimension * count)
    panel.withUnsafeBufferPointer { source in
      values.withUnsafeMutableBufferPointer { evaluate(source, into: $0, count: count) }
    }
    var result = Matrix<Double>(rows: dimension, columns: width)
    for i in 0..<dimension {
      for j in 0..<width { result[i, j] = (values[i * count + 2 * j] - values[i * count + 2 * j + 1]) / steps[j] }
    }
    return result
  }
}

extension LinearMechanism: DifferentiableMechanism {
  /// W, everywhere.
  public func jacobian(at input: [Double]) -> Matrix<Double> { weights }
}

extension MLPMechanism: DifferentiableMechanism {
  /// The product of the layers with the slopes of σ between them: exact, as the map is piecewise linear.
  public func jacobian(at input: [Double]) -> Matrix<Double> {
    precondition(input.count == inputDimension, "\(input.count) inputs for \(inputDimension)")
    var value = layers[0] * Matrix(rows: input.count, columns: 1, storage: input)
    var product = layers[0]
    for layer in layers.dropFirst() {
      let columns = product.columns
      for i in 0..<value.rows where value[i, 0] < 0 {
        value[i, 0] *= slope
        for j in 0..<columns { product[i, j] *= slope }
      }
      value = layer * value
      product = layer * product
    }
    return scale * product
  }
}

extension AdditiveNoiseMechanism: DifferentiableMechanism {
  /// (output · diag((1 + a²)^(−3/2)) · hidden, √(1 − s²) · I) at the hidden arguments a.
  public func jacobian(at input: [Double]) -> Matrix<Double> {
    precondition(input.count == inputDimension, "\(input.count) inputs for \(inputDimension)")
    let parents = Array(input[..<hidden.columns])
    let arguments = hidden * Matrix(rows: parents.count, columns: 1, storage: parents)
    var scaled = hidden
    for i in 0..<hidden.rows {
      let a = arguments[i, 0] + biases[i]
      let slope = 1 / ((1 + a * a) * (1 + a * a).squareRoot())
      for j in 0..<hidden.columns { scaled[i, j] *= slope }
    }
    return .concatenatingColumns([output * scaled, noiseScale * .identity(dimension)])
  }
}
