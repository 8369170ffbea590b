internal import Glibc

/// A checksum of a whole HDF5 file, in the block of 512 bytes before its first one that the format leaves to its users.
///
/// Headers and chunks have checksums of their own, but texts of variable length lie in a heap that has none, and the library
/// trusts the lengths it finds there: a flipped bit can make it write beyond a buffer. So nothing of that heap is read before
/// the seal was checked. Other programs skip the block; files without it are read as they are.
enum HDF5Seal {
  /// The size of the block, the least that the format allows.
  static let blockSize = 512
  private static let magic = "strata-seal crc32 "

  /// Seals a finished file.
  ///
  /// - Parameters:
  ///   - path: The file, under its temporary name; it begins with an empty block.
  ///   - name: The file as errors name it.
  static func apply(to path: String, name: String) throws(DatasetError) {
    let descriptor = open(path, O_RDWR)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, let checksum = checksum(descriptor) else {
      throw .cannotWrite(file: name, reason: String(cString: strerror(errno)))
    }
    let text = Array("\(magic)\(hexadecimal(checksum))\n".utf8)
    guard text.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == text.count else {
      throw .cannotWrite(file: name, reason: String(cString: strerror(errno)))
    }
  }

  /// Checks the seal of a file, if it has one.
  ///
  /// - Throws: ``DatasetError/checksumMismatch(file:part:)``.
  /// - Complexity: one pass over the file.
  static func check(_ path: String) throws(DatasetError) {
    let descriptor = open(path, O_RDONLY)
    defer { if descriptor >= 0 { close(descriptor) } }
    var head = [UInt8](repeating: 0, count: blockSize)
    guard descriptor >= 0, pread(descriptor, &head, blockSize, 0) == blockSize, head[0] != 0x89 else { return }
    let expected = Array("\(magic)\(checksum(descriptor).map(hexadecimal) ?? "")\n".utf8)
    guard head.prefix(expected.count).elementsEqual(expected) else {
      throw .checksumMismatch(file: path, part: "the whole file")
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The CRC-32 of everything behind the block; nil if it cannot be read.
  private static func checksum(_ descriptor: Int32) -> UInt32? {
    var (checksum, place) = (Checksum(), off_t(blockSize))
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, place)
      guard count >= 0 else { return nil }
      if count == 0 { return checksum.value }
      buffer.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      place += off_t(count)
    }
  }
}
