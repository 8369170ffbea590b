internal import CKernels

/// Dense layers one after the other on feature-major panels, each a ``PanelLayer``.
///
/// In single precision narrow networks run in one call: 256 samples at a time go through all layers while they are in the
/// nearest cache. Each layer's bits are those of ``PanelLayer``.
public struct PanelNetwork: Sendable {
  /// The layers, at least one.
  public let layers: [PanelLayer]
  /// nil for wide networks.
  private let chain: NarrowChain?
  private let widest: Int

  /// A network.
  ///
  /// - Precondition: there is a layer; each has as many inputs as the one before it has outputs.
  public init(_ layers: [PanelLayer]) {
    precondition(!layers.isEmpty, "a network without layers")
    precondition(zip(layers, layers.dropFirst()).allSatisfy { $0.outputs == $1.inputs }, "layers that do not chain")
    self.layers = layers
    widest = layers.dropLast().map(\.outputs).max() ?? 0
    chain = widest <= Int(strata_chain_rows.rawValue) ? NarrowChain(layers) : nil
  }

  /// Applies all layers in single precision.
  ///
  /// - Parameters:
  ///   - source: Shape (inputs of the first layer, count).
  ///   - target: Shape (outputs of the last layer, count), overwritten; it may not overlap `source`.
  ///   - count: The number of samples.
  /// - Complexity: O(count · weights); memory O(count · the widest layer) for wide networks.
  public func apply(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, count: Int
  ) {
    check(source.count, target.count, count)
    if let chain {
      chain.apply(source, into: target, count: count)
    } else {
      step(source, target, count)
    }
  }

  /// Applies all layers in double precision, through BLAS.
  public func apply(
    _ source: UnsafeBufferPointer<Double>, into target: UnsafeMutableBufferPointer<Double>, count: Int
  ) {
    check(source.count, target.count, count)
    step(source, target, count)
  }

  private func step<Scalar: LinearAlgebraScalar>(
    _ source: UnsafeBufferPointer<Scalar>, _ target: UnsafeMutableBufferPointer<Scalar>, _ count: Int
  ) {
    // Two buffers in turn, so that no layer reads what it writes.
    let size = widest * count
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 2 * size) { scratch in
      var source = source
      for (index, layer) in layers.enumerated() {
        let isLast = index + 1 == layers.count
        let buffer = UnsafeMutableBufferPointer(rebasing: index % 2 == 0 ? scratch[..<size] : scratch[size...])
        layer.apply(source, into: isLast ? target : buffer, count: count)
        source = UnsafeBufferPointer(buffer)
      }
    }
  }

  private func check(_ source: Int, _ target: Int, _ count: Int) {
    precondition(
      source >= layers[0].inputs * count && target >= layers[layers.count - 1].outputs * count,
      "\(count) samples of a network in buffers of \(source) and \(target)")
  }
}

/// The layers as C reads them, with weights that stay where they are. Nothing changes after `init`, so that threads share it.
private final class NarrowChain: @unchecked Sendable {
  private let layers: UnsafeMutableBufferPointer<strata_dense_layer>
  private let numbers: UnsafeMutableBufferPointer<Float>

  init(_ given: [PanelLayer]) {
    numbers = .allocate(capacity: given.reduce(0) { $0 + $1.outputs * $1.inputs + $1.biases.count })
    layers = .allocate(capacity: given.count)
    var end = 0
    /// Appends numbers and returns where they stand.
    func store(_ values: some Collection<Double>) -> UnsafePointer<Float>? {
      let start = numbers.baseAddress.map { $0 + end }
      for value in values {
        numbers.initializeElement(at: end, to: Float(value))
        end += 1
      }
      return UnsafePointer(start)
    }
    for (index, layer) in given.enumerated() {
      let weights = store(layer.weights.storage)
      let biases = layer.biases.isEmpty ? nil : store(layer.biases)
      let (activation, slope) = layer.activation.kernel
      layers.initializeElement(
        at: index,
        to: strata_dense_layer(
          weights: weights, biases: biases, scales: nil, rows: layer.outputs, columns: layer.inputs,
          activation: activation,
          slope: slope))
    }
  }

  deinit {
    layers.deallocate()
    numbers.deallocate()
  }

  func apply(_ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>, count: Int) {
    guard let output = target.baseAddress else { return }
    strata_dense_chain(layers.baseAddress, layers.count, source.baseAddress, output, count)
  }
}
