/// Fast unbiased small random integers for one mask or layer, expanded from one 64-bit word of a generator.
///
/// One word each, however many integers are needed, so that the i-th mask of a stream depends on its i-th word alone.
/// The expansion is SplitMix64 (Steele, Lea & Flood 2014), written out and inlined: a call into a counter-based stream
/// for each integer cost more than all the rest of a mask.
@usableFromInline
struct SmallIndices {
  @usableFromInline var state: UInt64

  @inlinable
  init(using generator: inout some RandomNumberGenerator) { state = generator.next() }

  /// The next 32 random bits.
  @inlinable
  mutating func nextWord() -> UInt32 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    // The upper half of the last step, word ^ word >> 31.
    return UInt32(truncatingIfNeeded: (word ^ (word >> 31)) >> 32)
  }

  /// A uniform integer in 0..<bound without bias (Lemire 2019: multiply, reject the short remainder).
  ///
  /// - Precondition: 0 < bound < 2³².
  @inlinable
  mutating func next(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "a random index below \(bound)")
    let bound = UInt32(truncatingIfNeeded: bound)
    while true {
      let product = nextWord().multipliedFullWidth(by: bound)
      if product.low >= bound || product.low >= (0 &- bound) % bound { return Int(product.high) }
    }
  }
}
