public import LinearAlgebra

extension StoredParameters.Tensor {
  /// A single number.
  public init(_ name: String, _ value: Double) { self.init(name, shape: [], values: [value]) }

  /// A list of numbers.
  public init(_ name: String, _ values: [Double]) { self.init(name, shape: [values.count], values: values) }

  /// A matrix.
  public init(_ name: String, _ matrix: Matrix<Double>) {
    self.init(name, shape: [matrix.rows, matrix.columns], values: matrix.storage)
  }
}

extension StoredParameters {
  /// The tensor of a name with a number of axes.
  ///
  /// - Throws: ``ModelStorageError/unsuitable(kind:reason:)`` if there is none, or it has other axes.
  public func tensor(_ name: String, axes: Int) throws(ModelStorageError) -> Tensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else { throw unsuitable("there is no \(name)") }
    guard tensor.shape.count == axes else { throw unsuitable("\(name) has shape \(tensor.shape)") }
    return tensor
  }

  /// A single number.
  public func number(_ name: String) throws(ModelStorageError) -> Double { try tensor(name, axes: 0).values[0] }

  /// A whole number of at least a bound.
  public func integer(_ name: String, atLeast bound: Int) throws(ModelStorageError) -> Int {
    let value = try number(name)
    guard let integer = Int(exactly: value), integer >= bound else { throw unsuitable("\(name) is \(value)") }
    return integer
  }

  /// A list of numbers.
  public func numbers(_ name: String) throws(ModelStorageError) -> [Double] { try tensor(name, axes: 1).values }

  /// A matrix.
  public func matrix(_ name: String) throws(ModelStorageError) -> Matrix<Double> {
    let tensor = try tensor(name, axes: 2)
    return Matrix(rows: tensor.shape[0], columns: tensor.shape[1], storage: tensor.values)
  }

  /// The part of a name.
  ///
  /// - Throws: ``ModelStorageError/unsuitable(kind:reason:)`` if there is none.
  public func part(_ name: String) throws(ModelStorageError) -> StoredParameters {
    guard let part = parts.first(where: { $0.name == name }) else { throw unsuitable("there is no part \(name)") }
    return part.parameters
  }

  /// Throws unless a condition holds.
  public func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(ModelStorageError) {
    guard condition else { throw unsuitable(reason()) }
  }

  private func unsuitable(_ reason: String) -> ModelStorageError { .unsuitable(kind: kind, reason: reason) }
}
