/// `value` = a constant: what a hard intervention leaves of a mechanism.
public struct ConstantMechanism: Mechanism {
  /// The constant, length dimension.
  public let value: [Double]
  /// Σ dim(parents) + dim(ε), all of them ignored.
  public let inputDimension: Int

  /// The mechanism of a constant.
  public init(value: [Double], inputDimension: Int) {
    self.value = value
    self.inputDimension = inputDimension
  }

  /// dim(node).
  public var dimension: Int { value.count }

  /// A constant forgets everything, but for a node without inputs.
  public var invertibility: Invertibility {
    inputDimension == 0
      ? .exact(why: "there is nothing to recover") : .none(why: "a hard intervention cuts the node off from its inputs")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    for row in 0..<dimension { for i in row * count..<(row + 1) * count { outputs[i] = Float(value[row]) } }
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    for row in 0..<dimension { for i in row * count..<(row + 1) * count { outputs[i] = value[row] } }
  }
}

/// `scale · base + shift`, component by component: a soft intervention.
public struct ShiftScaleMechanism: Mechanism {
  /// The mechanism without the intervention.
  public let base: any Mechanism
  /// Length dimension.
  public let shift: [Double]
  /// Length dimension.
  public let scale: [Double]

  /// The mechanism of a soft intervention; one shift and one scale for each component.
  public init(base: any Mechanism, shift: [Double], scale: [Double]) {
    precondition(shift.count == base.dimension && scale.count == base.dimension)
    self.base = base
    self.shift = shift
    self.scale = scale
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { base.inputDimension }
  /// dim(node).
  public var dimension: Int { base.dimension }

  /// That of the base, unless a component is scaled to nothing.
  public var invertibility: Invertibility {
    scale.contains(0) ? .none(why: "the intervention scales a component by 0") : base.invertibility
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    base.evaluate(inputs, into: outputs, count: count)
    for row in 0..<dimension {
      let (shift, scale) = (Float(shift[row]), Float(scale[row]))
      for i in row * count..<(row + 1) * count { outputs[i] = scale * outputs[i] + shift }
    }
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    base.evaluate(inputs, into: outputs, count: count)
    for row in 0..<dimension {
      let (shift, scale) = (shift[row], scale[row])
      for i in row * count..<(row + 1) * count { outputs[i] = scale * outputs[i] + shift }
    }
  }
}
