internal import LinearAlgebra

// Both formats store little-endian numbers without alignment; so does every machine that Swift runs on here.

extension [UInt8] {
  /// The unsigned integer of `count` bytes at an offset.
  func unsignedInteger(at offset: Int, bytes count: Int) -> UInt64 {
    self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Appends `count` bytes of an integer.
  mutating func append(_ value: Int, bytes count: Int) {
    for byte in 0..<count { append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }

  /// `count` numbers from an offset on.
  func numbers<Scalar: LinearAlgebraScalar>(_ type: Scalar.Type, at offset: Int, count: Int) -> [Scalar] {
    #if _endian(big)
      #error("the file formats are little-endian")
    #endif
    return [Scalar](unsafeUninitializedCapacity: count) { target, initialized in
      withUnsafeBytes { source in
        let size = count * MemoryLayout<Scalar>.stride
        UnsafeMutableRawBufferPointer(target).copyMemory(from: .init(rebasing: source[offset..<offset + size]))
      }
      initialized = count
    }
  }

  /// Appends numbers.
  mutating func append<Scalar: LinearAlgebraScalar>(numbers: [Scalar]) {
    numbers.withUnsafeBytes { append(contentsOf: $0) }
  }
}
