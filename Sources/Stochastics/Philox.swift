// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a keyed bijection of
// 128-bit counters that passes BigCrush. Being a pure function of (key, counter), it gives any element of any stream
// without the ones before it, which is what makes sample i independent of batch size, thread count and order.

/// One Philox4x32-10 block.
///
/// - Parameters:
///   - counter: 128 bits, the least significant word first.
///   - key: 64 bits, the least significant word in the low half.
/// - Returns: four independent uniform words.
public func philox4x32(counter: SIMD4<UInt32>, key: UInt64) -> SIMD4<UInt32> {
  var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
  var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
  for _ in 0..<10 {
    let p0 = UInt64(c0) &* 0xD251_1F53
    let p1 = UInt64(c2) &* 0xCD9E_8D57
    (c0, c1, c2, c3) = (
      UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
      UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
    )
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return SIMD4(c0, c1, c2, c3)
}

/// Eight consecutive Philox4x32-10 blocks side by side: lane l is the block of counter `block + l` (upper half `high`).
///
/// - Returns: the four words of each block, as four vectors over the lanes.
@inline(__always)
package func philox4x32x8(block: UInt64, high: UInt64, key: UInt64) -> (
  SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>, SIMD8<UInt32>
) {
  let lanes = SIMD8<UInt64>(repeating: block) &+ SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7)
  var c0 = SIMD8<UInt32>(truncatingIfNeeded: lanes)
  var c1 = SIMD8<UInt32>(truncatingIfNeeded: lanes &>> 32)
  var c2 = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: high))
  var c3 = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: high >> 32))
  var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
  for _ in 0..<10 {
    let p0 = SIMD8<UInt64>(truncatingIfNeeded: c0) &* SIMD8(repeating: 0xD251_1F53)
    let p1 = SIMD8<UInt64>(truncatingIfNeeded: c2) &* SIMD8(repeating: 0xCD9E_8D57)
    let next0 = SIMD8<UInt32>(truncatingIfNeeded: p1 &>> 32) ^ c1 ^ SIMD8(repeating: k0)
    let next2 = SIMD8<UInt32>(truncatingIfNeeded: p0 &>> 32) ^ c3 ^ SIMD8(repeating: k1)
    c1 = SIMD8<UInt32>(truncatingIfNeeded: p1)
    c3 = SIMD8<UInt32>(truncatingIfNeeded: p0)
    c0 = next0
    c2 = next2
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return (c0, c1, c2, c3)
}
