/// A named single-precision array of any rank: what checkpoints are made of and what safetensors files hold.
public struct NamedTensor: Sendable, Equatable {
  /// The name, unique within one file or checkpoint.
  public let name: String
  /// The extent of each axis, slowest first; empty for a scalar.
  public let shape: [Int]
  /// The elements in row-major order; `values.count` is the product of `shape`.
  public let values: [Float]

  /// A tensor from its elements.
  ///
  /// - Precondition: `values.count` equals the product of `shape`.
  public init(name: String, shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for shape \(shape)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
