public import LinearAlgebra
internal import Stochastics

/// Coefficients of linear maps that are given: `value = Σ_p A_p · p + B · ε`.
public struct LinearCoefficients: Sendable, Hashable {
  /// The coefficient of one parent or of the noise.
  public enum Coefficient: Sendable, Hashable {
    /// A number times the identity, for an input of the node's own dimension.
    case scalar(Double)
    /// A matrix by rows, shape (dimension, dimension of the input).
    case matrix([[Double]])
  }

  /// The coefficient of one parent.
  public struct Parent: Sendable, Hashable {
    /// The parent's name.
    public let name: String
    /// A_p.
    public let coefficient: Coefficient
  }

  /// By parent, in the order of the names; a parent without an entry has coefficient 0.
  public let parents: [Parent]
  /// B.
  public let noise: Coefficient

  /// Coefficients by the parents' names; the noise's is 1 unless given.
  public init(parents: [String: Coefficient], noise: Coefficient = .scalar(1)) {
    self.parents = parents.sorted { $0.key < $1.key }.map { Parent(name: $0.key, coefficient: $0.value) }
    self.noise = noise
  }
}

/// Weight matrices by node name: what ``MechanismFamily/weights(_:)`` takes its linear maps from.
public struct NamedWeights: Sendable, Hashable, CustomStringConvertible {
  /// W by node name, shape (dimension, Σ dim(parents) + dim(ε)): the parents' columns first, in the graph's order.
  public let matrices: [String: Matrix<Double>]
  /// 16 hexadecimal digits of a hash of names, shapes and values: the identity of the set.
  public let digest: String
  /// Where the weights came from, for errors; no part of their identity.
  public let source: String
  /// The same for single nodes whose weights have a file of their own.
  public let nodeSources: [String: String]

  /// A set of weights.
  public init(_ matrices: [String: Matrix<Double>], source: String, nodeSources: [String: String] = [:]) {
    self.matrices = matrices
    self.source = source
    self.nodeSources = nodeSources
    var text = ""
    for (name, matrix) in matrices.sorted(by: { $0.key < $1.key }) {
      text += "\(name.utf8.count) \(name) \(matrix.rows) \(matrix.columns)"
      for value in matrix.storage { text += " " + String(value.bitPattern, radix: 16) }
      text += "\n"
    }
    let digits = String(RandomKey(seed: 0).child("weights").child(text).bits, radix: 16)
    digest = String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What errors call the weights of a node.
  func place(of node: String) -> String { "tensor '\(node)' of \(nodeSources[node] ?? source)" }

  /// Weights from named tensors of rank 2, as in a safetensors file.
  ///
  /// - Throws: ``ModelError`` for a tensor of another rank.
  public init(tensors: [NamedTensor], source: String) throws(ModelError) {
    var matrices: [String: Matrix<Double>] = [:]
    for tensor in tensors {
      guard tensor.shape.count == 2 else {
        throw .unsuitableAssignment(
          subject: "tensor '\(tensor.name)' of \(source)", reason: "it has \(tensor.shape.count) axes",
          remedy: "store a matrix of shape (dimension, inputs) for each node")
      }
      matrices[tensor.name] = Matrix(
        rows: tensor.shape[0], columns: tensor.shape[1], storage: tensor.values.map(Double.init))
    }
    self.init(matrices, source: source)
  }

  /// Whether names, shapes and values are the same.
  public static func == (left: NamedWeights, right: NamedWeights) -> Bool {
    left.digest == right.digest && left.matrices == right.matrices
  }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// The digest.
  public var description: String { "weights " + digest }
}
