/// A fixed block of zero-initialised numbers at a 64-byte boundary, freed with its owner.
struct AlignedBuffer<Scalar: BitwiseCopyable & ExpressibleByIntegerLiteral>: ~Copyable {
  let pointer: UnsafeMutablePointer<Scalar>
  let count: Int

  init(count: Int) {
    let bytes = max(1, count) * MemoryLayout<Scalar>.stride
    pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Scalar.self, capacity: max(1, count))
    pointer.initialize(repeating: 0, count: max(1, count))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The block as a buffer.
  var elements: UnsafeMutableBufferPointer<Scalar> { UnsafeMutableBufferPointer(start: pointer, count: count) }
}
