import Dispatch
import Foundation
import LinearAlgebra
import Synchronization
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

  @Test("With denormals flushed, a product that would be denormal is zero")
  func denormals() {
    // On a thread of its own, since the flag belongs to the thread.
    let finished = DispatchSemaphore(value: 0)
    let product = Mutex<Float>(.nan)
    Thread.detachNewThread {
      BLASRuntime.flushDenormals()
      // Read from text at run time: the compiler would fold a product of constants, without the flag.
      let half = Float(String(repeating: "0.5", count: 1)) ?? .nan
      product.withLock { $0 = half * Float.leastNormalMagnitude }
      finished.signal()
    }
    finished.wait()
    #if arch(x86_64)
      #expect(product.withLock { $0 } == 0)
    #endif
  }

  @Test("The same product twice has the same bits")
  func repeatable() {
    BLASRuntime.useOneThread()
    let (a, b) = (randomMatrix(130, 257, seed: 1), randomMatrix(257, 65, seed: 2))
    #expect(a * b == a * b)
    #expect(a.float * b.float == a.float * b.float)
  }
}
