/// A ``RandomStream`` for hundreds of words: the same words of the same key, drawn in eights of blocks.
///
/// A short stream would pay for blocks that it does not use.
public struct BulkRandomStream: RandomNumberGenerator, Sendable {
  @usableFromInline let key: RandomKey
  /// The first block that was not drawn.
  @usableFromInline var block: UInt64 = 0
  /// Two numbers of 64 bits of each of eight blocks.
  @usableFromInline var drawn = SIMD16<UInt64>()
  @usableFromInline var used = 16

  /// The stream of a key, from its beginning.
  public init(_ key: RandomKey) { self.key = key }

  /// Goes on where a stream stands; nil in the middle of 64 bits.
  init?(continuing stream: RandomStream) {
    guard stream.used.isMultiple(of: 2) else { return nil }
    (key, block) = (stream.key, stream.block)
    // The second half of a block that has been drawn.
    if stream.used == 2 {
      drawn[15] = UInt64(stream.words[2]) | UInt64(stream.words[3]) << 32
      used = 15
    }
  }

  /// The stream that goes on where this one stands, of which something has been drawn since it began or went on.
  var continuation: RandomStream {
    var stream = RandomStream(key)
    stream.block = block &- UInt64((16 - used + 1) / 2)
    if !used.isMultiple(of: 2) {
      _ = (stream.nextWord(), stream.nextWord())
    }
    return stream
  }

  /// The next 64 random bits: those of ``RandomStream/next()``.
  @inlinable
  public mutating func next() -> UInt64 {
    if used == 16 { draw() }
    defer { used += 1 }
    return drawn[used]
  }

  @usableFromInline
  mutating func draw() {
    let (c0, c1, c2, c3) = philox4x32x8(block: block, high: 0x1_0000_0000, key: key.bits)
    block &+= 8
    used = 0
    for lane in 0..<8 {
      drawn[2 * lane] = UInt64(c0[lane]) | UInt64(c1[lane]) << 32
      drawn[2 * lane + 1] = UInt64(c2[lane]) | UInt64(c3[lane]) << 32
    }
  }
}
