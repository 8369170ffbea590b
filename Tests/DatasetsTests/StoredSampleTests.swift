import Datasets
import FoundationEssentials
import Glibc
import Testing

/// The head of a data set: what its rows mean and where they came from, under checksums.
@Suite struct StoredSampleTests {
  static let schema: ExportSchema = {
    let names = ExportAttribute("names", .texts(["observational", "cold"]))
    let text = ExportAttribute("interventions", .text("{\"observational\": {}, \"cold\": {\"z\": {\"do\": [1]}}}"))
    return ExportSchema(
      arrays: [
        ExportArray(name: "observed", columns: ["x0", "x1"], nodes: ["x0", "x1"]),
        ExportArray(
          name: "masks", columns: ["x0", "x1"], nodes: ["x0", "x1"], element: .uint8,
          attributes: [.init("law", .text("exact-count")), .init("mask_ratio", .number(0.5))]),
        ExportArray(
          name: "environment", columns: ["index"], nodes: [""], element: .uint8, attributes: [names, text]),
      ], rows: 4,
      attributes: StoredSample.formatAttributes + [
        .init("mechanism", .text("rho:0.8")), .init("sample_seed", .integer(.max)), .init("samples", .integer(2)),
      ], model: ModelRecord(graph: "nodes: [x0, x1]\n", description: "{\"kind\": \"rho\"}", parameters: [0.8, 0.6]))
  }()

  static let names = [
    "format", "format_version", "mechanism", "sample_seed", "samples", "masks/law", "masks/mask_ratio",
    "environment/names", "environment/interventions",
  ]

  private static func write(_ path: String, _ schema: ExportSchema = schema) throws {
    try DatasetExporter.write(
      schema, to: path, format: #require(DatasetExporter.Format(path: path)), workers: 1
    ) { rows in
      [
        .float32((0..<2 * rows.count).map(Float.init)), .uint8(Array(repeating: 1, count: 2 * rows.count)),
        .uint8(rows.map { UInt8($0 / 2) }),
      ]
    }
  }

  private static func isWhole(_ head: StoredSample) -> Bool {
    head.model == schema.model && head["mechanism"] == .text("rho:0.8") && head["sample_seed"] == .integer(.max)
      && head["samples"] == .integer(2) && head["masks/law"] == .text("exact-count")
      && head["masks/mask_ratio"] == .number(0.5) && head.texts("environment/names") == ["observational", "cold"]
      && head["environment/interventions"] == schema.arrays[2].attributes[1].value
  }

  @Test("Model and facts are read back from every format that holds them", arguments: ["x.h5", "x.npz", "x/"])
  func readBack(name: String) throws {
    try withTemporaryFolder { folder in
      try Self.write("\(folder)/\(name)")
      let head = try StoredSample(contentsOf: "\(folder)/\(name)")
      #expect(Self.isWhole(head))
      #expect(head.texts("facts") == nil && head["masks/names"] == nil)
    }
  }

  @Test("CSV keeps no model, and says which formats do")
  func csv() throws {
    try withTemporaryFolder { folder in
      try Self.write("\(folder)/x.csv")
      let error = #expect(throws: DatasetError.self) { try StoredSample(contentsOf: "\(folder)/x.csv") }
      #expect(
        error?.description
          == "\(folder)/x.csv: CSV files hold no model; give a data set that strata sample wrote as .h5, as .npz or into a "
          + "folder, or the model itself")
    }
  }

  @Test(
    "A flipped bit anywhere in a file leaves its head as it was, or is an error",
    arguments: [("x.h5", 0), ("x.h5", 3), ("x.h5", 7), ("x.npz", 1), ("x.npz", 6)])
  func flippedBits(name: String, bit: Int) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      try Self.write(path)
      let bytes = try [UInt8](#require(FileManager.default.contents(atPath: path)))
      let descriptor = open(path, O_RDWR)
      defer { close(descriptor) }
      var refused = 0
      for place in bytes.indices {
        // Long runs of zeros are the space between the parts.
        if bytes[place] == 0, place % 8 != 0 { continue }
        var byte = bytes[place] ^ 1 << UInt8(bit)
        #expect(pwrite(descriptor, &byte, 1, place) == 1)
        do throws(DatasetError) {
          let head = try StoredSample(contentsOf: path)
          #expect(Self.isWhole(head), "byte \(place)")
        } catch {
          refused += 1
          #expect(error.description.hasPrefix(path) && !error.description.contains("\n"))
        }
        byte = bytes[place]
        #expect(pwrite(descriptor, &byte, 1, place) == 1)
      }
      // Names, model and facts are several hundred bytes.
      #expect(refused > 500, "\(refused) of \(bytes.count)")
    }
  }

  @Test("A fact that is changed in metadata.json of a folder is found by the checksum")
  func changedText() throws {
    try withTemporaryFolder { folder in
      try Self.write("\(folder)/x/")
      let file = "\(folder)/x/metadata.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      // A label of a column, and the name under which a checksum stands, are facts as well.
      for (old, new) in [
        ("\"cold\"", "\"gold\""), ("rho:0.8", "rho:0.9"), (": 0.5", ": 0.25"), ("\"x1\"", "\"x2\""),
        ("\"checksum\" : ", "\"checksun\" : "),
      ] {
        #expect(text.contains(old))
        try AtomicFile.write(text.replacing(old, with: new, maxReplacements: 1), to: file)
        let error = #expect(throws: DatasetError.self) { try StoredSample(contentsOf: "\(folder)/x/") }
        #expect(error == .checksumMismatch(file: "\(folder)/x/", part: "the attributes"), "\(old)")
      }
    }
  }

  @Test("Other formats and other versions are refused by name", arguments: ["x.h5", "x.npz"])
  func versions(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(name)"
      var schema = Self.schema
      schema.attributes[1].value = .integer(1)
      try Self.write(path, schema)
      var error = #expect(throws: DatasetError.self) { try StoredSample(contentsOf: path) }
      #expect(
        error?.description
          == "\(path): the data set has format version 1, and this program reads version 2; read it with the version "
          + "of Strata that wrote it, or sample it again")
      schema.attributes[0].value = .text("other")
      try Self.write(path, schema)
      error = #expect(throws: DatasetError.self) { try StoredSample(contentsOf: path) }
      #expect(error?.description.contains("it has no attribute format 'strata-sample'") == true)
    }
  }
}
