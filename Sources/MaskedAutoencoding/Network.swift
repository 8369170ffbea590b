internal import LinearAlgebra

/// A masked autoencoder being trained: parameters, gradients and every activation of one batch, allocated once.
///
/// Buffers are row-major (batch, stride) with strides rounded up to 8, those of hidden layers to a little more. A hidden layer
/// has its activation and, for GELU, the derivative; gradients pass through two buffers that all layers share, so that a
/// step's memory stays in cache.
final class Network<Scalar: NetworkScalar> {
  let architecture: AutoencoderArchitecture
  let layout: ParameterLayout
  let batchSize: Int
  /// All parameters, flat; another network's where `ownParameters` is empty.
  let parameters: UnsafeMutablePointer<Scalar>
  private let ownParameters: AlignedBuffer<Scalar>
  /// Weights that gradients are multiplied by, transposed and without gaps, each where `parameters` has it; another network's
  /// where its parameters are.
  let transposed: UnsafeMutablePointer<Scalar>
  private let ownTransposed: AlignedBuffer<Scalar>
  let gradients: AlignedBuffer<Scalar>
  /// Columns that are always masked together; nil where every column has a flag of its own.
  private(set) var sharedFlags: SharedFlags<Scalar>?
  /// All activations of the batch, one allocation cut up by the offsets in `encoder` and `decoder`; another network's where
  /// `ownWorkspace` is empty.
  private let workspace: UnsafeMutablePointer<Scalar>
  private let ownWorkspace: AlignedBuffer<Scalar>
  let encoder: LayerStack
  let decoder: LayerStack
  /// Standardised values, and which of them count, (batch, targetStride): what the loss compares with.
  let target: UnsafeMutablePointer<Scalar>
  let mask: UnsafeMutablePointer<Scalar>
  let targetStride: Int
  /// Two buffers that gradients of hidden layers take in turn, (batch, hidden stride): a layer reads one and fills the other.
  let hiddenGradients: [UnsafeMutablePointer<Scalar>]
  /// Gradient with respect to the representation, (batch, stride of k).
  let representationGradient: UnsafeMutablePointer<Scalar>
  let representationStride: Int

  /// Where the layers of one side find their inputs and outputs.
  struct LayerStack {
    let side: Side
    let layers: [DenseLayer]
    /// How many columns of the first input are no mask flags.
    let values: Int
    /// The input of each layer.
    let inputs: [UnsafeMutablePointer<Scalar>]
    let inputStrides: [Int]
    /// The derivatives of the hidden layers' activations, where those are kept; else empty.
    let derivatives: [UnsafeMutablePointer<Scalar>]
    /// Where the last layer's product goes. A hidden layer's goes straight into the next input.
    let output: UnsafeMutablePointer<Scalar>
    let outputStride: Int

    func target(_ layer: Int) -> (pointer: UnsafeMutablePointer<Scalar>, stride: Int) {
      layer + 1 < layers.count ? (inputs[layer + 1], inputStrides[layer + 1]) : (output, outputStride)
    }
  }

  /// - Parameters:
  ///   - other: A network of the same architecture whose parameters this one uses, and which must outlive it; nil for own
  ///     ones, all 0.
  ///   - sharesWorkspace: Whether it uses the other's workspace too, whose batches are no smaller: never at the same time.
  init(
    _ architecture: AutoencoderArchitecture, batchSize: Int, sharing other: Network? = nil,
    sharesWorkspace: Bool = false
  ) {
    precondition(batchSize > 0, "batch size \(batchSize)")
    let workspaceRows = sharesWorkspace ? other!.batchSize : batchSize
    precondition(batchSize <= workspaceRows, "a workspace of \(workspaceRows) rows for \(batchSize)")
    self.architecture = architecture
    self.batchSize = batchSize
    let layout = ParameterLayout(architecture)
    self.layout = layout
    ownParameters = AlignedBuffer(count: other == nil ? layout.count : 0)
    parameters = other?.parameters ?? ownParameters.pointer
    ownTransposed = AlignedBuffer(count: other == nil ? layout.count : 0)
    transposed = other?.transposed ?? ownTransposed.pointer
    gradients = AlignedBuffer(count: layout.count)
    let (d, k) = (architecture.observedDimension, architecture.representationWidth)
    let hiddenStride = hiddenStride(architecture.hiddenWidth)
    let encoderStride = roundedUp(2 * d, to: 8)
    let decoderStride = roundedUp(k + d, to: 8)
    targetStride = roundedUp(d, to: 8)
    representationStride = roundedUp(k, to: 8)
    let hidden = architecture.hiddenLayers
    let keepsDerivative = architecture.activation.keepsDerivative
    let hiddenBlocks = 2 + (keepsDerivative ? 4 : 2) * hidden
    let columns =
      encoderStride + decoderStride + 3 * targetStride + representationStride + hiddenBlocks * hiddenStride
    // Every block is rounded up to 16 elements, so that all begin at cache lines, and those of networks that share them at the
    // same: padding stays padding.
    ownWorkspace = AlignedBuffer(count: sharesWorkspace ? 0 : workspaceRows * columns + 16 * (6 + hiddenBlocks))
    workspace = sharesWorkspace ? other!.workspace : ownWorkspace.pointer
    var next = workspace
    func block(_ stride: Int) -> UnsafeMutablePointer<Scalar> {
      defer { next += roundedUp(workspaceRows * stride, to: 16) }
      return next
    }
    let (encoderInput, decoderInput) = (block(encoderStride), block(decoderStride))
    target = block(targetStride)
    mask = block(targetStride)
    let output = block(targetStride)
    hiddenGradients = [block(hiddenStride), block(hiddenStride)]
    representationGradient = block(representationStride)
    func stack(
      _ side: Side, values: Int, _ input: UnsafeMutablePointer<Scalar>, _ inputStride: Int,
      _ output: UnsafeMutablePointer<Scalar>, _ outputStride: Int
    ) -> LayerStack {
      let activations = (0..<hidden).map { _ in block(hiddenStride) }
      let derivatives = keepsDerivative ? (0..<hidden).map { _ in block(hiddenStride) } : []
      let strides = [Int](repeating: hiddenStride, count: hidden)
      return LayerStack(
        side: side, layers: layout.layers(side), values: values, inputs: [input] + activations,
        inputStrides: [inputStride] + strides,
        derivatives: derivatives, output: output, outputStride: outputStride)
    }
    // The representation is written straight into the first k columns of the decoder's input.
    encoder = stack(.encoder, values: d, encoderInput, encoderStride, decoderInput, decoderStride)
    decoder = stack(.decoder, values: k, decoderInput, decoderStride, output, targetStride)
  }

  /// From now on the flags of columns that are always masked together enter once.
  func use(_ flags: SharedFlags<Scalar>) { sharedFlags = flags }

  /// What the input of a layer meets, and how many rows that has.
  func weights(_ stack: LayerStack, _ index: Int) -> (pointer: UnsafeMutablePointer<Scalar>, rows: Int) {
    let layer = stack.layers[index]
    guard index == 0, let sharedFlags else { return (parameters + layer.weight, layer.inputs) }
    return (sharedFlags.weights(stack.side), stack.values + sharedFlags.columns.count)
  }
}

/// The numbers from one row of a hidden layer to the next: at least its width, and no multiple of 64. The products for weight
/// gradients go down columns: lines a multiple of 256 bytes apart meet in few sets of the nearest cache and drive each other out.
private func hiddenStride(_ width: Int) -> Int {
  let stride = roundedUp(width, to: 8)
  return stride % 64 == 0 ? stride + 16 : stride
}
