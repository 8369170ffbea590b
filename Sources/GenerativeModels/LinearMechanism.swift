public import LinearAlgebra

/// `value = W · (parents, ε)`.
public struct LinearMechanism: Mechanism {
  /// W, shape (dimension, Σ dim(parents) + dim(ε)): the parents' columns first, in the graph's order.
  public let weights: Matrix<Double>
  private let layer: PanelLayer

  /// The mechanism of a weight matrix.
  public init(weights: Matrix<Double>) {
    self.weights = weights
    layer = PanelLayer(weights: weights)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { weights.columns }
  /// dim(node).
  public var dimension: Int { weights.rows }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    layer.apply(inputs, into: outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    layer.apply(inputs, into: outputs, count: count)
  }
}
