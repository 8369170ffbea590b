/// Where one parameter tensor lies in the flat parameter buffer.
struct TensorPlace: Sendable, Equatable {
  let name: String
  /// (inputs, outputs) for weights, (outputs) for biases.
  let shape: [Int]
  let offset: Int
  var count: Int { shape.reduce(1, *) }
}

/// One affine layer: `output = input · weight + bias`, weight of shape (inputs, outputs), row-major.
struct DenseLayer: Sendable, Equatable {
  let inputs: Int
  let outputs: Int
  let weight: Int
  let bias: Int
}

/// One of the two networks of an autoencoder.
enum Side: CaseIterable {
  case encoder, decoder
}

/// The places of all parameters of an architecture in one flat buffer.
///
/// Every tensor begins at a multiple of 16 elements (a cache line of floats), so that kernels may read and write biases in
/// whole vectors; the padding between tensors holds zeros, has zero gradient, and stays zero under every optimizer.
struct ParameterLayout: Sendable, Equatable {
  let encoder: [DenseLayer]
  let decoder: [DenseLayer]
  let tensors: [TensorPlace]
  /// The length of the flat buffer, padding included; a multiple of 16.
  let count: Int

  init(_ architecture: AutoencoderArchitecture) {
    var places: [TensorPlace] = []
    var offset = 0
    func place(_ name: String, _ shape: [Int]) -> Int {
      defer { offset += roundedUp(shape.reduce(1, *), to: 16) }
      places.append(TensorPlace(name: name, shape: shape, offset: offset))
      return offset
    }
    func stack(_ side: String, _ inputs: Int, _ outputs: Int) -> [DenseLayer] {
      let hidden = [Int](repeating: architecture.hiddenWidth, count: architecture.hiddenLayers)
      let widths = [inputs] + hidden + [outputs]
      return (1..<widths.count).map { layer in
        DenseLayer(
          inputs: widths[layer - 1], outputs: widths[layer],
          weight: place("\(side).\(layer - 1).weight", [widths[layer - 1], widths[layer]]),
          bias: place("\(side).\(layer - 1).bias", [widths[layer]]))
      }
    }
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    encoder = stack("encoder", 2 * d, k)
    decoder = stack("decoder", k + d, d)
    tensors = places
    count = offset
  }

  /// The layers of one side, from its input on.
  func layers(_ side: Side) -> [DenseLayer] { side == .encoder ? encoder : decoder }

  /// Where the parameters of one side are: the encoder's half, then the decoder's, of nearly equal size.
  func range(_ side: Side) -> Range<Int> {
    side == .encoder ? 0..<decoder[0].weight : decoder[0].weight..<count
  }
}

/// The smallest multiple of `unit` that is at least `value`.
func roundedUp(_ value: Int, to unit: Int) -> Int { (value + unit - 1) / unit * unit }
