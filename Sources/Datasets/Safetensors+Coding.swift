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
    var ranges: [(name: String, shape: [Int], start: Int, end: Int)] = []
    for (name, entry) in header.entries {
      guard entry.dtype == "F32" else {
        throw .unsupportedType(
          file: file, type: "\(entry.dtype) (tensor '\(name)')", remedy: "convert the tensor to F32")
      }
      guard let count = elementCount(entry.shape) else { throw malformed("tensor '\(name)' has shape \(entry.shape)") }
      let offsets = entry.data_offsets
      guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
        throw malformed("tensor '\(name)' has data_offsets \(offsets)")
      }
      guard (offsets[1] - offsets[0]).isMultiple(of: 4), (offsets[1] - offsets[0]) / 4 == count else {
        throw malformed("tensor '\(name)' of shape \(entry.shape) has \(offsets[1] - offsets[0]) bytes")
      }
      ranges.append((name, entry.shape, offsets[0], offsets[1]))
    }
    ranges.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    var end = 0
    for range in ranges {
      guard range.start >= end else { throw malformed("tensor '\(range.name)' overlaps another one") }
      guard range.start == end else { throw malformed("no tensor holds the bytes before tensor '\(range.name)'") }
      end = range.end
    }
    guard bytes.count - start >= end else { throw .truncated(file: file, bytes: bytes.count, expected: start + end) }
    guard bytes.count - start == end else {
      throw malformed("\(bytes.count - start - end) bytes follow the last tensor")
    }
    self.init(
      tensors: ranges.map { range in
        NamedTensor(
          name: range.name, shape: range.shape,
          values: bytes.numbers(Float.self, at: start + range.start, count: (range.end - range.start) / 4))
      }, metadata: header.metadata ?? [:])
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
