/// SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, in pieces: names of specifications and plans that `sha256sum` gives as
/// well. A copy goes on from where the original was, so that many texts with one long beginning cost their ends alone.
package struct SHA256: Sendable {
  /// Letters a to h of the standard.
  private var state = Self.initial
  /// What does not fill a block yet.
  private var pending: [UInt8] = []
  private var count: UInt64 = 0

  /// The digest of nothing yet.
  package init() {}

  /// 64 hexadecimal digits of a whole text.
  package static func hexadecimal(_ text: String) -> String {
    var digest = SHA256()
    digest.add(text)
    return digest.hexadecimal
  }

  /// Adds a piece; the pieces together are the text.
  ///
  /// - Complexity: O(bytes), about 100 MB a second.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add($0) }
  }

  /// 64 hexadecimal digits of what was added so far.
  package var hexadecimal: String {
    var end: [UInt8] = [0x80] + [UInt8](repeating: 0, count: (119 - Int(count % 64)) % 64)
    for shift in stride(from: 56, through: 0, by: -8) { end.append(UInt8(truncatingIfNeeded: (8 * count) >> shift)) }
    var digest = self
    end.withUnsafeBufferPointer { digest.add($0) }
    return String(unsafeUninitializedCapacity: 64) { text in
      for digit in 0..<64 {
        let value = UInt8(truncatingIfNeeded: digest.state[digit / 8] >> UInt32(28 - 4 * (digit % 8))) & 0xF
        text[digit] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
      }
      return 64
    }
  }

  private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
    count += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let first = rest.prefix(64 - pending.count)
      pending += first
      rest = rest[first.endIndex...]
      guard pending.count == 64 else { return }
      state = pending.withUnsafeBufferPointer { Self.compress(state, $0[...]) }
      pending.removeAll()
    }
    while rest.count >= 64 {
      state = Self.compress(state, rest.prefix(64))
      rest = rest.dropFirst(64)
    }
    pending += rest
  }

  /// The state after one block of 64 bytes. Letters as in the standard.
  private static func compress(
    _ state: SIMD8<UInt32>, _ block: Slice<UnsafeBufferPointer<UInt8>>
  ) -> SIMD8<UInt32> {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for word in 0..<16 {
        let at = block.startIndex + 4 * word
        schedule[word] =
          UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16 | UInt32(block[at + 2]) << 8 | UInt32(block[at + 3])
      }
      for t in 16..<64 {
        let (w15, w2) = (schedule[t - 15], schedule[t - 2])
        let sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3
        let sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10
        schedule[t] = schedule[t - 16] &+ sigma0 &+ schedule[t - 7] &+ sigma1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for t in 0..<64 {
        let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let choice = e & f ^ ~e & g
        let first = h &+ sum1 &+ choice &+ constants[t] &+ schedule[t]
        let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        let majority = a & b ^ a & c ^ b & c
        (h, g, f, e) = (g, f, e, d &+ first)
        (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
      }
      return state &+ SIMD8(a, b, c, d, e, f, g, h)
    }
  }

  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  private static let initial = SIMD8<UInt32>(
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19)

  private static let constants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
    0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
    0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
  ]
}
