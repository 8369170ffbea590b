/// Unbiased small random integers, two from each 64-bit word of a generator: written out so that its draws never change
/// with the standard library's version.
@usableFromInline
struct HalfWords {
  @usableFromInline var spare: UInt32 = 0
  @usableFromInline var hasSpare = false

  @inlinable
  init() {}

  /// The next 32 random bits: the low half of a word of the generator, then its high half.
  @inlinable
  mutating func next(using generator: inout some RandomNumberGenerator) -> UInt32 {
    if hasSpare {
      hasSpare = false
      return spare
    }
    let word = generator.next()
    spare = UInt32(truncatingIfNeeded: word >> 32)
    hasSpare = true
    return UInt32(truncatingIfNeeded: word)
  }

  /// A uniform integer in 0..<bound without bias (Lemire 2019: multiply, reject the short remainder).
  ///
  /// - Precondition: 0 < bound < 2³².
  @inlinable
  mutating func index(below bound: Int, using generator: inout some RandomNumberGenerator) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "a random index below \(bound)")
    let bound = UInt32(truncatingIfNeeded: bound)
    while true {
      let product = next(using: &generator).multipliedFullWidth(by: bound)
      if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
    }
  }
}
