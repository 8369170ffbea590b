/// The shape of a masked autoencoder: two multilayer perceptrons around a narrow linear representation.
///
/// The encoder reads 2D numbers a sample, the visible values (masked ones are zero) and the mask; `hiddenLayers` hidden
/// layers lead to a representation of width k. The decoder reads k + D numbers, the representation and the mask, and
/// predicts all D values. Both sides have the same number and width of hidden layers.
public struct AutoencoderArchitecture: Hashable, Codable, Sendable {
  /// D, the number of observed columns.
  public let observedDimension: Int
  /// k, the width of the representation.
  public let representationWidth: Int
  /// H, the width of every hidden layer.
  public let hiddenWidth: Int
  /// The number of hidden layers of the encoder, and again of the decoder; 0 makes both linear.
  public let hiddenLayers: Int
  /// The nonlinearity after every hidden layer.
  public let activation: Activation

  /// A shape; the hidden part defaults to two GELU layers of 256 units a side.
  ///
  /// - Precondition: all extents are positive, `hiddenLayers >= 0`, the slope of a leaky ReLU is in [0, 1).
  public init(
    observedDimension: Int, representationWidth: Int, hiddenWidth: Int = 256, hiddenLayers: Int = 2,
    activation: Activation = .gelu
  ) {
    self.observedDimension = observedDimension
    self.representationWidth = representationWidth
    self.hiddenWidth = hiddenWidth
    self.hiddenLayers = hiddenLayers
    self.activation = activation
    precondition(isValid, "no such architecture: \(self)")
  }

  /// Whether the values are in their ranges; decoded ones may not be.
  var isValid: Bool {
    let slope: Float = if case .leakyReLU(let slope) = activation { slope } else { 0 }
    return observedDimension > 0 && representationWidth > 0 && hiddenWidth > 0 && hiddenLayers >= 0
      && slope >= 0 && slope < 1
  }

  /// The number of trainable numbers, weights and biases of both sides.
  public var parameterCount: Int { ParameterLayout(self).tensors.reduce(0) { $0 + $1.count } }
}
