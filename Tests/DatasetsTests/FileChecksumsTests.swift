import Datasets
import FoundationEssentials
import LinearAlgebra
import Testing

/// Arrays in formats without checksums of their own: the `.npy` files of a folder, and CSV with metadata beside it.
@Suite struct FileChecksumsTests {
  /// Three arrays, the first two of one shape.
  private static let schema: ExportSchema = {
    var schema = ExportSchema(
      arrays: [
        ExportArray(name: "a", columns: ["x", "y"], nodes: ["x", "y"]),
        ExportArray(name: "b", columns: ["x", "y"], nodes: ["x", "y"]),
        ExportArray(name: "m", columns: ["x"], nodes: ["x"], element: .uint8),
      ], rows: 50, attributes: StoredSample.formatAttributes + [.init("samples", .integer(50))],
      model: ModelRecord(graph: "{}", description: "{}", parameters: [1, 2]))
    schema.hasMetadataBesideCSV = true
    return schema
  }()

  /// Writes an export; returns its path.
  private static func write(_ name: String, in folder: String) throws -> String {
    let path = "\(folder)/\(name)"
    try DatasetExporter.write(
      schema, to: path, format: #require(DatasetExporter.Format(path: path)), workers: 1
    ) { rows in
      [
        .float32(rows.flatMap { [Float($0), 0.5] }), .float32(rows.flatMap { [0.25, -Float($0)] }),
        .uint8(rows.map { UInt8($0 % 2) }),
      ]
    }
    return path
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](#require(FileManager.default.contents(atPath: path)))
  }

  /// CRC-32 by the definition of ISO 3309, bit by bit.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var register = UInt32.max
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = register & 1 == 1
        register >>= 1
        if isOdd { register ^= 0xEDB8_8320 }
      }
    }
    return ~register
  }

  @Test("The metadata hold the CRC-32 of each file of a folder, and of a CSV file")
  func values() throws {
    try withTemporaryFolder { folder in
      let path = try Self.write("x/", in: folder)
      let text = try String(contentsOfFile: "\(path)metadata.json", encoding: .utf8)
      for name in ["a", "b", "m"] {
        #expect(text.contains("\"checksum\" : \(Self.checksum(try Self.bytes("\(path)\(name).npy"))),"))
      }
      let table = try Self.write("x.csv", in: folder)
      let beside = try String(contentsOfFile: DatasetExporter.metadataPath(besideCSV: table), encoding: .utf8)
      #expect(beside.contains("\n  \"checksum\" : \(Self.checksum(try Self.bytes(table))),\n"))
    }
  }

  @Test("A flipped bit in any byte of an array in a folder is found when it is read, and when the head is")
  func flippedBits() throws {
    try withTemporaryFolder { folder in
      let path = try Self.write("x/", in: folder)
      let whole = try Self.bytes("\(path)a.npy")
      for place in whole.indices {
        var damaged = whole
        damaged[place] ^= 1 << UInt8(place % 8)
        try Data(damaged).write(to: URL(filePath: "\(path)a.npy"))
        let expected = DatasetError.checksumMismatch(file: "\(path)a.npy", part: "the file")
        #expect(throws: expected) { try MatrixFile.read("\(path)a.npy") }
        #expect(throws: expected) { try NumPyFile.readFloat("\(path)a.npy") }
        #expect(throws: expected) { try StoredSample(contentsOf: path) }
        #expect(throws: Never.self) { try MatrixFile.read("\(path)b.npy") }
      }
      #expect(
        DatasetError.checksumMismatch(file: "x/a.npy", part: "the file").description
          == "x/a.npy: the checksum of the file is wrong: the file was damaged; copy or write it again")
    }
  }

  @Test("Arrays that are cut off, exchanged or missing are found by the head of a folder and by who reads them")
  func arrays() throws {
    try withTemporaryFolder { folder in
      let path = try Self.write("x/", in: folder)
      let (a, b) = (try Self.bytes("\(path)a.npy"), try Self.bytes("\(path)b.npy"))
      #expect(a.count == b.count)
      try AtomicFile.write(Array(a.dropLast(1)), to: "\(path)a.npy")
      #expect(throws: DatasetError.checksumMismatch(file: "\(path)a.npy", part: "the file")) {
        try StoredSample(contentsOf: path)
      }
      #expect(throws: DatasetError.self) { try MatrixFile.read("\(path)a.npy") }
      try AtomicFile.write(b, to: "\(path)a.npy")
      try AtomicFile.write(a, to: "\(path)b.npy")
      for name in ["a", "b"] {
        #expect(throws: DatasetError.checksumMismatch(file: "\(path)\(name).npy", part: "the file")) {
          try MatrixFile.read("\(path)\(name).npy")
        }
      }
      try AtomicFile.write(a, to: "\(path)a.npy")
      try AtomicFile.write(b, to: "\(path)b.npy")
      #expect(try StoredSample(contentsOf: path).integer("samples") == 50)
      try FileManager.default.removeItem(atPath: "\(path)m.npy")
      #expect(throws: DatasetError.cannotRead(file: "\(path)m.npy", reason: "No such file or directory")) {
        try StoredSample(contentsOf: path)
      }
    }
  }

  @Test("Metadata that are damaged do not make their arrays pass unchecked; another program's file is not in the way")
  func metadata() throws {
    try withTemporaryFolder { folder in
      let path = try Self.write("x/", in: folder)
      let text = try String(contentsOfFile: "\(path)metadata.json", encoding: .utf8)
      for (old, new) in [("\"checksum\"", "\"checksun\""), ("strata-sample", "strata-simple"), ("{", "[")] {
        try AtomicFile.write(text.replacing(old, with: new), to: "\(path)metadata.json")
        let error = #expect(throws: DatasetError.self, "\(new)") { try MatrixFile.read("\(path)a.npy") }
        #expect(error?.description.hasPrefix("\(path)metadata.json: ") == true)
      }
      try AtomicFile.write("{\"a\": 1}", to: "\(path)metadata.json")
      #expect(try MatrixFile.read("\(path)a.npy").rows == 50)
      // An array of one's own beside those of an export has no checksum.
      try AtomicFile.write(text, to: "\(path)metadata.json")
      try NumPyFile.write(Matrix<Float>([[1, 2]]), to: "\(path)own.npy")
      #expect(try MatrixFile.read("\(path)own.npy").rows == 1)
    }
  }

  @Test("A CSV file is checked if its metadata stand beside it, and is a plain table without them")
  func table() throws {
    try withTemporaryFolder { folder in
      let path = try Self.write("x.csv", in: folder)
      #expect(try MatrixFile.read(path).rows == 50)
      var bytes = try Self.bytes(path)
      let place = try #require(bytes.lastIndex(of: UInt8(ascii: "4")))
      bytes[place] = UInt8(ascii: "5")
      try AtomicFile.write(bytes, to: path)
      let expected = DatasetError.checksumMismatch(file: path, part: "the file")
      #expect(throws: expected) { try MatrixFile.read(path) }
      #expect(throws: expected) { try CSVFile.read(path) }
      try FileManager.default.removeItem(atPath: DatasetExporter.metadataPath(besideCSV: path))
      #expect(try MatrixFile.read(path).rows == 50)
    }
  }
}
