public import LinearAlgebra

/// An invertible leaky-ReLU network on (parents, ε), followed by a fixed shift and scale:
/// `value = (W_L σ(… σ(W_1 (parents, ε))) − shift) · scale`, σ between layers only, no biases.
///
/// Injective because every W has full column rank and σ is strictly increasing; the construction of the "mixing" that
/// the nonlinear-ICA literature shares (Hyvärinen & Morioka 2016; von Kügelgen et al. 2021).
public struct MLPMechanism: Mechanism {
  /// The layers' weights: the first of shape (dimension, inputs), the others (dimension, dimension).
  public let layers: [Matrix<Double>]
  /// The slope of σ for negative arguments, in (0, 1].
  public let slope: Double
  /// Subtracted from the last layer's output, one number a component.
  public let shift: [Double]
  /// Multiplied after the shift, one positive number for all components, so that condition numbers stay as they are.
  public let scale: Double
  /// The layers with σ, and the shift and scale folded into the last one.
  private let network: PanelNetwork

  /// The mechanism of given weights.
  ///
  /// - Precondition: shapes chain, dimension ≥ inputs, 0 < slope ≤ 1, scale > 0.
  public init(layers: [Matrix<Double>], slope: Double, shift: [Double], scale: Double) {
    precondition(!layers.isEmpty && slope > 0 && slope <= 1 && scale > 0, "slope \(slope), scale \(scale)")
    precondition(
      layers.allSatisfy { $0.rows == layers[0].rows } && layers.dropFirst().allSatisfy { $0.rows == $0.columns })
    precondition(layers[0].rows >= layers[0].columns && shift.count == layers[0].rows)
    self.layers = layers
    self.slope = slope
    self.shift = shift
    self.scale = scale
    let last = layers[layers.count - 1]
    network = PanelNetwork(
      layers.dropLast().map { PanelLayer(weights: $0, activation: .leakyReLU(slope: slope)) }
        + [PanelLayer(weights: scale * last, biases: shift.map { -$0 * scale })])
  }

  /// Σ dim(parents) + dim(ε).
  public var inputDimension: Int { layers[0].columns }
  /// dim(node).
  public var dimension: Int { layers[0].rows }

  /// Injective layers, which is checked, and a strictly increasing σ between them.
  public var invertibility: Invertibility {
    if let index = layers.firstIndex(where: { Invertibility.rank($0) != $0.columns }) {
      return .conditional(why: "layer \(index) has lost rank")
    }
    return .exact(why: "layers of full column rank and a strictly increasing leaky ReLU")
  }

  /// Evaluates a feature-major batch in single precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    network.apply(inputs, into: outputs, count: count)
  }

  /// Evaluates a feature-major batch in double precision; see ``Mechanism``.
  public func evaluate(
    _ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    network.apply(inputs, into: outputs, count: count)
  }

  /// Recovers (parents, ε) from a value: the layers' pseudo-inverses (exact for values in the range) and σ⁻¹, backwards.
  ///
  /// - Parameter values: Shape (n, dimension); rows are samples.
  /// - Returns: Shape (n, inputDimension).
  /// - Throws: `LinearAlgebraError` if a layer lost rank.
  public func inverse(_ values: Matrix<Double>) throws(LinearAlgebraError) -> Matrix<Double> {
    precondition(values.columns == dimension, "values of width \(values.columns) for dimension \(dimension)")
    var current = values
    current.withUnsafeMutableElements { elements in
      for i in elements.indices { elements[i] = elements[i] / scale + shift[i % dimension] }
    }
    for (index, layer) in layers.enumerated().reversed() {
      let gram = layer.multiplied(by: layer, transposeSelf: true)
      let pseudoInverse = try gram.solve(layer.transposed())
      current = current.multiplied(by: pseudoInverse, transposeOther: true)
      if index > 0 {
        current.withUnsafeMutableElements { for i in $0.indices where $0[i] < 0 { $0[i] /= slope } }
      }
    }
    return current
  }
}
