internal import CZlib

/// A zip archive in memory: entries that are stored or deflated, with zip64 fields; checksums are verified.
struct ZipReader {
  private struct Entry {
    let name: String
    let method: Int
    let flags: Int
    let checksum: UInt32
    let packedSize: Int
    let size: Int
    let offset: Int
  }

  private let bytes: [UInt8]
  private let file: String
  private var entries: [Entry] = []

  /// The names of the entries, in the archive's order.
  var names: [String] { entries.map(\.name) }

  /// - Throws: ``DatasetError/malformed(file:format:reason:)`` or ``DatasetError/truncated(file:bytes:expected:)``.
  init(_ bytes: [UInt8], file: String) throws(DatasetError) {
    self.bytes = bytes
    self.file = file
    guard bytes.count >= 4, bytes[0] == 0x50, bytes[1] == 0x4B else { throw malformed("it does not begin with PK") }
    // The end record has 22 bytes and a comment of at most 65535.
    let earliest = max(0, bytes.count - 22 - 0xFFFF)
    let candidates = bytes.count < 22 ? [] : stride(from: bytes.count - 22, through: earliest, by: -1).lazy.map { $0 }
    guard let end = candidates.first(where: { number($0, 4) == 0x0605_4B50 }) else {
      throw malformed("it has no directory at its end; it was probably cut off")
    }
    var (count, size, start) = (number(end + 10, 2), number(end + 12, 4), number(end + 16, 4))
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF, end >= 20, number(end - 20, 4) == 0x0706_4B50 {
      let wide = number(end - 12, 8)
      guard wide >= 0, wide <= bytes.count - 56, number(wide, 4) == 0x0606_4B50 else {
        throw malformed("its zip64 directory is not where it should be")
      }
      (count, size, start) = (number(wide + 32, 8), number(wide + 40, 8), number(wide + 48, 8))
    }
    guard start >= 0, size >= 0, start <= end, size <= end - start else {
      throw malformed("its directory lies outside the file")
    }
    try readDirectory(at: start, end: start + size, count: count)
  }

  private mutating func readDirectory(at start: Int, end: Int, count: Int) throws(DatasetError) {
    var position = start
    for _ in 0..<max(count, 0) {
      guard position + 46 <= end, number(position, 4) == 0x0201_4B50 else {
        throw malformed("its directory is damaged")
      }
      let (nameLength, extraLength) = (number(position + 28, 2), number(position + 30, 2))
      let next = position + 46 + nameLength + extraLength + number(position + 32, 2)
      guard next <= end else { throw malformed("its directory is damaged") }
      let name = String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self)
      var values = [number(position + 24, 4), number(position + 20, 4), number(position + 42, 4)]
      try widen(&values, at: position + 46 + nameLength, length: extraLength)
      entries.append(
        Entry(
          name: name, method: number(position + 10, 2), flags: number(position + 8, 2),
          checksum: UInt32(number(position + 16, 4)), packedSize: values[1], size: values[0], offset: values[2]))
      position = next
    }
  }

  /// Replaces those of size, packed size and offset that are all ones by the zip64 field's.
  private func widen(_ values: inout [Int], at start: Int, length: Int) throws(DatasetError) {
    guard values.contains(0xFFFF_FFFF) else { return }
    var position = start
    while position + 4 <= start + length {
      let (kind, size) = (number(position, 2), number(position + 2, 2))
      guard position + 4 + size <= start + length else { break }
      if kind == 1 {
        var field = position + 4
        for i in values.indices where values[i] == 0xFFFF_FFFF {
          guard field + 8 <= position + 4 + size else { throw malformed("its directory is damaged") }
          values[i] = number(field, 8)
          field += 8
        }
        return
      }
      position += 4 + size
    }
  }

  /// The content of an entry; nil if there is none of this name.
  ///
  /// - Throws: ``DatasetError``: `checksumMismatch`, `truncated`, `malformed`.
  func content(_ name: String) throws(DatasetError) -> [UInt8]? {
    guard let entry = entries.last(where: { $0.name == name }) else { return nil }
    guard entry.flags & 1 == 0 else { throw malformed("entry '\(name)' is encrypted") }
    guard entry.offset >= 0, entry.packedSize >= 0, entry.size >= 0, entry.offset <= bytes.count - 30,
      number(entry.offset, 4) == 0x0403_4B50
    else { throw malformed("entry '\(name)' is not where the directory says") }
    let start = entry.offset + 30 + number(entry.offset + 26, 2) + number(entry.offset + 28, 2)
    guard start <= bytes.count, entry.packedSize <= bytes.count - start else {
      throw .truncated(file: file, bytes: bytes.count, expected: start + entry.packedSize)
    }
    let content: [UInt8]
    switch entry.method {
    case 0: content = Array(bytes[start..<start + entry.packedSize])
    case 8:
      guard let inflated = inflate(start, entry.packedSize, size: entry.size) else {
        throw .checksumMismatch(file: file, part: "entry '\(name)'")
      }
      content = inflated
    default: throw malformed("entry '\(name)' is compressed by method \(entry.method), not stored or deflated")
    }
    var checksum = Checksum()
    checksum.update(content)
    guard content.count == entry.size, checksum.value == entry.checksum else {
      throw .checksumMismatch(file: file, part: "entry '\(name)'")
    }
    return content
  }

  /// Inflates a raw stream of an announced size; nil if it is damaged.
  private func inflate(_ start: Int, _ packedSize: Int, size: Int) -> [UInt8]? {
    // Deflate cannot pack more than 1032 to 1, so a larger announcement is damage and not worth the memory.
    guard size <= 1032 * packedSize + 64 else { return nil }
    var stream = z_stream()
    precondition(strata_inflate_raw_init(&stream) == Z_OK, "zlib has no memory for a stream")
    defer { inflateEnd(&stream) }
    var isComplete = false
    let result = [UInt8](unsafeUninitializedCapacity: size) { target, initialized in
      bytes.withUnsafeBufferPointer { source in
        // zlib counts pieces in 32 bits.
        var (read, written) = (0, 0)
        while true {
          let (input, output) = (min(packedSize - read, 1 << 30), min(size - written, 1 << 30))
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress! + start + read)
          stream.avail_in = UInt32(input)
          stream.next_out = target.baseAddress.map { $0 + written }
          stream.avail_out = UInt32(output)
          let status = CZlib.inflate(&stream, Z_NO_FLUSH)
          let progress = (input - Int(stream.avail_in), output - Int(stream.avail_out))
          (read, written) = (read + progress.0, written + progress.1)
          if status == Z_STREAM_END { isComplete = true }
          if status != Z_OK || progress == (0, 0) { break }
        }
        initialized = written
      }
    }
    return isComplete ? result : nil
  }

  private func number(_ offset: Int, _ count: Int) -> Int {
    Int(truncatingIfNeeded: bytes.unsignedInteger(at: offset, bytes: count))
  }

  private func malformed(_ reason: String) -> DatasetError { .malformed(file: file, format: "zip", reason: reason) }
}
