/// A mechanism, a family of mechanisms or a law of noise as data: the name of its kind and its numbers, exactly.
public struct StoredParameters: Sendable, Equatable {
  /// Named numbers in double precision.
  public struct Tensor: Sendable, Equatable {
    /// The name, unique among the tensors beside it.
    public let name: String
    /// The extent of each axis, slowest first; empty for a single number.
    public let shape: [Int]
    /// The elements in row-major order.
    public let values: [Double]

    /// - Precondition: `values.count` equals the product of `shape`.
    public init(_ name: String, shape: [Int], values: [Double]) {
      precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for shape \(shape)")
      (self.name, self.shape, self.values) = (name, shape, values)
    }
  }

  /// Something that the whole is made of: the mechanism under a soft intervention, the law that an intervention brings.
  public struct Part: Sendable, Equatable {
    /// The name, unique among the parts beside it.
    public let name: String
    /// What it is.
    public let parameters: StoredParameters

    /// A named part.
    public init(_ name: String, _ parameters: StoredParameters) { (self.name, self.parameters) = (name, parameters) }
  }

  /// The kind, like `mlp`.
  public let kind: String
  /// The numbers.
  public let tensors: [Tensor]
  /// What it is made of; for most kinds nothing.
  public let parts: [Part]

  /// - Precondition: names are unique.
  public init(kind: String, tensors: [Tensor] = [], parts: [Part] = []) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "two tensors of one name in \(kind)")
    precondition(Set(parts.map(\.name)).count == parts.count, "two parts of one name in \(kind)")
    (self.kind, self.tensors, self.parts) = (kind, tensors, parts)
  }
}

/// Why stored parameters are not those of a model.
public enum ModelStorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A kind that nothing here is called.
  case unknownKind(String, known: [String])
  /// Numbers are missing, or of another shape or range than the kind asks for.
  case unsuitable(kind: String, reason: String)
  /// A type that cannot be stored.
  case notStorable(type: String, remedy: String)

  /// One line: what is wrong and the remedy.
  public var description: String {
    switch self {
    case .unknownKind(let kind, let known):
      "'\(kind)' is none of \(known.joined(separator: ", ")); read the file with the program that wrote it, or register the kind"
    case .unsuitable(let kind, let reason): "the stored parameters of '\(kind)' are damaged: \(reason)"
    case .notStorable(let type, let remedy): "\(type) cannot be stored: \(remedy)"
    }
  }
}
