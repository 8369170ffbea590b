internal import CZlib

/// CRC-32 (ISO 3309), the checksum of zip files, over bytes that come in pieces.
package struct Checksum {
  package private(set) var value: UInt32 = 0

  /// The checksum of nothing.
  package init() {}

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }
}
