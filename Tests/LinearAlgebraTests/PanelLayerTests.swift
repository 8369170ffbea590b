import LinearAlgebra
import Testing

@Suite struct PanelLayerTests {
  /// Sums of at most 40 products of numbers below 1 in single precision: 40 · 2⁻²⁴ and a little for the activation.
  static let tolerance = 5e-6

  /// Shapes that fill tiles of every height, and that leave a rest in every direction.
  static let shapes = [
    (1, 1), (1, 7), (2, 3), (3, 40), (4, 0), (5, 2), (6, 6), (7, 7), (8, 9), (9, 4), (13, 5), (17, 33),
  ]
  static let activations: [PanelLayer.Activation] = [.identity, .leakyReLU(slope: 0.2), .algebraicSigmoid]

  /// Numbers in (−1, 1) that follow no pattern of the tiles.
  private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 2003 - 1001) / 1002 }
  }

  /// activation(W x + b) + factor · scales ∘ addend in double precision, one sum at a time.
  private static func reference(
    _ layer: PanelLayer, _ source: [Float], _ addend: [Float], _ factor: Double, count: Int
  ) -> [Double] {
    (0..<layer.outputs * count).map { index in
      let (row, sample) = (index / count, index % count)
      var a = layer.biases.isEmpty ? 0 : layer.biases[row]
      for j in 0..<layer.inputs { a += layer.weights[row, j] * Double(source[j * count + sample]) }
      switch layer.activation {
      case .identity: break
      case .leakyReLU(let slope): a = a > 0 ? a : slope * a
      case .algebraicSigmoid: a = a / (1 + a * a).squareRoot()
      }
      let scale = layer.addendScales.isEmpty ? 1 : layer.addendScales[row]
      return a + factor * scale * Double(addend[index])
    }
  }

  @Test("a layer is its definition, in all kernels, whatever the number of samples", arguments: shapes)
  func agreesWithDefinition(rows: Int, columns: Int) {
    for activation in Self.activations {
      for count in [1, 7, 8, 15, 16, 17, 31, 33, 64, 100, 256] {
        let weights = Matrix(rows: rows, columns: columns, storage: Self.numbers(rows * columns, 1).map(Double.init))
        let layer = PanelLayer(
          weights: weights, biases: Self.numbers(rows, 2).map(Double.init), activation: activation,
          addendScales: count.isMultiple(of: 2) ? Self.numbers(rows, 5).map(Double.init) : [])
        let (source, addend) = (Self.numbers(columns * count, 3), Self.numbers(rows * count, 4))
        let expected = Self.reference(layer, source, addend, 0.3, count: count)
        var (fast, portable) = (
          [Float](repeating: .nan, count: rows * count), [Float](repeating: .nan, count: rows * count)
        )
        var precise = [Double](repeating: .nan, count: rows * count)
        source.withUnsafeBufferPointer { x in
          addend.withUnsafeBufferPointer { z in
            fast.withUnsafeMutableBufferPointer { layer.apply(x, into: $0, count: count, adding: z, factor: 0.3) }
            portable.withUnsafeMutableBufferPointer {
              layer.applyPortably(x, into: $0, count: count, adding: z, factor: 0.3)
            }
          }
        }
        source.map(Double.init).withUnsafeBufferPointer { x in
          addend.map(Double.init).withUnsafeBufferPointer { z in
            precise.withUnsafeMutableBufferPointer { layer.apply(x, into: $0, count: count, adding: z, factor: 0.3) }
          }
        }
        #expect(zip(fast, expected).allSatisfy { abs(Double($0) - $1) < Self.tolerance })
        #expect(zip(portable, expected).allSatisfy { abs(Double($0) - $1) < Self.tolerance })
        #expect(zip(precise, expected).allSatisfy { abs($0 - $1) < 1e-13 })
      }
    }
  }

  @Test("a sample has the same bits wherever it stands and however many stand beside it")
  func samplesAreIndependent() {
    let weights = Matrix(rows: 7, columns: 5, storage: Self.numbers(35, 1).map(Double.init))
    for activation in Self.activations {
      let layer = PanelLayer(weights: weights, activation: activation)
      let count = 256
      let source = Self.numbers(5 * count, 2)
      let whole = Self.applied(layer, source, count: count)
      for (first, length) in [(0, 1), (3, 8), (40, 16), (100, 31), (200, 56)] {
        let part = (0..<5).flatMap { row in source[row * count + first..<row * count + first + length] }
        let result = Self.applied(layer, part, count: length)
        for row in 0..<7 {
          #expect(
            result[row * length..<(row + 1) * length].map(\.bitPattern)
              == whole[row * count + first..<row * count + first + length].map(\.bitPattern))
        }
      }
    }
  }

  private static func applied(_ layer: PanelLayer, _ source: [Float], count: Int) -> [Float] {
    var result = [Float](repeating: .nan, count: layer.outputs * count)
    source.withUnsafeBufferPointer { x in
      result.withUnsafeMutableBufferPointer { layer.apply(x, into: $0, count: count) }
    }
    return result
  }

  @Test("NaN goes through every activation", arguments: activations)
  func passesNaN(activation: PanelLayer.Activation) {
    let layer = PanelLayer(weights: .identity(3), activation: activation)
    let result = Self.applied(layer, [Float](repeating: .nan, count: 3 * 20), count: 20)
    #expect(result.allSatisfy { $0.isNaN })
  }

  @Test("rows become columns, in any order and number", arguments: [(1, 1), (3, 20), (8, 8), (9, 256), (31, 77)])
  func gathers(columns: Int, count: Int) {
    let stride = count + 5
    let source = (0..<40 * stride).map(Float.init)
    let rows = (0..<columns).map { ($0 * 17 + 3) % 40 }
    var target = [Float](repeating: -1, count: columns * count + 1)
    source.withUnsafeBufferPointer { from in
      target.withUnsafeMutableBufferPointer {
        gatherTransposed(from.baseAddress!, stride: stride, rows: rows, into: $0.baseAddress!, count: count)
      }
    }
    for s in 0..<count {
      for c in 0..<columns { #expect(target[s * columns + c] == Float(rows[c] * stride + s)) }
    }
    #expect(target.last == -1)
  }
}
