/// A data set as text after RFC 4180: one line of names `array.column`, then a line for each sample. Numbers are the
/// shortest that read back as the same single-precision value.
final class CSVBlockWriter: BlockWriter {
  private let output: TemporaryOutput
  private let schema: ExportSchema
  /// The facts, where the schema wants them beside the file.
  private let metadata: TemporaryOutput?
  private var checksum = Checksum()
  private let file: PositionedFile
  private var end: Int
  let coding: @Sendable ([ExportValues], Int) -> [[UInt8]] = { values, rows in [CSVBlockWriter.lines(values, rows)] }

  init(_ schema: ExportSchema, path: String) throws(DatasetError) {
    output = try TemporaryOutput.file(for: path)
    let names = schema.arrays.flatMap { array in array.columns.map { Self.field("\(array.name).\($0)") } }
    let header = Array((names.joined(separator: ",") + "\n").utf8)
    end = header.count
    var metadata: TemporaryOutput?
    do {
      if schema.hasMetadataBesideCSV {
        let path = DatasetExporter.metadataPath(besideCSV: path)
        metadata = try TemporaryOutput.file(for: path)
      }
      file = try PositionedFile(output.temporaryPath, name: path)
      try file.write(header, at: 0)
    } catch {
      metadata?.discard()
      output.discard()
      throw error
    }
    (self.metadata, self.schema) = (metadata, schema)
    checksum.update(header)
  }

  func append(_ block: [[UInt8]], rows: Range<Int>) throws(DatasetError) {
    try file.write(block[0], at: end)
    end += block[0].count
    checksum.update(block[0])
  }

  /// The facts first: whoever sees the table can read what its columns mean.
  func finish() throws(DatasetError) {
    if let metadata {
      var whole = schema
      whole.attributes.append(FileChecksums.attribute(checksum))
      try PositionedFile(metadata.temporaryPath, name: metadata.path).write(MetadataText.json(whole), at: 0)
      try metadata.publish()
    }
    try output.publish()
  }

  func abandon() {
    metadata?.discard()
    output.discard()
  }

  private static func lines(_ values: [ExportValues], _ rows: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    // Single-precision numbers have 11 characters on average with their comma, 15 at most; growing would copy the block.
    bytes.reserveCapacity(values.reduce(0) { $0 + 14 * $1.count })
    for row in 0..<rows {
      for part in values {
        let columns = part.count / rows
        for i in row * columns..<(row + 1) * columns {
          switch part {
          case .float32(let numbers): bytes.append(contentsOf: numbers[i].description.utf8)
          case .uint16(let numbers): bytes.append(contentsOf: String(numbers[i]).utf8)
          case .uint8(let flags): bytes.append(contentsOf: String(flags[i]).utf8)
          }
          bytes.append(UInt8(ascii: ","))
        }
      }
      bytes[bytes.count - 1] = UInt8(ascii: "\n")
    }
    return bytes
  }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) || $0 == "\r\n" }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
