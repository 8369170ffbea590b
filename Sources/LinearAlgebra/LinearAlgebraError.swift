/// A failure of the data (not of the caller) in a factorization.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
  /// An input holds NaN or infinity; LAPACK's answer would be meaningless.
  case nonFiniteInput(operation: String)
  /// A Cholesky factorization met a non-positive pivot at this (1-based) order.
  case notPositiveDefinite(order: Int)
  /// A triangular or LU solve met an exact zero pivot at this (1-based) order.
  case singular(order: Int)
  /// An eigenvalue or singular value iteration did not converge.
  case notConverged(operation: String)

  /// One line: what happened and what to do.
  public var description: String {
    switch self {
    case .nonFiniteInput(let operation): "\(operation): the matrix holds NaN or infinity"
    case .notPositiveDefinite(let order):
      "the matrix is not positive definite (leading minor \(order)); add a ridge term or drop collinear columns"
    case .singular(let order): "the matrix is singular (pivot \(order)); drop collinear columns"
    case .notConverged(let operation): "\(operation) did not converge; rescale the matrix"
    }
  }
}
