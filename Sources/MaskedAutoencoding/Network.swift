internal import LinearAlgebra

/// A masked autoencoder being trained: parameters, gradients and every activation of one batch, allocated once.
///
/// Buffers are row-major (batch, stride) with strides rounded up to 8. A hidden layer has two: its activation, and its
/// preactivation, which the forward pass replaces by the derivative of the nonlinearity and the backward pass by the
/// gradient of the loss with respect to the preactivation.
final class Network<Scalar: NetworkScalar> {
  let architecture: AutoencoderArchitecture
  let layout: ParameterLayout
  let batchSize: Int
  let parameters: AlignedBuffer<Scalar>
  let gradients: AlignedBuffer<Scalar>
  /// All activations of the batch, one allocation cut up by the offsets in `encoder` and `decoder`.
  let workspace: AlignedBuffer<Scalar>
  let encoder: LayerStack
  let decoder: LayerStack
  /// Standardised values and mask, (batch, targetStride): what the loss compares with.
  let target: UnsafeMutablePointer<Scalar>
  let mask: UnsafeMutablePointer<Scalar>
  let targetStride: Int
  /// The gradient that a layer passes down, before the derivative: (batch, hidden stride).
  let upstream: UnsafeMutablePointer<Scalar>
  /// Gradient with respect to the representation, (batch, stride of k).
  let representationGradient: UnsafeMutablePointer<Scalar>
  let representationStride: Int

  /// Where the layers of one side find their inputs and outputs.
  struct LayerStack {
    let layers: [DenseLayer]
    /// The input of each layer.
    let inputs: [UnsafeMutablePointer<Scalar>]
    let inputStrides: [Int]
    /// Where each layer's product goes: preactivations of hidden layers, the output of the last.
    let outputs: [UnsafeMutablePointer<Scalar>]
    let outputStrides: [Int]
  }

  init(_ architecture: AutoencoderArchitecture, batchSize: Int) {
    precondition(batchSize > 0, "batch size \(batchSize)")
    self.architecture = architecture
    self.batchSize = batchSize
    layout = ParameterLayout(architecture)
    parameters = AlignedBuffer(count: layout.count)
    gradients = AlignedBuffer(count: layout.count)
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    let hiddenStride = roundedUp(architecture.hiddenWidth, to: 8)
    let encoderStride = roundedUp(2 * d, to: 8)
    let decoderStride = roundedUp(k + d, to: 8)
    targetStride = roundedUp(d, to: 8)
    representationStride = roundedUp(k, to: 8)
    let hidden = architecture.hiddenLayers
    let columns =
      encoderStride + decoderStride + 3 * targetStride + representationStride + hiddenStride + 4 * hidden * hiddenStride
    // Every block is rounded up to 16 elements, so that all begin at cache lines.
    workspace = AlignedBuffer(count: batchSize * columns + 16 * (8 + 4 * hidden))
    var next = workspace.pointer
    func block(_ stride: Int) -> UnsafeMutablePointer<Scalar> {
      defer { next += roundedUp(batchSize * stride, to: 16) }
      return next
    }
    let (encoderInput, decoderInput) = (block(encoderStride), block(decoderStride))
    target = block(targetStride)
    mask = block(targetStride)
    let output = block(targetStride)
    upstream = block(hiddenStride)
    representationGradient = block(representationStride)
    func stack(
      _ layers: [DenseLayer], _ input: UnsafeMutablePointer<Scalar>, _ inputStride: Int,
      _ output: UnsafeMutablePointer<Scalar>, _ outputStride: Int
    ) -> LayerStack {
      let activations = (0..<hidden).map { _ in block(hiddenStride) }
      let preactivations = (0..<hidden).map { _ in block(hiddenStride) }
      let strides = [Int](repeating: hiddenStride, count: hidden)
      return LayerStack(
        layers: layers, inputs: [input] + activations, inputStrides: [inputStride] + strides,
        outputs: preactivations + [output], outputStrides: strides + [outputStride])
    }
    // The representation is written straight into the first k columns of the decoder's input.
    encoder = stack(layout.encoder, encoderInput, encoderStride, decoderInput, decoderStride)
    decoder = stack(layout.decoder, decoderInput, decoderStride, output, targetStride)
  }
}
