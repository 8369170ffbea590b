import Foundation
import LinearAlgebra
import Testing

@Suite struct BLASRuntimeTests {
  @Test("One thread means one thread, and the library names itself")
  func runtime() {
    BLASRuntime.useOneThread()
    #expect(BLASRuntime.threads == 1)
    #expect(BLASRuntime.configuration.hasPrefix("OpenBLAS "))
    #expect(!BLASRuntime.coreName.isEmpty)
    #expect(BLASRuntime.configuration.last?.isWhitespace == false)
  }

  @Test("With denormals flushed, a product that would be denormal is zero; afterwards it is one again")
  func denormals() throws {
    // Read from text at run time: the compiler would fold a product of constants, without the flag.
    let half = try #require(Float(String(repeating: "0.5", count: 1)))
    func product() -> Float { half * Float.leastNormalMagnitude }
    let flushed = BLASRuntime.flushingDenormals {
      // Nested, as an encoder's inference within a cell.
      BLASRuntime.flushingDenormals {}
      return product()
    }
    #if arch(x86_64)
      #expect(flushed == 0)
    #endif
    #expect(product() > 0)
    struct Ended: Error {}
    #expect(throws: Ended.self) { try BLASRuntime.flushingDenormals { throw Ended() } }
    #expect(product() > 0)
  }

  @Test("The same product twice has the same bits")
  func repeatable() {
    BLASRuntime.useOneThread()
    let (a, b) = (randomMatrix(130, 257, seed: 1), randomMatrix(257, 65, seed: 2))
    #expect(a * b == a * b)
    #expect(a.float * b.float == a.float * b.float)
  }
}
