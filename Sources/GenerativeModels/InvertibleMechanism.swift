public import LinearAlgebra

/// A mechanism with an inverse of its own. Conforming is optional; others are inverted by a search
/// (``Mechanism/numericInverse(_:)``).
public protocol InvertibleMechanism: Mechanism {
  /// Recovers (parents, ε) from values.
  ///
  /// - Parameter values: Shape (n, dimension); rows are samples, in the range of the mechanism.
  /// - Returns: Shape (n, inputDimension). Where the mechanism is not injective, one of the preimages.
  /// - Throws: `LinearAlgebraError` if the weights hold NaN or infinity or lost rank.
  func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double>
}

extension MLPMechanism: InvertibleMechanism {}

extension LinearMechanism: InvertibleMechanism {
  /// The pseudo-inverse of W applied to values: exact where W has full column rank, else the preimage of least norm.
  public func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    guard inputDimension > 0 else { return Matrix(rows: values.rows, columns: 0) }
    let (u, s, vt) = try weights.singularValueDecomposition()
    // As in LAPACK's least-squares drivers: what is below rounding error carries no information.
    let floor = (s.first ?? 0) * 2.3e-16 * Double(max(weights.rows, weights.columns))
    var coordinates = values * u
    let width = coordinates.columns
    coordinates.withUnsafeMutableElements { elements in
      for i in elements.indices { elements[i] = s[i % width] > floor ? elements[i] / s[i % width] : 0 }
    }
    return coordinates * vt
  }
}
