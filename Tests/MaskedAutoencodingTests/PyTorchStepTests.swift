import Foundation
import LinearAlgebra
import MaskedAutoencoding
import Testing

/// One step beside PyTorch's automatic differentiation; Fixtures/make_pytorch.py wrote the numbers.
@Suite struct PyTorchStepTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let activation: String
      let loss: Double
      let gradients: [String: [Double]]
    }
    let cases: [Case]
  }

  static let activations: [String: Activation] = [
    "gelu": .gelu, "leaky_relu": .leakyReLU(slope: 0.1), "tanh": .tanh,
  ]
  static let rows = 7

  private static func values(_ count: Int, _ phase: Int) -> [Double] {
    (0..<count).map { (i: Int) -> Double in
      let t = Double(i)
      return 0.6 * sin(1.7 * t + 0.9 * Double(phase) + 0.01 * t * t)
    }
  }

  private static func batch() -> (observed: Matrix<Double>, mask: Matrix<Double>) {
    let mask = (0..<rows * 6).map { (3 * $0 + $0 / 6) % 5 < 2 ? 1.0 : 0 }
    return (
      Matrix(rows: rows, columns: 6, storage: values(rows * 6, 50).map { 2 * $0 }),
      Matrix(rows: rows, columns: 6, storage: mask)
    )
  }

  @Test(
    "Loss and every gradient are PyTorch's, in double and in single precision", arguments: activations.keys.sorted())
  func agrees(name: String) throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/pytorch_step", withExtension: "json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    let expected = try #require(fixture.cases.first { $0.activation == name })
    let architecture = AutoencoderArchitecture(
      observedDimension: 6, representationWidth: 3, hiddenWidth: 9, hiddenLayers: 2,
      activation: try #require(Self.activations[name]))
    let shapes = architecture.parameterShapes
    let parameters = shapes.enumerated().map { Self.values($1.shape.reduce(1, *), $0) }
    let (observed, mask) = Self.batch()
    let precise = architecture.lossGradient(parameters: parameters, observed: observed, mask: mask)
    let single = architecture.lossGradient(
      parameters: parameters.map { $0.map(Float.init) }, observed: observed.float, mask: mask.float)
    // The slope 0.1 is a single-precision number here.
    #expect(abs(precise.loss - expected.loss) < 1e-7 * expected.loss)
    #expect(abs(single.loss - expected.loss) < 2e-6 * expected.loss)
    for (index, shape) in shapes.enumerated() {
      let gradient = try #require(expected.gradients[shape.name])
      let scale = gradient.reduce(1e-3) { max($0, abs($1)) }
      #expect(precise.gradients[index].count == gradient.count)
      for (ours, theirs) in zip(precise.gradients[index], gradient) { #expect(abs(ours - theirs) < 1e-7 * scale) }
      for (ours, theirs) in zip(single.gradients[index], gradient) {
        #expect(abs(Double(ours) - theirs) < 1e-5 * scale)
      }
    }
  }
}
