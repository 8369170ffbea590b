public import LinearAlgebra

/// Whether a mechanism can be inverted, and why: what its author knows about all its weights. Numbers for the weights at
/// hand are the invertibility certificate's business.
public enum Invertibility: Sendable, Equatable {
  /// (parents, ε) is a function of the value, as the theory's first assumption asks.
  case exact(why: String)
  /// Only in part or under a condition; the text says which: most often that ε is a function of value and parents.
  case conditional(why: String)
  /// Not at all.
  case none(why: String)

  /// `exact`, `conditional` or `none`.
  public var word: String {
    switch self {
    case .exact: "exact"
    case .conditional: "conditional"
    case .none: "none"
    }
  }

  /// The reason.
  public var why: String {
    switch self {
    case .exact(let why), .conditional(let why), .none(let why): why
    }
  }
}

extension Invertibility {
  /// The statement with more of its reason before it.
  func prefixed(by text: String) -> Invertibility {
    switch self {
    case .exact(let why): .exact(why: text + why)
    case .conditional(let why): .conditional(why: text + why)
    case .none(let why): .none(why: text + why)
    }
  }

  /// What holds of a linear map (parents, ε) ↦ W·(parents, ε), by the numerical rank of W.
  ///
  /// - Complexity: a singular value decomposition of W.
  static func linear(_ weights: Matrix<Double>) -> Invertibility {
    let shape = "W (\(weights.rows) x \(weights.columns))"
    let given = "; given the parents, ε is known if its columns of W have full rank"
    guard weights.rows >= weights.columns else {
      return .conditional(why: "W maps \(weights.columns) inputs to \(weights.rows)\(given)")
    }
    guard let rank = rank(weights) else { return .none(why: "\(shape) holds NaN or infinity") }
    return rank == weights.columns
      ? .exact(why: "\(shape) has full column rank")
      : .conditional(why: "\(shape) has rank \(rank)\(given)")
  }

  /// The numerical rank of a matrix, by the rule of LAPACK's least-squares drivers: singular values below the rounding
  /// error of the largest count as 0. nil for NaN and infinity.
  static func rank(_ matrix: Matrix<Double>) -> Int? {
    guard matrix.columns > 0, matrix.rows > 0 else { return 0 }
    guard let values = try? matrix.singularValues(), let largest = values.first else { return nil }
    let floor = largest * 2.3e-16 * Double(max(matrix.rows, matrix.columns))
    return values.count { $0 > floor }
  }
}

extension Mechanism {
  /// What mechanisms that say nothing about it get: `conditional`.
  public var invertibility: Invertibility {
    .conditional(why: "the mechanism does not say; Jacobians and round trips at samples decide")
  }
}

/// A mechanism whose noise is a function of its value and its parents: ε can be read back from a sample, whether or not the
/// parents can (abduction, in the language of counterfactuals).
public protocol NoiseInvertibleMechanism: Mechanism {
  /// Recovers ε.
  ///
  /// - Parameters:
  ///   - values: Shape (n, dimension); rows are samples.
  ///   - parents: Shape (n, Σ dim(parents)), in the graph's order.
  /// - Returns: Shape (n, dim ε). Rows where ε is not determined hold NaN or infinity.
  /// - Throws: `LinearAlgebraError` if the map of ε has lost rank.
  func noise(values: Matrix<Double>, parents: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double>
}

extension Mechanism {
  /// `evaluate` on row-major samples: shape (n, inputDimension) to (n, dimension).
  package func values(_ inputs: Matrix<Double>) -> Matrix<Double> {
    precondition(inputs.columns == inputDimension, "inputs of width \(inputs.columns) for \(inputDimension)")
    var outputs = Matrix<Double>(rows: dimension, columns: inputs.rows)
    inputs.transposed().withUnsafeElements { source in
      outputs.withUnsafeMutableElements { evaluate(source, into: $0, count: inputs.rows) }
    }
    return outputs.transposed()
  }
}
