import Foundation
import Stochastics
import Testing

@Suite struct GaussianFillTests {
  /// Element t of the sequence from its Philox words, as the header of GaussianFill.swift lays it out, in double precision.
  ///
  /// - Parameter rounded: Whether the uniform and the angle's fraction are first rounded to single precision, as the
  ///   definition has it, or taken exactly.
  private func reference(_ element: UInt64, key: RandomKey, rounded: Bool) -> Double {
    let (superblock, lane, output) = (element / 32, element % 8, element % 32 / 8)
    let counter = superblock * 8 + lane
    let words = philox4x32(
      counter: SIMD4(UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), 0, 0),
      key: key.bits)
    let (first, second) = output < 2 ? (words[0], words[1]) : (words[2], words[3])
    let u =
      rounded ? Double((Float(Int32(first >> 1)) + 0.5) * 0x1p-31) : (Double(first >> 1) + 0.5) * 0x1p-31
    let quarter = Double(second >> 30)
    let low = Int32(second & 0x3FFF_FFFF)
    let fraction = rounded ? Double(Float(low) + 0.5) : Double(low) + 0.5
    // Quadrant q turns the angle in (−π/4, π/4) by q quarter turns.
    let angle = (fraction * 0x1p-30 - 0.5 + quarter) * (.pi / 2)
    let radius = (-2 * log(u)).squareRoot()
    return radius * (output % 2 == 0 ? cos(angle) : sin(angle))
  }

  @Test("Numbers equal the transform in double precision to 1e-6, and to 3e-4 that of the unrounded uniforms")
  func accuracy() {
    let key = RandomKey(seed: 77)
    let values = Distribution.gaussian.samples(1 << 20, key: key)
    var (worst, worstExact) = (0.0, 0.0)
    for (t, value) in values.enumerated() {
      worst = max(worst, abs(Double(value) - reference(UInt64(t), key: key, rounded: true)))
      worstExact = max(worstExact, abs(Double(value) - reference(UInt64(t), key: key, rounded: false)))
    }
    // The second is dominated by radii below 1e-3, where 1 − u has few digits left.
    #expect(worst < 1e-6, "worst \(worst)")
    #expect(worstExact < 3e-4, "worst \(worstExact)")
  }

  @Test("The largest magnitude possible is √(2 · 32 ln 2) = 6.66, and values beyond 4.5 do occur")
  func range() {
    let largest = Distribution.gaussian.samples(4_000_000, key: RandomKey(seed: 78)).reduce(0) { max($0, abs($1)) }
    #expect(largest <= 6.6605)
    #expect(largest > 4.5)
  }

  @Test("Cosine and sine of a pair are uncorrelated, and so are their magnitudes' ranks beyond the shared radius")
  func pairs() {
    let values = Distribution.gaussian.samples(1 << 20, key: RandomKey(seed: 79)).map(Double.init)
    var (product, squares) = (0.0, 0.0)
    var count = 0
    for superblock in stride(from: 0, to: values.count, by: 32) {
      for lane in 0..<8 {
        for base in [0, 16] {
          let (c, s) = (values[superblock + base + lane], values[superblock + base + 8 + lane])
          product += c * s
          squares += (c * c - 1) * (s * s - 1)
          count += 1
        }
      }
    }
    #expect(count == 1 << 19)
    #expect(abs(product / Double(count).squareRoot()) < 4.5)
    // Var((c² − 1)(s² − 1)) = 4 for independent standard normals: polar coordinates are independent in Box–Muller.
    #expect(abs(squares / (4 * Double(count)).squareRoot()) < 4.5)
  }

  @Test(
    "The fill for newer processors gives the bits of the portable one",
    arguments: [0, 5, 31, 32, 1 << 40 + 3] as [UInt64])
  func sameBits(offset: UInt64) {
    for (seed, count) in [(1, 1), (2, 31), (3, 64), (4, 100_003)] as [(UInt64, Int)] {
      let key = RandomKey(seed: seed)
      var portable = [Float](repeating: .nan, count: count)
      portable.withUnsafeMutableBufferPointer { fillGaussianPortably($0, key: key, offset: offset) }
      let fast = Distribution.gaussian.samples(count, key: key, offset: offset)
      #expect(fast.map(\.bitPattern) == portable.map(\.bitPattern))
    }
  }
}
