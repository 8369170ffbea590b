internal import CZlib

/// One chunk of a data set through the filters shuffle, deflate and fletcher32, as HDF5's own pipeline would leave it.
///
/// Coding chunks here rather than in the library lets all cores do it. Deflate codes with Huffman trees only: among random
/// mantissas there are no repetitions to find, and looking for them takes three times as long and costs 3 % in size.
enum HDF5ChunkCoding {
  /// The filtered bytes of a chunk.
  ///
  /// - Parameters:
  ///   - bytes: The elements of the whole chunk.
  ///   - elementSize: The bytes of an element.
  static func encode(_ bytes: [UInt8], elementSize: Int) -> [UInt8] {
    var result = deflated(elementSize > 1 ? shuffled(bytes, elementSize: elementSize) : bytes)
    result.append(Int(fletcher32(result)), bytes: 4)
    return result
  }

  /// All first bytes of the elements, then all second bytes, and so on.
  private static func shuffled(_ bytes: [UInt8], elementSize: Int) -> [UInt8] {
    let count = bytes.count / elementSize
    return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, initialized in
      bytes.withUnsafeBufferPointer { source in
        for byte in 0..<elementSize {
          let plane = byte * count
          for i in 0..<count { target[plane + i] = source[i * elementSize + byte] }
        }
      }
      initialized = bytes.count
    }
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    precondition(strata_deflate_init(&stream, 1, Z_HUFFMAN_ONLY) == Z_OK, "zlib has no memory for a stream")
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(bytes.count)))
    return [UInt8](unsafeUninitializedCapacity: bound + 4) { target, initialized in
      bytes.withUnsafeBufferPointer { source in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(bound)
        let status = CZlib.deflate(&stream, Z_FINISH)
        precondition(status == Z_STREAM_END, "deflate of \(source.count) bytes ended with \(status)")
        initialized = Int(stream.total_out)
      }
    }
  }

  /// Fletcher's checksum over big-endian 16-bit words as HDF5 computes it (H5checksum.c; Fletcher 1982). Its sums are
  /// folded modulo 65535 rarely: 360 words cannot overflow 32 bits.
  static func fletcher32(_ bytes: [UInt8]) -> UInt32 {
    var (first, second): (UInt32, UInt32) = (0, 0)
    bytes.withUnsafeBufferPointer { source in
      let words = source.count / 2
      var word = 0
      while word < words {
        let end = min(word + 360, words)
        while word < end {
          first &+= UInt32(source[2 * word]) << 8 | UInt32(source[2 * word + 1])
          second &+= first
          word += 1
        }
        first = first & 0xFFFF &+ first >> 16
        second = second & 0xFFFF &+ second >> 16
      }
      if source.count % 2 == 1 {
        first &+= UInt32(source[source.count - 1]) << 8
        second &+= first
        first = first & 0xFFFF &+ first >> 16
        second = second & 0xFFFF &+ second >> 16
      }
    }
    first = first & 0xFFFF &+ first >> 16
    second = second & 0xFFFF &+ second >> 16
    return second << 16 | first
  }
}
