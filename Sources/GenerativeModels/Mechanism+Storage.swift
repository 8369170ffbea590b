internal import LinearAlgebra

/// A mechanism that can be written to a file with all its weights and read back: the same values, bit for bit.
public protocol StorableMechanism: Mechanism {
  /// The name of the kind in files; unique, and never changed once files exist.
  static var storageKind: String { get }

  /// Everything that the values depend on, under the kind's name.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)`` where the mechanism holds another that cannot be stored; one
  ///   that holds none throws nothing.
  var storedParameters: StoredParameters { get throws(ModelStorageError) }

  /// The mechanism of stored parameters.
  ///
  /// - Throws: ``ModelStorageError/unsuitable(kind:reason:)`` for numbers that a precondition of the mechanism excludes: files
  ///   can be damaged, so nothing may trap here.
  init(_ stored: StoredParameters) throws(ModelStorageError)

  /// The mechanism of stored parameters, for one that holds other mechanisms: they are made by `registry`. By default
  /// ``init(_:)``.
  init(_ stored: StoredParameters, registry: MechanismRegistry) throws(ModelStorageError)
}

extension StorableMechanism {
  /// For a mechanism that holds no other: ``init(_:)``.
  public init(_ stored: StoredParameters, registry: MechanismRegistry) throws(ModelStorageError) {
    try self.init(stored)
  }
}

/// The kinds of mechanisms that files may hold.
public struct MechanismRegistry: Sendable {
  private var types: [String: any StorableMechanism.Type]

  /// A registry of types.
  ///
  /// - Precondition: kinds are unique.
  public init(_ types: [any StorableMechanism.Type]) {
    self.types = Dictionary(uniqueKeysWithValues: types.map { ($0.storageKind, $0) })
  }

  /// Strata's own mechanisms.
  public static let builtIn = MechanismRegistry([
    LinearMechanism.self, MLPMechanism.self, AdditiveNoiseMechanism.self, PolynomialMechanism.self,
    MultiplicativeMechanism.self, LocationScaleMechanism.self, PostNonlinearMechanism.self,
    ResidualFlowMechanism.self, ConstantMechanism.self, ShiftScaleMechanism.self,
  ])

  /// The names of all kinds, sorted.
  public var kinds: [String] { types.keys.sorted() }

  /// The registry with one more kind: a mechanism of your own.
  public func adding(_ type: any StorableMechanism.Type) -> MechanismRegistry {
    var result = self
    result.types[type.storageKind] = type
    return result
  }

  /// The mechanism of stored parameters.
  ///
  /// - Throws: ``ModelStorageError``.
  public func mechanism(_ stored: StoredParameters) throws(ModelStorageError) -> any Mechanism {
    guard let type = types[stored.kind] else { throw .unknownKind(stored.kind, known: kinds) }
    return try type.init(stored, registry: self)
  }
}

extension Mechanism {
  /// The parameters of a mechanism that can be stored.
  ///
  /// - Throws: ``ModelStorageError/notStorable(type:remedy:)``.
  public func parametersForStorage() throws(ModelStorageError) -> StoredParameters {
    guard let storable = self as? any StorableMechanism else {
      throw .notStorable(type: "\(Self.self)", remedy: "conform it to StorableMechanism")
    }
    return try storable.storedParameters
  }
}

extension LinearMechanism: StorableMechanism {
  /// `linear`.
  public static let storageKind = "linear"

  /// `weights`.
  public var storedParameters: StoredParameters { .init(kind: Self.storageKind, tensors: [.init("weights", weights)]) }

  /// Reads `weights`; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) { self.init(weights: try stored.matrix("weights")) }
}

extension MLPMechanism: StorableMechanism {
  /// `mlp`.
  public static let storageKind = "mlp"

  /// `weights_0`, `weights_1`, … from the input on, `slope`, `shift`, `scale`.
  public var storedParameters: StoredParameters {
    let weights = layers.enumerated().map { StoredParameters.Tensor("weights_\($0)", $1) }
    return StoredParameters(
      kind: Self.storageKind, tensors: weights + [.init("slope", slope), .init("shift", shift), .init("scale", scale)])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    var layers = [try stored.matrix("weights_0")]
    while stored.tensors.contains(where: { $0.name == "weights_\(layers.count)" }) {
      layers.append(try stored.matrix("weights_\(layers.count)"))
    }
    let (slope, scale) = (try stored.number("slope"), try stored.number("scale"))
    let shift = try stored.numbers("shift")
    try stored.require(slope > 0 && slope <= 1 && scale > 0, "slope \(slope), scale \(scale)")
    let (rows, columns) = (layers[0].rows, layers[0].columns)
    try stored.require(
      rows >= columns && shift.count == rows && layers.dropFirst().allSatisfy { $0.rows == rows && $0.columns == rows },
      "the shapes do not chain")
    self.init(layers: layers, slope: slope, shift: shift, scale: scale)
  }
}

extension AdditiveNoiseMechanism: StorableMechanism {
  /// `additive-noise`.
  public static let storageKind = "additive-noise"

  /// `hidden`, `biases`, `output`, `offsets`, `noise_scale`.
  public var storedParameters: StoredParameters {
    StoredParameters(
      kind: Self.storageKind,
      tensors: [
        .init("hidden", hidden), .init("biases", biases), .init("output", output), .init("offsets", offsets),
        .init("noise_scale", noiseScale),
      ])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let (hidden, output) = (try stored.matrix("hidden"), try stored.matrix("output"))
    let (biases, offsets) = (try stored.numbers("biases"), try stored.numbers("offsets"))
    try stored.require(
      hidden.rows == biases.count && output.columns == hidden.rows && output.rows == offsets.count,
      "the shapes do not chain")
    self.init(
      hidden: hidden, biases: biases, output: output, offsets: offsets, noiseScale: try stored.number("noise_scale"))
  }
}
