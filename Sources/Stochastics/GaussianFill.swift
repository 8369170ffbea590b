internal import CRandom

// Standard Gaussian numbers in bulk: Box–Muller over Philox blocks, eight blocks at a time.
//
// Goals, in this order: element t is a pure function of (key, t); single-precision accuracy over the whole range
// (|x| up to 6.66, where the 32-bit uniform ends); speed. A superblock of 32 elements uses the 8 Philox counters
// 8s … 8s+7; its element 8j + l is output j of counter lane l. Outputs 0 and 1 are the cosine and sine of words 0 and
// 1, outputs 2 and 3 of words 2 and 3.

/// Natural logarithm of u in (0, 1], relative error below 2e-7 (Cephes logf: m · 2^e with m in [√½, √2)).
@inline(__always)
private func logarithm(_ u: SIMD8<Float>) -> SIMD8<Float> {
  let bits = unsafeBitCast(u, to: SIMD8<UInt32>.self)
  // Shift the mantissa's origin to √½, so that the exponent field of the difference is e and the rest is m.
  let shifted = bits &- SIMD8(repeating: 0x3F35_04F3)
  let exponent = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: shifted) &>> 23)
  let mantissa = unsafeBitCast(
    (shifted & SIMD8(repeating: 0x007F_FFFF)) &+ SIMD8(repeating: 0x3F35_04F3), to: SIMD8<Float>.self)
  let x = mantissa - 1
  let z = x * x
  var p = x * 7.0376836292e-2 - 1.1514610310e-1
  p = p * x + 1.1676998740e-1
  p = p * x - 1.2420140846e-1
  p = p * x + 1.4249322787e-1
  p = p * x - 1.6668057665e-1
  p = p * x + 2.0000714765e-1
  p = p * x - 2.4999993993e-1
  p = p * x + 3.3333331174e-1
  let tail = p * x * z + exponent * -2.12194440e-4 - z * 0.5
  return x + tail + exponent * 0.693359375
}

/// Cosine and sine of a uniformly random angle given by 32 random bits: the top two choose the quadrant, the others an
/// angle in (−π/4, π/4), where the polynomials are accurate to 1e-7.
@inline(__always)
private func cosineAndSine(_ word: SIMD8<UInt32>) -> (SIMD8<Float>, SIMD8<Float>) {
  let fraction = SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: word & SIMD8(repeating: 0x3FFF_FFFF)))
  let a = (fraction + 0.5) * Float(0x1p-30 * 1.5707963267948966) - 0.78539816339
  let z = a * a
  let sine = ((z * -1.9515295891e-4 + 8.3321608736e-3) * z - 1.6666654611e-1) * z * a + a
  let cosine = ((z * 2.443315711809948e-5 - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - z * 0.5 + 1
  // Quadrants 1 and 3 swap; quadrants 1 and 2 negate the cosine, 2 and 3 the sine.
  let swapMask = (word &>> 30) & SIMD8(repeating: 1)
  let odd = SIMD8<UInt32>(repeating: 0) &- swapMask
  let s = unsafeBitCast(sine, to: SIMD8<UInt32>.self)
  let c = unsafeBitCast(cosine, to: SIMD8<UInt32>.self)
  let signOfSine = word & SIMD8(repeating: 0x8000_0000)
  let signOfCosine = signOfSine ^ (swapMask &<< 31)
  return (
    unsafeBitCast(((c & ~odd) | (s & odd)) ^ signOfCosine, to: SIMD8<Float>.self),
    unsafeBitCast(((s & ~odd) | (c & odd)) ^ signOfSine, to: SIMD8<Float>.self)
  )
}

@inline(__always)
private func radius(_ word: SIMD8<UInt32>) -> SIMD8<Float> {
  let u = (SIMD8<Float>(SIMD8<Int32>(truncatingIfNeeded: word &>> 1)) + 0.5) * 0x1p-31
  return (logarithm(u) * -2).squareRoot()
}

/// The 32 standard Gaussian numbers of one superblock.
@inline(__always)
private func gaussianSuperblock(_ index: UInt64, key: UInt64) -> (
  SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>
) {
  let words = philox4x32x8(block: index &* 8, high: 0, key: key)
  let (r0, r1) = (radius(words.0), radius(words.2))
  let (angle0, angle1) = (cosineAndSine(words.1), cosineAndSine(words.3))
  return (r0 * angle0.0, r0 * angle0.1, r1 * angle1.0, r1 * angle1.1)
}

/// Calls `body(superblock, target offset, first lane element, count)` for the superblocks that cover `count` elements
/// from `offset` on: whole ones in the middle, clipped ones at the ends.
@inline(__always)
func forEachSuperblock(_ offset: UInt64, count: Int, _ body: (UInt64, Int, Int, Int) -> Void) {
  var done = 0
  while done < count {
    let element = offset &+ UInt64(done)
    let first = Int(element % 32)
    let length = min(32 - first, count - done)
    body(element / 32, done, first, length)
    done += length
  }
}

/// Fills `target` with elements `offset ..< offset + count` of the key's Gaussian sequence: the whole superblocks with AVX2
/// where the processor has it, which gives the same bits.
func fillGaussian(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
  let head = min(Int((32 - offset % 32) % 32), target.count)
  let whole = (target.count - head) / 32
  guard whole > 0, strata_uses_avx2() != 0 else { return fillGaussianPortably(target, key: key, offset: offset) }
  let tail = head + 32 * whole
  fillGaussianPortably(.init(rebasing: target[..<head]), key: key, offset: offset)
  strata_gaussian_superblocks(target.baseAddress! + head, (offset &+ UInt64(head)) / 32, whole, key.bits)
  fillGaussianPortably(.init(rebasing: target[tail...]), key: key, offset: offset &+ UInt64(tail))
}

/// ``fillGaussian(_:key:offset:)`` without instructions beyond the oldest x86-64.
package func fillGaussianPortably(_ target: UnsafeMutableBufferPointer<Float>, key: RandomKey, offset: UInt64) {
  guard let base = target.baseAddress else { return }
  forEachSuperblock(offset, count: target.count) { superblock, position, first, length in
    let parts = gaussianSuperblock(superblock, key: key.bits)
    if length == 32 {
      let raw = UnsafeMutableRawPointer(base + position)
      raw.storeBytes(of: parts.0, as: SIMD8<Float>.self)
      raw.storeBytes(of: parts.1, toByteOffset: 32, as: SIMD8<Float>.self)
      raw.storeBytes(of: parts.2, toByteOffset: 64, as: SIMD8<Float>.self)
      raw.storeBytes(of: parts.3, toByteOffset: 96, as: SIMD8<Float>.self)
    } else {
      withUnsafeBytes(of: parts) { bytes in
        let all = bytes.bindMemory(to: Float.self)
        for i in 0..<length { base[position + i] = all[first + i] }
      }
    }
  }
}

/// Fills `target` with elements `offset ..< offset + count` of the key's sequence of uniform numbers in (0, 1), 32 random
/// bits each: (w + ½) · 2⁻³².
func fillUniform(_ target: UnsafeMutableBufferPointer<Double>, key: RandomKey, offset: UInt64) {
  guard let base = target.baseAddress else { return }
  forEachSuperblock(offset, count: target.count) { superblock, position, first, length in
    let words = philox4x32x8(block: superblock &* 8, high: 0, key: key.bits)
    withUnsafeBytes(of: words) { bytes in
      let all = bytes.bindMemory(to: UInt32.self)
      for i in 0..<length { base[position + i] = (Double(all[first + i]) + 0.5) * 0x1p-32 }
    }
  }
}
