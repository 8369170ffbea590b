public import LinearAlgebra

/// Residual blocks u ← u + V·φ(U·u + b) after an injective linear map, then a fixed shift and scale: the invertible
/// residual network of Behrmann et al. 2019 and the residual flow of Chen et al. 2019.
///
/// φ(x) = x / √(1 + x²) has slopes in (0, 1], so that a block's residual has a Lipschitz constant of at most ‖V‖·‖U‖
/// (spectral norms), which the initialiser makes exact: below 1 the block is invertible, by Banach's fixed-point theorem.
public struct ResidualFlowMechanism: Mechanism {
  /// One block.
  public struct Block: Sendable {
    /// U, shape (hidden, dimension).
    public let inner: Matrix<Double>
    /// b, length hidden.
    public let biases: [Double]
    /// V, shape (dimension, hidden).
    public let outer: Matrix<Double>
    let layer: HiddenLayer

    /// The block with U and V scaled so that ‖V‖·‖U‖ is `contraction`, exactly (from their singular values).
    ///
    /// - Throws: `LinearAlgebraError` for NaN or infinity among the weights, or weights that are all 0.
    /// - Precondition: 0 < contraction < 1; shapes chain.
    public init(
      inner: Matrix<Double>, biases: [Double], outer: Matrix<Double>, contraction: Double
    ) throws(LinearAlgebraError) {
      precondition(contraction > 0 && contraction < 1, "a contraction of \(contraction) is not below 1")
      guard let u = try inner.singularValues().first, let v = try outer.singularValues().first, u > 0, v > 0 else {
        throw .singular(order: 1)
      }
      self.init(
        scaledInner: (contraction.squareRoot() / u) * inner, biases: biases,
        scaledOuter: (contraction.squareRoot() / v) * outer)
    }

    /// The block of matrices that are scaled already: those of a block that was stored.
    init(scaledInner: Matrix<Double>, biases: [Double], scaledOuter: Matrix<Double>) {
      (inner, self.biases, outer) = (scaledInner, biases, scaledOuter)
      layer = HiddenLayer(
        hidden: inner, biases: biases, output: outer, offsets: Array(repeating: 0, count: outer.rows))
    }
  }

  /// W, shape (dimension, Σ dim(parents) + dim(ε)), of full column rank.
  public let entrance: Matrix<Double>
  /// The blocks, first to last.
  public let blocks: [Block]
  /// Subtracted from the last block's output, length dimension.
  public let shift: [Double]
  /// Multiplied last; positive.
  public let scale: Double
  private let linear: LinearMechanism

  /// The mechanism of given weights.
  ///
  /// - Precondition: dimension ≥ inputs, blocks of the dimension, a positive scale.
  public init(entrance: Matrix<Double>, blocks: [Block], shift: [Double], scale: Double) {
    precondition(entrance.rows >= entrance.columns && shift.count == entrance.rows && scale > 0)
    precondition(blocks.allSatisfy { $0.inner.columns == entrance.rows && $0.outer.rows == entrance.rows })
    self.entrance = entrance
    self.blocks = blocks
    self.shift = shift
    self.scale = scale
    linear = LinearMechanism(weights: entrance)
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { entrance.columns }
  /// dim(node).
  public var dimension: Int { entrance.rows }

  /// Every block is a bijection; whether the entrance is injective is checked.
  public var invertibility: Invertibility {
    linear.invertibility.prefixed(by: "blocks u + r(u) whose residuals have Lipschitz constants below 1; before them, ")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    linear.evaluate(inputs, into: outputs, count: count)
    runBlocks(outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    linear.evaluate(inputs, into: outputs, count: count)
    runBlocks(outputs, count: count)
  }

  private func runBlocks<Scalar: LinearAlgebraScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, count: Int) {
    let size = dimension * count
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: size) { scratch in
      scratch.initialize(repeating: 0)
      for block in blocks {
        block.layer.evaluate(UnsafeBufferPointer(values), into: scratch, count: count)
        for i in 0..<size { values[i] += scratch[i] }
      }
    }
    let scale = Scalar(scale)
    for row in 0..<dimension {
      let shift = Scalar(shift[row])
      for i in row * count..<(row + 1) * count { values[i] = (values[i] - shift) * scale }
    }
  }
}

extension ResidualFlowMechanism: InvertibleMechanism {
  /// Each block by the fixed point of u ← y − r(u), whose error shrinks by the contraction at every step; then the
  /// pseudo-inverse of the entrance.
  ///
  /// - Throws: `LinearAlgebraError` if the values hold NaN or infinity.
  public func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    guard values.isFinite else { throw .nonFiniteInput(operation: "residual flow inverse") }
    var current = mapped(values) { index, value in value / scale + shift[index % dimension] }
    for block in blocks.reversed() {
      let target = current
      var converged = false
      // At a contraction of 0.99 a start at distance 1 comes within 1e-15 after 3500 steps.
      for _ in 0..<20_000 where !converged {
        let next = target - block.layer(current)
        converged = (next - current).maximumMagnitude <= 1e-15 * max(1, next.maximumMagnitude)
        current = next
      }
      guard converged else { throw .notConverged(operation: "residual flow inverse") }
    }
    return try linear.inverse(current)
  }
}
