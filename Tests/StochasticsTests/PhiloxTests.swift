import Stochastics
import Testing

@Suite struct PhiloxTests {
  @Test("The known answers of Random123's kat_vectors")
  func knownAnswers() {
    #expect(
      philox4x32(counter: SIMD4(0, 0, 0, 0), key: 0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      philox4x32(counter: SIMD4(repeating: .max), key: .max)
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      philox4x32(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: 0x299f_31d0_a409_3822)
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test(
    "Eight blocks side by side are eight single blocks, also where the counter carries",
    arguments: [0, 1, 0xFFFF_FFFC, 0xFFFF_FFFF, 1 << 40, UInt64.max - 3], [0, 7, 0xFFFF_FFFF_0000_0001])
  func eightLanes(block: UInt64, high: UInt64) {
    for key in [0, 0x299f_31d0_a409_3822, UInt64.max] {
      let words = philox4x32x8(block: block, high: high, key: key)
      for lane in 0..<8 {
        let counter = block &+ UInt64(lane)
        let single = philox4x32(
          counter: SIMD4(
            UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
            UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high >> 32)), key: key)
        #expect(SIMD4(words.0[lane], words.1[lane], words.2[lane], words.3[lane]) == single)
      }
    }
  }
}
