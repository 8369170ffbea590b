import Glibc
import MaskedAutoencoding
import Testing

@Suite struct ActivationTests {
  /// Value and derivative in double precision, by the C library.
  static func reference(_ activation: Activation, _ x: Double) -> (value: Double, derivative: Double) {
    switch activation {
    case .gelu:
      let c = (2 / Double.pi).squareRoot()
      let t = Glibc.tanh(c * (x + 0.044715 * x * x * x))
      return (0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x))
    case .leakyReLU(let slope): return x > 0 ? (x, 1) : (Double(slope) * x, Double(slope))
    case .tanh:
      let t = Glibc.tanh(x)
      return (t, 1 - t * t)
    }
  }

  static let points =
    (-200_000...200_000).map { Float($0) * 6e-5 } + [-1e6, -50, -20, -1e-20, 1e-20, 1e-6, 20, 50, 1e6]

  /// The largest error of the approximated tanh, about four units in the last place of 1.
  static let tolerance = 5e-7

  /// The largest distance from the reference, values over `max(1, |x|)`.
  func errors(_ activation: Activation) -> (value: Double, derivative: Double) {
    let (values, derivatives) = activation.evaluated(at: Self.points)
    var largest = (value: 0.0, derivative: 0.0)
    for (index, x) in Self.points.enumerated() {
      let expected = Self.reference(activation, Double(x))
      largest.value = max(largest.value, abs(Double(values[index]) - expected.value) / max(1, abs(Double(x))))
      largest.derivative = max(largest.derivative, abs(Double(derivatives[index]) - expected.derivative))
    }
    return largest
  }

  @Test("tanh is within 5e-7 of the C library's, odd, and never beyond ±1")
  func tanh() {
    let errors = errors(.tanh)
    #expect(errors.value < Self.tolerance)
    // 1 − t² doubles the error of t.
    #expect(errors.derivative < 2 * Self.tolerance)
    let values = Activation.tanh.evaluated(at: Self.points).values
    #expect(values.allSatisfy { abs($0) <= 1 })
    // GELU's derivative multiplies 1 − tanh² by the cube of its argument.
    #expect(Activation.tanh.evaluated(at: [-1e30, -7.91, 7.91, 1e30] as [Float]).values == [-1, -1, 1, 1])
    #expect(Activation.tanh.evaluated(at: Self.points.map { -$0 }).values == values.map { -$0 })
  }

  @Test("GELU and its derivative agree with the double-precision formula")
  func gelu() {
    let errors = errors(.gelu)
    // s = ½(1 + tanh u) has half the error of tanh.
    #expect(errors.value < Self.tolerance)
    // The derivative's second term is x · (1 − s) · 2u′ · s: near |x| = 4.5, beyond which tanh is ±1 in single precision,
    // x · 2u′ is 4.5 · 5.9, which multiplies the error of s.
    #expect(errors.derivative < 4.5 * 5.9 * 0.5 * Self.tolerance)
  }

  @Test("Leaky ReLU is exact")
  func leakyReLU() {
    let (values, derivatives) = Activation.leakyReLU(slope: 0.25).evaluated(at: Self.points + [0])
    for (index, x) in (Self.points + [0]).enumerated() {
      #expect(values[index] == (x > 0 ? x : 0.25 * x))
      #expect(derivatives[index] == (x > 0 ? 1 : 0.25))
    }
  }

  @Test("NaN stays NaN", arguments: [Activation.gelu, .leakyReLU(slope: 0.1), .tanh])
  func notANumber(_ activation: Activation) { #expect(activation.evaluated(at: [Float.nan]).values[0].isNaN) }
}
