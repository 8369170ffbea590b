import LinearAlgebra
import Testing

@Suite struct PanelNetworkTests {
  private static func numbers(_ count: Int, _ seed: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919 + seed * 104_729) % 2003 - 1001) / 1002 }
  }

  /// Layers of the widths, the first of which is the number of inputs.
  private static func layers(_ widths: [Int]) -> [PanelLayer] {
    (1..<widths.count).map { k in
      PanelLayer(
        weights: Matrix(
          rows: widths[k], columns: widths[k - 1], storage: numbers(widths[k] * widths[k - 1], k)),
        biases: k % 2 == 0 ? numbers(widths[k], 50 + k) : [],
        activation: k + 1 == widths.count ? .identity : k % 2 == 0 ? .algebraicSigmoid : .leakyReLU(slope: 0.2))
    }
  }

  private static func stepByStep<Scalar: LinearAlgebraScalar>(
    _ layers: [PanelLayer], _ source: [Scalar], count: Int
  ) -> [Scalar] {
    layers.reduce(source) { input, layer in
      var output = [Scalar](repeating: .nan, count: layer.outputs * count)
      input.withUnsafeBufferPointer { x in
        output.withUnsafeMutableBufferPointer { layer.apply(x, into: $0, count: count) }
      }
      return output
    }
  }

  private static func whole(_ layers: [PanelLayer], _ source: [Float], count: Int) -> [Float] {
    var output = [Float](repeating: .nan, count: layers[layers.count - 1].outputs * count)
    source.withUnsafeBufferPointer { x in
      output.withUnsafeMutableBufferPointer { PanelNetwork(layers).apply(x, into: $0, count: count) }
    }
    return output
  }

  private static func whole(_ layers: [PanelLayer], _ source: [Double], count: Int) -> [Double] {
    var output = [Double](repeating: .nan, count: layers[layers.count - 1].outputs * count)
    source.withUnsafeBufferPointer { x in
      output.withUnsafeMutableBufferPointer { PanelNetwork(layers).apply(x, into: $0, count: count) }
    }
    return output
  }

  @Test(
    "A network, narrow or wide, is its layers one after the other, bit for bit in single precision",
    arguments: [
      [3, 5], [2, 3, 3, 3], [1, 16, 4, 7, 40], [7, 7, 7, 7], [2, 17, 3], [5, 16, 33, 2], [30, 4, 30], [0, 3, 2],
    ])
  func isItsLayers(widths: [Int]) {
    let layers = Self.layers(widths)
    for count in [1, 7, 16, 250, 256, 257, 600] {
      let source = Self.numbers(widths[0] * count, 9)
      let single = source.map(Float.init)
      #expect(Self.whole(layers, single, count: count) == Self.stepByStep(layers, single, count: count), "\(count)")
      // BLAS may add in another order for another shape, but these are the same calls.
      #expect(Self.whole(layers, source, count: count) == Self.stepByStep(layers, source, count: count), "\(count)")
    }
  }

  @Test("A copy of a network outlives the original")
  func lifetime() {
    let layers = Self.layers([4, 6, 3])
    var network: PanelNetwork? = PanelNetwork(layers)
    let copy = network
    network = nil
    let source = Self.numbers(4 * 20, 2).map(Float.init)
    var output = [Float](repeating: .nan, count: 60)
    source.withUnsafeBufferPointer { x in
      output.withUnsafeMutableBufferPointer { copy?.apply(x, into: $0, count: 20) }
    }
    #expect(output == Self.stepByStep(layers, source, count: 20))
  }
}
