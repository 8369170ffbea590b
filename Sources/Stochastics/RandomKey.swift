/// The name of one random stream: a 64-bit key from which streams and further keys are derived by purpose.
///
/// Keys replace shared generators: `key.child("noise").child("z3")` is the same whatever else was drawn before, and two
/// different paths give independent streams. Derivation is one Philox block on a counter range (upper word all ones)
/// that no stream uses, so a child key never equals a parent's output by construction.
public struct RandomKey: Hashable, Sendable {
  /// The 64 key bits.
  public let bits: UInt64

  /// The root key of a seed. Seeds 0, 1, 2, … are fine: the key is mixed before use.
  public init(seed: UInt64) { self.init(bits: RandomKey(bits: 0x5354_5241_5441_0001).child(seed).bits) }

  init(bits: UInt64) { self.bits = bits }

  /// The key of the child with a number.
  public func child(_ index: UInt64) -> RandomKey { derive(index, domain: 0) }

  /// The key of the child with a number (non-negative).
  public func child(_ index: Int) -> RandomKey { derive(UInt64(index), domain: 0) }

  /// The key of the child with a name, for a purpose (`"masks"`) or a node.
  public func child(_ name: String) -> RandomKey {
    var hash = NameHash()
    hash.add(name)
    return child(hash)
  }

  /// The key of the child with a name that was hashed piece by piece.
  package func child(_ hash: NameHash) -> RandomKey { derive(hash.bits, domain: 1) }

  private func derive(_ tag: UInt64, domain: UInt32) -> RandomKey {
    let block = philox4x32(
      counter: SIMD4(UInt32(truncatingIfNeeded: tag), UInt32(truncatingIfNeeded: tag >> 32), domain, .max), key: bits)
    return RandomKey(bits: UInt64(block[0]) | UInt64(block[1]) << 32)
  }
}

/// The hash of a name that comes in pieces: many names with one long beginning cost their ends alone.
///
/// FNV-1a, 64 bits (Fowler, Noll and Vo): fixed across versions of Swift, unlike Hasher.
package struct NameHash: Sendable {
  fileprivate var bits: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of nothing yet.
  package init() {}

  /// Adds a piece; the pieces together are the name.
  package mutating func add(_ text: String) {
    for byte in text.utf8 { bits = (bits ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
  }
}
