public import LinearAlgebra
internal import Stochastics

extension Mechanism {
  /// Recovers (parents, ε) from values by a search, for any mechanism: Levenberg–Marquardt on ‖g(u) − value‖², started from
  /// a linear regression on 256 fixed standard Gaussian inputs. A mechanism of your own that has no inverse in closed form
  /// need not write one.
  ///
  /// - Parameter values: Shape (n, dimension); rows are samples, in the range of the mechanism.
  /// - Returns: Shape (n, inputDimension). A preimage to 1e-10 of the value's norm; where the mechanism is not injective, one
  ///   of them. Rows for which the search found none hold NaN.
  /// - Complexity: O(n · inputDimension² · dimension) for each of at most 100 steps, with a Jacobian
  ///   (``derivative(at:)``) at each.
  public func numericInverse(_ values: Matrix<Double>) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    guard inputDimension > 0 else { return Matrix(rows: values.rows, columns: 0) }
    // A function of the values alone: what the regression is drawn from is part of the method.
    var stream = RandomStream(RandomKey(seed: 0).child("numeric inverse"))
    let starts = Matrix<Double>(
      rows: 256, columns: inputDimension, storage: (0..<256 * inputDimension).map { _ in stream.gaussian() })
    let search = MechanismInverse(self, inputs: starts, values: self.values(starts))
    var result = Matrix<Double>(rows: values.rows, columns: inputDimension, repeating: .nan)
    for row in 0..<values.rows where values.row(row).allSatisfy(\.isFinite) {
      let solution = search.solve(values.row(row))
      guard solution.residual <= MechanismInverse.tolerance else { continue }
      for (column, value) in solution.input.enumerated() { result[row, column] = value }
    }
    return result
  }

  /// The mechanism with its own inverse; nil for one that can only be searched.
  var withOwnInverse: (any InvertibleMechanism)? {
    if let soft = self as? ShiftScaleMechanism, soft.base.withOwnInverse == nil { return nil }
    return self as? any InvertibleMechanism
  }
}

extension ShiftScaleMechanism: InvertibleMechanism, NoiseInvertibleMechanism {
  /// The base's inverse of (value − shift) / scale; a search (``Mechanism/numericInverse(_:)``) where the base has none.
  ///
  /// - Throws: `LinearAlgebraError.singular` where a component is scaled to nothing; what the base throws.
  public func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    let inner = try baseValues(values)
    return try base.withOwnInverse?.inverse(inner) ?? base.numericInverse(inner)
  }

  /// The base's noise of (value − shift) / scale; the last columns of ``inverse(_:)`` where the base does not give it.
  ///
  /// - Throws: As ``inverse(_:)``.
  public func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    if let base = base as? any NoiseInvertibleMechanism {
      return try base.noise(values: try baseValues(values), parents: parents)
    }
    return try inverse(values).columns(parents.columns..<inputDimension)
  }

  private func baseValues(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    if let index = scale.firstIndex(of: 0) { throw .singular(order: index + 1) }
    return mapped(values) { index, value in (value - shift[index % dimension]) / scale[index % dimension] }
  }
}
