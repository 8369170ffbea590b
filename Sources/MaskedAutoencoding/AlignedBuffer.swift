internal import LinearAlgebra

/// A fixed block of zero-initialised numbers at a 64-byte boundary, freed with its owner.
///
/// Blocks of a megabyte or more are made of large pages where the system has them: the rows of wide layers are half a small
/// page apart, so that products, which go from row to row, wait for translations of addresses.
struct AlignedBuffer<Scalar: BitwiseCopyable & ExpressibleByIntegerLiteral>: ~Copyable {
  let pointer: UnsafeMutablePointer<Scalar>
  let count: Int

  init(count: Int) {
    let bytes = max(1, count) * MemoryLayout<Scalar>.stride
    let (large, page) = (bytes >= 1 << 20, 2 << 20)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: large ? roundedUp(bytes, to: page) : bytes, alignment: large ? page : 64)
    // Before the first touch, which is when pages are made.
    if large { preferLargePages(memory, bytes: roundedUp(bytes, to: page)) }
    pointer = memory.bindMemory(to: Scalar.self, capacity: max(1, count))
    pointer.initialize(repeating: 0, count: max(1, count))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The block as a buffer.
  var elements: UnsafeMutableBufferPointer<Scalar> { UnsafeMutableBufferPointer(start: pointer, count: count) }
}
