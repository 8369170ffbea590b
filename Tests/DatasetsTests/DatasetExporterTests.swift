import Datasets
import FoundationEssentials
import LinearAlgebra
import Testing

@Suite struct DatasetExporterTests {
  static let formats = ["x.h5", "x.npz", "x/", "x.csv"]
  static let columns = 3000

  /// 3000 columns make blocks of 256 rows, so that 600 rows are two whole blocks and a part.
  static let schema = ExportSchema(
    arrays: [
      ExportArray(name: "a", columns: (0..<columns).map { "a\($0)" }, nodes: (0..<columns).map { "n\($0)" }),
      ExportArray(name: "m", columns: ["x", "y"], nodes: ["x", "y"], element: .uint8),
    ], rows: 600, attributes: StoredSample.formatAttributes + [.init("sample_seed", .integer(.max))],
    model: ModelRecord(graph: "ä: 1\n", description: "{}", parameters: [0.1, -0.0, .greatestFiniteMagnitude]))

  static func value(_ row: Int, _ column: Int) -> Float { Float(row) / 7 - Float(column) }

  static let produce: @Sendable (Range<Int>) -> [ExportValues] = { rows in
    [
      .float32(rows.flatMap { row in (0..<columns).map { value(row, $0) } }),
      .uint8(rows.flatMap { [UInt8($0 % 2), UInt8($0 % 3)] }),
    ]
  }

  static func write(_ path: String, workers: Int = 2) throws {
    try DatasetExporter.write(
      schema, to: path, format: #require(DatasetExporter.Format(path: path)), workers: workers, produce: produce)
  }

  @Test("Values are read back equal from every format", arguments: formats)
  func roundTrip(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      try Self.write(path)
      let values = Matrix<Double>(
        (0..<600).map { row in (0..<Self.columns).map { Double(Self.value(row, $0)) } })
      let flags = Matrix<Double>((0..<600).map { [Double($0 % 2), Double($0 % 3)] })
      if name == "x.csv" {
        let read = try CSVFile.read(path)
        #expect(read.columns.first == "a.a0" && read.columns.last == "m.y")
        #expect(read.values.columns(0..<Self.columns).float.double == values)
        #expect(read.values.columns(Self.columns..<Self.columns + 2) == flags)
      } else if name == "x/" {
        #expect(try MatrixFile.read("\(path)a.npy") == values)
        #expect(try MatrixFile.read("\(path)m.npy") == flags)
      } else {
        #expect(try MatrixFile.read("\(path):a") == values)
        #expect(try MatrixFile.read("\(path):m") == flags)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test("Numbers up to 65 535 and lists of texts are read back from the formats that hold them", arguments: formats)
  func shortIntegers(name: String) throws {
    var schema = ExportSchema(
      arrays: [
        ExportArray(
          name: "e", columns: ["index"], nodes: [""], element: .uint16,
          attributes: [.init("names", .texts(["ä", "", "b c"])), .init("none", .texts([]))])
      ], rows: 600, attributes: StoredSample.formatAttributes,
      model: ModelRecord(graph: "{}", description: "{}", parameters: []))
    schema.hasMetadataBesideCSV = true
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      try DatasetExporter.write(
        schema, to: path, format: #require(DatasetExporter.Format(path: path)), workers: 2
      ) { rows in
        let middle = (rows.lowerBound + rows.upperBound) / 2
        return [
          ExportValues.uint16((rows.lowerBound..<middle).map { UInt16(65_535 - $0) })
            .appending(.uint16((middle..<rows.upperBound).map { UInt16(65_535 - $0) }))
        ]
      }
      let expected = (0..<600).map { Double(65_535 - $0) }
      switch name {
      case "x.csv": #expect(try CSVFile.read(path).values.storage == expected)
      case "x/": #expect(try MatrixFile.read("\(path)e.npy").storage == expected)
      default: #expect(try MatrixFile.read("\(path):e").storage == expected)
      }
      if name != "x.csv" {
        let stored = try StoredSample(contentsOf: path)
        #expect(stored.texts("e/names") == ["ä", "", "b c"] && stored.texts("e/none") == [])
        #expect(stored.texts("e/other") == nil && stored.texts("f/names") == nil)
      }
      if name == "x.csv" {
        let text = try String(contentsOfFile: DatasetExporter.metadataPath(besideCSV: path), encoding: .utf8)
        #expect(text.contains("\"ä\",\n        \"\",\n        \"b c\""))
      }
    }
  }

  @Test("The bytes do not depend on the number of workers", arguments: ["x.h5", "x.npz", "x.csv"])
  func workers(name: String) throws {
    try withTemporaryFolder { folder in
      let paths = [1, 3].map { "\(folder)/\($0)\(name)" }
      try Self.write(paths[0], workers: 1)
      try Self.write(paths[1], workers: 3)
      #expect(FileManager.default.contents(atPath: paths[0]) == FileManager.default.contents(atPath: paths[1]))
    }
  }

  @Test("The model is kept bit for bit, whatever happens to the attributes that repeat it")
  func model() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.h5"
      try Self.write(path)
      let stored = try StoredSample(contentsOf: path)
      #expect(stored.model == Self.schema.model)
      #expect(stored.model.parameters[1].sign == .minus)
      #expect(try stored.integer("sample_seed") == .max)
      #expect(throws: DatasetError.self) { try stored.integer("first_sample") }
      // Attributes are for people and other programs: a damaged one changes nothing that is read here.
      var bytes = try [UInt8](#require(FileManager.default.contents(atPath: path)))
      let text = Array("ä: 1\n".utf8)
      let place = try #require((0..<bytes.count - text.count).first { Array(bytes[$0..<$0 + text.count]) == text })
      bytes[place + 3] ^= 1
      try AtomicFile.write(bytes, to: path)
      #expect(try StoredSample(contentsOf: path).model == Self.schema.model)
    }
  }

  @Test("A flipped bit in the values is found by the checksum", arguments: ["x.h5", "x.npz"])
  func flippedBit(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      try Self.write(path)
      var bytes = try [UInt8](#require(FileManager.default.contents(atPath: path)))
      bytes[bytes.count / 2] ^= 4
      try AtomicFile.write(bytes, to: path)
      let error = #expect(throws: DatasetError.self) { try MatrixFile.read("\(path):a") }
      let part = name == "x.h5" ? "data set 'a/values'" : "entry 'a.npy'"
      #expect(error == .checksumMismatch(file: path, part: part))
      #expect(try MatrixFile.read("\(path):m").rows == 600)
    }
  }

  @Test("What cannot be written is an error and leaves nothing behind", arguments: formats)
  func failure(name: String) throws {
    try withTemporaryFolder { folder in
      let error = #expect(throws: DatasetError.self) { try Self.write("\(folder)/none/\(name)") }
      #expect(
        error?.description
          == "\(folder)/none/\(name): cannot be written: No such file or directory; check the folder, its permissions "
          + "and the free space")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == [])
    }
  }

  @Test("A folder that holds something is not touched")
  func fullFolder() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/x", withIntermediateDirectories: false)
      try AtomicFile.write("mine", to: "\(folder)/x/a.npy")
      let error = #expect(throws: DatasetError.self) { try Self.write("\(folder)/x/") }
      #expect(error == .cannotWrite(file: "\(folder)/x/", reason: "the folder exists and is not empty"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x"])
    }
  }
}
