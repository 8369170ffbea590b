internal import Glibc

/// A sequential reader of one key's random words, for code that needs an unknown number of draws (shuffles, rejection).
///
/// Use `Distribution.fill` instead where element i of a sequence must not depend on the elements before it.
public struct RandomStream: RandomNumberGenerator, Sendable {
  let key: RandomKey
  var block: UInt64 = 0
  var words = SIMD4<UInt32>()
  var used = 4

  /// The stream of a key, from its beginning.
  public init(_ key: RandomKey) { self.key = key }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = philox4x32(
        counter: SIMD4(UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), 0, 1), key: key.bits)
      block &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 { UInt64(nextWord()) | UInt64(nextWord()) << 32 }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform integer in 0..<bound without bias (Lemire 2019, with rejection).
  ///
  /// - Precondition: `bound > 0`.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0, "uniform(below: \(bound))")
    return Self.uniform(below: bound) { next() }
  }

  @inline(__always)
  private static func uniform(below bound: Int, using next: () -> UInt64) -> Int {
    let bound = UInt64(bound)
    while true {
      let (high, low) = next().multipliedFullWidth(by: bound)
      if low >= bound || low >= (0 &- bound) % bound { return Int(high) }
    }
  }

  /// A standard Gaussian number (Box–Muller, cosine branch, 53-bit uniforms): exact but slow; bulk code fills buffers.
  public mutating func gaussian() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A uniformly random order of 0..<count (Fisher–Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    func shuffle(using next: () -> UInt64) {
      for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, Self.uniform(below: i + 1, using: next)) }
    }
    if count > 64, var bulk = BulkRandomStream(continuing: self) {
      shuffle { bulk.next() }
      self = bulk.continuation
    } else {
      shuffle { next() }
    }
    return order
  }
}
