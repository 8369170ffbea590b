internal import FoundationEssentials
internal import LinearAlgebra

extension Safetensors {
  /// The bytes of a file.
  package func encoded() -> [UInt8] {
    var header = SafetensorsHeader(metadata: metadata.isEmpty ? nil : metadata, entries: [:])
    var end = 0
    for tensor in tensors {
      let start = end
      end += 4 * tensor.values.count
      header.entries[tensor.name] = .init(dtype: "F32", shape: tensor.shape, data_offsets: [start, end])
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text and integers only: encoding cannot fail.
    var json = [UInt8](try! encoder.encode(header))
    // Spaces up to a multiple of 8, so that the data is aligned, as the reference writer does.
    json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + json.count + end)
    bytes.append(json.count, bytes: 8)
    bytes += json
    for tensor in tensors { bytes.append(numbers: tensor.values) }
    return bytes
  }

  /// The content of a file's bytes.
  package init(bytes: [UInt8], file: String) throws(DatasetError) {
    let layout = try SafetensorsLayout(bytes, file: file, types: ["F32"])
    self.init(
      tensors: layout.entries.map { entry in
        NamedTensor(
          name: entry.name, shape: entry.shape,
          values: bytes.numbers(Float.self, at: entry.start, count: entry.count))
      }, metadata: layout.metadata)
  }

  /// Reads the tensors of a file in double precision; F32 elements are widened, which is exact.
  ///
  /// - Throws: As ``init(contentsOf:)``; `unsupportedType` for anything but F32 and F64.
  package static func readDouble(
    _ path: String
  ) throws(DatasetError) -> [(name: String, shape: [Int], values: [Double])] {
    let bytes = try readBytes(path)
    return try SafetensorsLayout(bytes, file: path, types: ["F32", "F64"]).entries.map { entry in
      let values =
        entry.type == "F64"
        ? bytes.numbers(Double.self, at: entry.start, count: entry.count)
        : bytes.numbers(Float.self, at: entry.start, count: entry.count).map(Double.init)
      return (entry.name, entry.shape, values)
    }
  }
}

/// Where the tensors of a file are, checked against its length.
private struct SafetensorsLayout {
  struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    let count: Int
    let start: Int
    let end: Int
  }

  /// In the order of their data.
  private(set) var entries: [Entry] = []
  let metadata: [String: String]

  init(_ bytes: [UInt8], file: String, types: [String]) throws(DatasetError) {
    func malformed(_ reason: String) -> DatasetError { .malformed(file: file, format: "safetensors", reason: reason) }
    guard bytes.count >= 8 else { throw .truncated(file: file, bytes: bytes.count, expected: 8) }
    let length = bytes.unsignedInteger(at: 0, bytes: 8)
    // The limit of the reference reader; a longer header is another format's beginning.
    guard length <= 100_000_000 else { throw malformed("the header's length is \(length)") }
    let start = 8 + Int(length)
    guard bytes.count >= start else { throw .truncated(file: file, bytes: bytes.count, expected: start) }
    let header: SafetensorsHeader
    do {
      header = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes[8..<start]))
    } catch {
      throw malformed("the header is not the JSON of one")
    }
    metadata = header.metadata ?? [:]
    for (name, entry) in header.entries {
      guard types.contains(entry.dtype) else {
        throw .unsupportedType(
          file: file, type: "\(entry.dtype) (tensor '\(name)')",
          remedy: "convert the tensor to \(types.joined(separator: " or "))")
      }
      guard let count = elementCount(entry.shape) else { throw malformed("tensor '\(name)' has shape \(entry.shape)") }
      let (offsets, size) = (entry.data_offsets, entry.dtype == "F64" ? 8 : 4)
      guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
        throw malformed("tensor '\(name)' has data_offsets \(offsets)")
      }
      guard (offsets[1] - offsets[0]).isMultiple(of: size), (offsets[1] - offsets[0]) / size == count else {
        throw malformed("tensor '\(name)' of shape \(entry.shape) has \(offsets[1] - offsets[0]) bytes")
      }
      // Offsets beyond the file are found below, before anything is read.
      guard offsets[1] <= bytes.count else {
        throw .truncated(file: file, bytes: bytes.count, expected: offsets[1].addingClamped(start))
      }
      entries.append(
        Entry(
          name: name, type: entry.dtype, shape: entry.shape, count: count, start: start + offsets[0],
          end: start + offsets[1]))
    }
    entries.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    var end = start
    for entry in entries {
      guard entry.start >= end else { throw malformed("tensor '\(entry.name)' overlaps another one") }
      guard entry.start == end else { throw malformed("no tensor holds the bytes before tensor '\(entry.name)'") }
      end = entry.end
    }
    guard bytes.count >= end else { throw .truncated(file: file, bytes: bytes.count, expected: end) }
    guard bytes.count == end else { throw malformed("\(bytes.count - end) bytes follow the last tensor") }
  }
}

extension Int {
  /// The sum, or the largest integer where it is larger.
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// The product of extents; nil if one is negative or the product overflows.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for extent in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    guard extent >= 0, !overflow else { return nil }
    count = product
  }
  return count
}

/// The JSON header: one object in which `__metadata__` is text and every other key a tensor.
private struct SafetensorsHeader: Codable {
  struct Entry: Codable {
    let dtype: String
    let shape: [Int]
    // The format's spelling.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let data_offsets: [Int]
  }

  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { return nil }
  }

  var metadata: [String: String]?
  var entries: [String: Entry]

  init(metadata: [String: String]?, entries: [String: Entry]) {
    self.metadata = metadata
    self.entries = entries
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    entries = [:]
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(metadata, forKey: Key("__metadata__"))
    for (name, entry) in entries { try container.encode(entry, forKey: Key(name)) }
  }
}
