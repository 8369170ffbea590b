public import LinearAlgebra
internal import Stochastics

/// The weights of mechanisms by node name: what ``MechanismFamily/weights(_:)`` makes its mechanisms of.
public struct NamedWeights: Sendable, Hashable, CustomStringConvertible {
  /// The kind of the mechanisms, one of ``MechanismRegistry/builtIn``: `linear`, `mlp`, `residual-flow`, ….
  public let kind: String
  /// The tensors of each node, under the names that ``StorableMechanism`` gives them; for `linear` the one tensor `weights`, shape
  /// (dimension, Σ dim(parents) + dim(ε)), the parents' columns first, in the graph's order.
  public let tensors: [String: [StoredParameters.Tensor]]
  /// 16 hexadecimal digits of a hash of kind, names, shapes and values: the identity of the set.
  public let digest: String
  /// Where the weights came from, for errors; no part of their identity.
  public let source: String
  /// The same for single nodes whose weights have a file of their own.
  public let nodeSources: [String: String]

  /// Weights of a kind.
  ///
  /// - Precondition: the names of a node's tensors are unique.
  public init(
    kind: String, _ tensors: [String: [StoredParameters.Tensor]], source: String, nodeSources: [String: String] = [:]
  ) {
    self.kind = kind
    self.tensors = tensors
    self.source = source
    self.nodeSources = nodeSources
    // Linear maps have the identity that they had when there were no others.
    let isLinear = kind == LinearMechanism.storageKind
    var text = isLinear ? "" : "\(kind)\n"
    for (name, parts) in tensors.sorted(by: { $0.key < $1.key }) {
      for tensor in parts.sorted(by: { $0.name < $1.name }) {
        text += "\(name.utf8.count) \(name)" + (isLinear ? "" : " \(tensor.name)")
        for extent in tensor.shape { text += " \(extent)" }
        for value in tensor.values { text += " " + String(value.bitPattern, radix: 16) }
        text += "\n"
      }
    }
    let digits = String(RandomKey(seed: 0).child("weights").child(text).bits, radix: 16)
    digest = String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Linear maps by the nodes' names.
  public init(_ matrices: [String: Matrix<Double>], source: String, nodeSources: [String: String] = [:]) {
    self.init(
      kind: LinearMechanism.storageKind, matrices.mapValues { [.init("weights", $0)] }, source: source,
      nodeSources: nodeSources)
  }

  /// Weights from the tensors of a file: for `linear` a matrix called as its node, for other kinds `node.tensor`, like
  /// `x0.weights_0`. What follows the last dot is the tensor's name.
  ///
  /// - Throws: ``ModelError`` for a name without a dot, and for a tensor of a linear map that is no matrix.
  public init(kind: String, named given: [StoredParameters.Tensor], source: String) throws(ModelError) {
    var tensors: [String: [StoredParameters.Tensor]] = [:]
    for tensor in given {
      let subject = "tensor '\(tensor.name)' of \(source)"
      if kind == LinearMechanism.storageKind {
        guard tensor.shape.count == 2 else {
          throw .unsuitableAssignment(
            subject: subject, reason: "it has \(tensor.shape.count) axes",
            remedy: "store a matrix of shape (dimension, inputs) for each node")
        }
        tensors[tensor.name] = [.init("weights", shape: tensor.shape, values: tensor.values)]
      } else {
        guard let dot = tensor.name.lastIndex(of: ".") else {
          throw .unsuitableAssignment(
            subject: subject, reason: "it does not say whose tensor it is",
            remedy: "call it after node and tensor, like 'x0.\(tensor.name)'")
        }
        tensors[String(tensor.name[..<dot]), default: []].append(
          .init(String(tensor.name[tensor.name.index(after: dot)...]), shape: tensor.shape, values: tensor.values))
      }
    }
    self.init(kind: kind, tensors, source: source)
  }

  /// What errors call the weights of a node.
  func place(of node: String) -> String {
    let place = nodeSources[node] ?? source
    return kind == LinearMechanism.storageKind ? "tensor '\(node)' of \(place)" : "the \(kind) of '\(node)' in \(place)"
  }

  /// Whether kind, names, shapes and values are the same.
  public static func == (left: NamedWeights, right: NamedWeights) -> Bool {
    left.digest == right.digest && left.kind == right.kind
      && left.tensors.mapValues { $0.sorted { $0.name < $1.name } }
        == right.tensors.mapValues { $0.sorted { $0.name < $1.name } }
  }

  /// Hashes the digest.
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// The digest.
  public var description: String { "weights " + digest }
}
