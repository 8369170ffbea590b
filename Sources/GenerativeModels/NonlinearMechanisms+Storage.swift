internal import LinearAlgebra

extension HiddenLayer {
  func tensors(_ prefix: String) -> [StoredParameters.Tensor] {
    [
      .init("\(prefix)_hidden", hidden), .init("\(prefix)_biases", biases), .init("\(prefix)_output", output),
      .init("\(prefix)_offsets", offsets),
    ]
  }

  init(_ stored: StoredParameters, _ prefix: String) throws(ModelStorageError) {
    let (hidden, output) = (try stored.matrix("\(prefix)_hidden"), try stored.matrix("\(prefix)_output"))
    let (biases, offsets) = (try stored.numbers("\(prefix)_biases"), try stored.numbers("\(prefix)_offsets"))
    try stored.require(
      hidden.rows == biases.count && output.columns == hidden.rows && output.rows == offsets.count,
      "the shapes of \(prefix) do not chain")
    self.init(hidden: hidden, biases: biases, output: output, offsets: offsets)
  }
}

extension PolynomialMechanism: StorableMechanism {
  /// `polynomial`.
  public static let storageKind = "polynomial"

  /// `weights`, `coefficient`, `degree`, `shift`, `scale`, and `largest_slope` where it is finite.
  public var storedParameters: StoredParameters {
    let bound = largestSlope.isFinite ? [StoredParameters.Tensor("largest_slope", largestSlope)] : []
    return StoredParameters(
      kind: Self.storageKind,
      tensors: [
        .init("weights", weights), .init("coefficient", coefficient), .init("degree", Double(degree)),
        .init("shift", shift), .init("scale", scale),
      ] + bound)
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let (weights, coefficient) = (try stored.matrix("weights"), try stored.number("coefficient"))
    let degree = try stored.integer("degree", atLeast: 3)
    let (shift, scale) = (try stored.numbers("shift"), try stored.numbers("scale"))
    let isBounded = stored.tensors.contains { $0.name == "largest_slope" }
    let slope = isBounded ? try stored.number("largest_slope") : .infinity
    try stored.require(
      degree % 2 == 1 && coefficient >= 0 && slope > 1,
      "degree \(degree), coefficient \(coefficient), largest slope \(slope)")
    try stored.require(
      shift.count == weights.rows && scale.count == weights.rows && scale.allSatisfy { $0 > 0 }, "shift and scale")
    self.init(
      weights: weights, coefficient: coefficient, degree: degree, largestSlope: slope, shift: shift, scale: scale)
  }
}

extension MultiplicativeMechanism: StorableMechanism {
  /// `multiplicative`.
  public static let storageKind = "multiplicative"

  /// `content`, `offset`, `weight`, `scale`.
  public var storedParameters: StoredParameters {
    StoredParameters(
      kind: Self.storageKind,
      tensors: [.init("content", content), .init("offset", offset), .init("weight", weight), .init("scale", scale)])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let (content, scale) = (try stored.matrix("content"), try stored.numbers("scale"))
    let weight = try stored.number("weight")
    try stored.require(scale.count == content.rows && weight != 0, "scale and weight")
    self.init(content: content, offset: try stored.number("offset"), weight: weight, scale: scale)
  }
}

extension LocationScaleMechanism: StorableMechanism {
  /// `location-scale`.
  public static let storageKind = "location-scale"

  /// The networks `location_*` and `log_scale_*`, each with `hidden`, `biases`, `output`, `offsets`.
  public var storedParameters: StoredParameters {
    StoredParameters(kind: Self.storageKind, tensors: location.tensors("location") + logScale.tensors("log_scale"))
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let (location, logScale) = (try HiddenLayer(stored, "location"), try HiddenLayer(stored, "log_scale"))
    try stored.require(
      location.inputs == logScale.inputs && location.outputs == logScale.outputs, "two networks of different shape")
    self.init(location: location, logScale: logScale)
  }
}

extension PostNonlinearMechanism: StorableMechanism {
  /// `post-nonlinear`.
  public static let storageKind = "post-nonlinear"

  /// The network `inner_*`, `noise_scale`, `sharpness`, `shift`, `scale`.
  public var storedParameters: StoredParameters {
    StoredParameters(
      kind: Self.storageKind,
      tensors: inner.tensors("inner") + [
        .init("noise_scale", noiseScale), .init("sharpness", sharpness), .init("shift", shift), .init("scale", scale),
      ])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let inner = try HiddenLayer(stored, "inner")
    let (noiseScale, sharpness) = (try stored.number("noise_scale"), try stored.number("sharpness"))
    let (shift, scale) = (try stored.numbers("shift"), try stored.numbers("scale"))
    try stored.require(
      sharpness > 0 && noiseScale > 0 && scale.allSatisfy { $0 > 0 } && shift.count == inner.outputs
        && scale.count == inner.outputs, "sharpness \(sharpness), noise_scale \(noiseScale)")
    self.init(inner: inner, noiseScale: noiseScale, sharpness: sharpness, shift: shift, scale: scale)
  }
}

extension ResidualFlowMechanism: StorableMechanism {
  /// `residual-flow`.
  public static let storageKind = "residual-flow"

  /// `entrance`, for each block from 0 on `inner_0`, `biases_0`, `outer_0`, then `shift`, `scale`.
  public var storedParameters: StoredParameters {
    let parts = blocks.enumerated().flatMap { index, block in
      [
        StoredParameters.Tensor("inner_\(index)", block.inner), .init("biases_\(index)", block.biases),
        .init("outer_\(index)", block.outer),
      ]
    }
    return StoredParameters(
      kind: Self.storageKind,
      tensors: [.init("entrance", entrance)] + parts + [.init("shift", shift), .init("scale", scale)])
  }

  /// Reads what `storedParameters` holds; see ``StorableMechanism``. A block that would be no contraction is damage.
  public init(_ stored: StoredParameters) throws(ModelStorageError) {
    let entrance = try stored.matrix("entrance")
    let (shift, scale) = (try stored.numbers("shift"), try stored.number("scale"))
    try stored.require(
      entrance.rows >= entrance.columns && shift.count == entrance.rows && scale > 0, "entrance, shift and scale")
    var blocks: [Block] = []
    while stored.tensors.contains(where: { $0.name == "inner_\(blocks.count)" }) {
      let index = blocks.count
      let (inner, outer) = (try stored.matrix("inner_\(index)"), try stored.matrix("outer_\(index)"))
      let biases = try stored.numbers("biases_\(index)")
      try stored.require(
        inner.rows > 0 && inner.columns == entrance.rows && outer.rows == entrance.rows && outer.columns == inner.rows
          && biases.count == inner.rows, "the shapes of block \(index) do not chain")
      try stored.require(
        Self.lipschitzBound(inner, outer) <= 1 + Self.roundingOfNorms, "block \(index) is no contraction")
      blocks.append(Block(scaledInner: inner, biases: biases, scaledOuter: outer))
    }
    self.init(entrance: entrance, blocks: blocks, shift: shift, scale: scale)
  }

  /// A contraction may be set as close to 1 as doubles go; two singular values in double precision are right to this.
  private static let roundingOfNorms = 1e-12

  /// ‖V‖·‖U‖; infinite for matrices with NaN or infinity.
  private static func lipschitzBound(_ inner: Matrix<Double>, _ outer: Matrix<Double>) -> Double {
    guard let u = try? inner.singularValues().first, let v = try? outer.singularValues().first else { return .infinity }
    return u * v
  }
}
