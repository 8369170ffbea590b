public import LinearAlgebra

/// `value = (C · parents) ∘ (offset + weight · ε) · scale`, component by component: x = c·s for offset 0.
///
/// With offset 0 and mean-free noise E[value | parents] = 0 whatever the parents are: the map from content to prediction,
/// φ(c) = E[x_masked | x_visible], is constant and so not injective, and learning by mean squared error recovers nothing.
/// The counter-example to the theorem's reading that needs no violated assumption on the graph. Given
/// the parents ε is lost only where c = 0, a set of probability 0. With an offset and a noise of two points it is a gate: a
/// random choice of components that pass.
public struct MultiplicativeMechanism: Mechanism {
  /// C, shape (dimension, Σ dim(parents)).
  public let content: Matrix<Double>
  /// Added to the weighted noise before the product.
  public let offset: Double
  /// The factor of ε, not 0.
  public let weight: Double
  /// Multiplied last, length dimension.
  public let scale: [Double]
  private let linear: LinearMechanism

  /// The mechanism of given weights, one scale for each row of C.
  public init(content: Matrix<Double>, offset: Double = 0, weight: Double = 1, scale: [Double]) {
    precondition(scale.count == content.rows, "\(scale.count) scales for \(content.rows) components")
    precondition(weight != 0, "a noise of weight 0")
    self.offset = offset
    self.weight = weight
    self.content = content
    self.scale = scale
    linear = LinearMechanism(weights: content)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { content.columns + content.rows }
  /// dim(node).
  public var dimension: Int { content.rows }

  /// A product does not tell its factors.
  public var invertibility: Invertibility {
    .conditional(
      why: "given the parents, ε = value / c wherever c is not 0; a product alone does not tell its factors")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    let parentRows = content.columns * count
    linear.evaluate(UnsafeBufferPointer(rebasing: inputs[0..<parentRows]), into: outputs, count: count)
    multiply(UnsafeBufferPointer(rebasing: inputs[parentRows...]), outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    let parentRows = content.columns * count
    linear.evaluate(UnsafeBufferPointer(rebasing: inputs[0..<parentRows]), into: outputs, count: count)
    multiply(UnsafeBufferPointer(rebasing: inputs[parentRows...]), outputs, count: count)
  }

  private func multiply<Scalar: LinearAlgebraScalar>(
    _ noise: UnsafeBufferPointer<Scalar>, _ outputs: UnsafeMutableBufferPointer<Scalar>, count: Int
  ) {
    let (offset, weight) = (Scalar(offset), Scalar(weight))
    for row in 0..<dimension {
      let scale = Scalar(scale[row])
      for i in row * count..<(row + 1) * count { outputs[i] = outputs[i] * (offset + weight * noise[i]) * scale }
    }
  }
}

extension MultiplicativeMechanism: NoiseInvertibleMechanism {
  /// (value / (scale · C · parents) − offset) / weight; infinite or NaN where the content is 0.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    let c = parents.multiplied(by: content, transposeOther: true)
    return mapped(values) { index, value in
      (value / (c.storage[index] * scale[index % dimension]) - offset) / weight
    }
  }
}
