internal import Stochastics

extension ConstantMechanism: StorableMechanism {
  /// `constant`.
  public static let storageKind = "constant"

  /// `value`, `input_dimension`.
  public var storedParameters: StoredParameters {
    StoredParameters(
      kind: Self.storageKind,
      tensors: [.init("value", value), .init("input_dimension", Double(inputDimension))])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    self.init(
      value: try stored.numbers("value"), inputDimension: try stored.integer("input_dimension", atLeast: 0))
  }
}

extension ShiftScaleMechanism: StorableMechanism {
  /// `shift-scale`.
  public static let storageKind = "shift-scale"

  /// `shift`, `scale`, and the part `base`.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` if the base cannot be stored.
  public var storedParameters: StoredParameters {
    get throws(ModelStorageError) {
      StoredParameters(
        kind: Self.storageKind, tensors: [.init("shift", shift), .init("scale", scale)],
        parts: [.init("base", try base.parametersForStorage())])
    }
  }

  /// Reads what `storedParameters` holds, with a base of Strata's own; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) { try self.init(stored, registry: .builtIn) }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters, registry: MechanismRegistry) throws(ModelStorageError) {
    let base = try registry.mechanism(try stored.part("base"))
    let (shift, scale) = (try stored.numbers("shift"), try stored.numbers("scale"))
    try stored.require(
      shift.count == base.dimension && scale.count == base.dimension,
      "\(shift.count) shifts and \(scale.count) scales for \(base.dimension) components")
    self.init(base: base, shift: shift, scale: scale)
  }
}

extension Intervention {
  /// What is done to the node, as data: `do` with `value`, `shift-scale` with `shift` and `scale`, `noise` with the part
  /// `law`.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` for a law that cannot be stored.
  public func parametersForStorage() throws(ModelStorageError) -> StoredParameters {
    switch kind {
    case .hard(let value): StoredParameters(kind: "do", tensors: [.init("value", value)])
    case .soft(let shift, let scale):
      StoredParameters(kind: "shift-scale", tensors: [.init("shift", shift), .init("scale", scale)])
    case .noise(let law):
      StoredParameters(kind: "noise", parts: [.init("law", try law.parametersForStorage())])
    }
  }

  /// The intervention of stored parameters.
  ///
  /// - Throws: ``ModelStorageError``. Whether it fits a graph is for ``GenerativeModel/intervened(by:)`` to say.
  public init(
    _ stored: StoredParameters, on node: String, registry: NoiseRegistry = .builtIn
  ) throws(ModelStorageError) {
    switch stored.kind {
    case "do": self.init(.hard(try stored.numbers("value")), on: node)
    case "shift-scale":
      self.init(.soft(shift: try stored.numbers("shift"), scale: try stored.numbers("scale")), on: node)
    case "noise": self.init(.noise(try Distribution(try stored.part("law"), registry: registry)), on: node)
    default: throw .unknownKind(stored.kind, known: ["do", "noise", "shift-scale"])
    }
  }
}
