/// The deterministic map g of one node: value = g(parents, ε).
///
/// Buffers are feature-major: row f of a (features, count) buffer holds feature f of `count` samples side by side, so that
/// every pass over samples is a contiguous loop. `inputs` has one row for each component of each parent, in the graph's
/// order, then one for each component of ε.
public protocol Mechanism: Sendable {
  /// The number of input rows: Σ dim(parents) + dim(ε).
  var inputDimension: Int { get }
  /// The number of output rows: dim(node).
  var dimension: Int { get }

  /// Whether the map can be inverted, and why. A mechanism that does not say is `conditional`.
  var invertibility: Invertibility { get }

  /// Evaluates `count` samples in single precision: what the sampler calls.
  ///
  /// - Parameters:
  ///   - inputs: Shape (inputDimension, count).
  ///   - outputs: Shape (dimension, count), overwritten.
  ///   - count: The number of samples, the columns of both.
  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int)

  /// The same map in double precision, for Jacobians and inversion.
  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int)
}
