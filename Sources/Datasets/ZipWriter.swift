/// A zip archive of uncompressed entries whose sizes are known in advance (APPNOTE 6.3, with zip64 fields where 32 bits do
/// not suffice). Entries may be filled in turns; their checksums are written at the end.
final class ZipWriter {
  private struct Entry {
    let name: [UInt8]
    let size: Int
    let offset: Int
    var written = 0
    var checksum = Checksum()

    var isLarge: Bool { size >= 0xFFFF_FFFF }
    var dataOffset: Int { offset + 30 + name.count + (isLarge ? 20 : 0) }
  }

  private let file: PositionedFile
  private var entries: [Entry] = []
  private var end = 0

  init(_ path: String, name: String) throws(DatasetError) { file = try PositionedFile(path, name: name) }

  /// Reserves the place of an entry; returns its number.
  func addEntry(_ name: String, size: Int) -> Int {
    let entry = Entry(name: Array(name.utf8), size: size, offset: end)
    end = entry.dataOffset + size
    entries.append(entry)
    return entries.count - 1
  }

  /// Writes the next bytes of an entry.
  func append(_ bytes: [UInt8], to index: Int) throws(DatasetError) {
    let entry = entries[index]
    precondition(entry.written + bytes.count <= entry.size, "an entry of \(entry.size) bytes gets more")
    try file.write(bytes, at: entry.dataOffset + entry.written)
    entries[index].written += bytes.count
    entries[index].checksum.update(bytes)
  }

  /// Writes the entries' headers and the directory.
  ///
  /// - Precondition: every entry is full.
  func finish() throws(DatasetError) {
    var directory: [UInt8] = []
    for entry in entries {
      precondition(entry.written == entry.size, "an entry of \(entry.size) bytes got \(entry.written)")
      try file.write(localHeader(entry), at: entry.offset)
      directory += directoryHeader(entry)
    }
    try file.write(directory + endRecords(directorySize: directory.count), at: end)
  }

  // MARK: Records

  /// Version needed, flags, method, time and date (1980-01-01: equal data give equal files), checksum, both sizes.
  private func common(_ entry: Entry) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(45, bytes: 2)
    // Names are UTF-8.
    bytes.append(0x0800, bytes: 2)
    bytes.append(0, bytes: 4)
    bytes.append(0x21, bytes: 2)
    bytes.append(Int(entry.checksum.value), bytes: 4)
    for _ in 0..<2 { bytes.append(entry.isLarge ? 0xFFFF_FFFF : entry.size, bytes: 4) }
    bytes.append(entry.name.count, bytes: 2)
    return bytes
  }

  private func localHeader(_ entry: Entry) -> [UInt8] {
    var bytes = Array("PK\u{3}\u{4}".utf8) + common(entry)
    bytes.append(entry.isLarge ? 20 : 0, bytes: 2)
    bytes += entry.name
    if entry.isLarge { bytes += extra([entry.size, entry.size]) }
    return bytes
  }

  private func directoryHeader(_ entry: Entry) -> [UInt8] {
    var wide: [Int] = entry.isLarge ? [entry.size, entry.size] : []
    if entry.offset >= 0xFFFF_FFFF { wide.append(entry.offset) }
    var bytes = Array("PK\u{1}\u{2}".utf8)
    bytes.append(45, bytes: 2)
    bytes += common(entry)
    bytes.append(wide.isEmpty ? 0 : 4 + 8 * wide.count, bytes: 2)
    // Comment, disk, attributes inside and outside.
    bytes.append(0, bytes: 10)
    bytes.append(min(entry.offset, 0xFFFF_FFFF), bytes: 4)
    bytes += entry.name
    if !wide.isEmpty { bytes += extra(wide) }
    return bytes
  }

  /// The zip64 field.
  private func extra(_ values: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(1, bytes: 2)
    bytes.append(8 * values.count, bytes: 2)
    for value in values { bytes.append(value, bytes: 8) }
    return bytes
  }

  private func endRecords(directorySize: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if end >= 0xFFFF_FFFF || entries.count >= 0xFFFF {
      bytes += Array("PK\u{6}\u{6}".utf8)
      bytes.append(44, bytes: 8)
      bytes.append(45, bytes: 2)
      bytes.append(45, bytes: 2)
      bytes.append(0, bytes: 8)
      for value in [entries.count, entries.count, directorySize, end] { bytes.append(value, bytes: 8) }
      bytes += Array("PK\u{6}\u{7}".utf8)
      bytes.append(0, bytes: 4)
      bytes.append(end + directorySize, bytes: 8)
      bytes.append(1, bytes: 4)
    }
    bytes += Array("PK\u{5}\u{6}".utf8)
    bytes.append(0, bytes: 4)
    for _ in 0..<2 { bytes.append(min(entries.count, 0xFFFF), bytes: 2) }
    bytes.append(directorySize, bytes: 4)
    bytes.append(min(end, 0xFFFF_FFFF), bytes: 4)
    bytes.append(0, bytes: 2)
    return bytes
  }
}
