/// What a data set in the making consists of, before its values are known: the same description for every format.
public struct ExportSchema: Sendable {
  /// The arrays, each of shape (rows, its columns).
  public var arrays: [ExportArray]
  /// The number of samples.
  public var rows: Int
  /// Facts about the whole, in HDF5 attributes of the file, elsewhere in `metadata.json`.
  public var attributes: [ExportAttribute]
  /// What the samples came from, to be kept with them; CSV has no place for it.
  public var model: ModelRecord?
  /// Whether a CSV file gets the facts beside it, in the file ``DatasetExporter/metadataPath(besideCSV:)``: for arrays that
  /// mean nothing without them.
  public var hasMetadataBesideCSV = false

  /// A description.
  ///
  /// - Precondition: at least one row and one array; names of arrays are unique and fit for file names; every array has a
  ///   column; no fact is called `facts`, `facts_checksum` or `checksum`.
  public init(arrays: [ExportArray], rows: Int, attributes: [ExportAttribute] = [], model: ModelRecord? = nil) {
    precondition(rows > 0 && !arrays.isEmpty, "\(rows) rows of \(arrays.count) arrays")
    precondition(Set(arrays.map(\.name)).count == arrays.count, "two arrays of one name among \(arrays.map(\.name))")
    precondition(arrays.allSatisfy { !$0.columns.isEmpty }, "an array without columns")
    precondition(
      !(attributes + arrays.flatMap(\.attributes)).contains {
        [ExportFacts.listName, ExportFacts.checksumName, FileChecksums.name].contains($0.name)
      }, "names of facts")
    precondition(
      arrays.allSatisfy { !$0.name.isEmpty && !$0.name.contains("/") && $0.name != "model" }, "names of arrays")
    (self.arrays, self.rows, self.attributes, self.model) = (arrays, rows, attributes, model)
  }

  /// The number of columns of all arrays together.
  public var columnCount: Int { arrays.reduce(0) { $0 + $1.columns.count } }

  /// The rows that are made, coded and written at a time: about a million values, so that memory does not depend on the
  /// number of rows; a multiple of 256, the sampler's panel.
  public var blockRows: Int {
    let most = max((1 << 20) / columnCount / 256, 1) * 256
    return min(most, rows)
  }
}

/// One array of a data set.
public struct ExportArray: Sendable {
  /// The type of the elements in the file.
  public enum Element: Sendable {
    /// IEEE single precision.
    case float32
    /// Bytes: flags and small numbers.
    case uint8
    /// Numbers up to 65 535.
    case uint16
  }

  /// The name: the HDF5 group that holds it as `values`, the entry of an archive, the file in a folder, the prefix in CSV.
  public var name: String
  /// A label for each column, unique in the array.
  public var columns: [String]
  /// The node that each column belongs to; empty for a column of none.
  public var nodes: [String]
  /// The type of the elements.
  public var element: Element
  /// Facts about this array.
  public var attributes: [ExportAttribute]

  /// An array.
  ///
  /// - Precondition: one node for each column.
  public init(
    name: String, columns: [String], nodes: [String], element: Element = .float32, attributes: [ExportAttribute] = []
  ) {
    precondition(columns.count == nodes.count, "\(columns.count) columns of \(nodes.count) nodes")
    (self.name, self.columns, self.nodes, self.element, self.attributes) = (name, columns, nodes, element, attributes)
  }
}

/// A named fact.
public struct ExportAttribute: Sendable, Equatable {
  /// The types that facts have.
  public enum Value: Sendable, Equatable {
    /// Text.
    case text(String)
    /// A non-negative integer.
    case integer(UInt64)
    /// A number.
    case number(Double)
    /// A list of texts.
    case texts([String])
  }

  /// The name, unique where it stands.
  public var name: String
  /// The value.
  public var value: Value

  /// A fact.
  public init(_ name: String, _ value: Value) { (self.name, self.value) = (name, value) }
}

/// A generating model as text and numbers. What they mean is not known here; they are kept bit for bit under a checksum.
public struct ModelRecord: Sendable, Equatable {
  /// The graph, as text.
  public var graph: String
  /// The description of everything else, as text that refers to the numbers.
  public var description: String
  /// The numbers.
  public var parameters: [Double]

  /// A record.
  public init(graph: String, description: String, parameters: [Double]) {
    (self.graph, self.description, self.parameters) = (graph, description, parameters)
  }

  /// The CRC-32 of graph, description and parameters.
  var checksum: UInt32 {
    var checksum = Checksum()
    checksum.update(Array(graph.utf8))
    checksum.update(Array(description.utf8))
    parameters.withUnsafeBytes { checksum.update($0) }
    return checksum.value
  }
}

/// The values of one array in a block of rows, row by row.
public enum ExportValues: Sendable, Equatable {
  /// Single precision.
  case float32([Float])
  /// Bytes.
  case uint8([UInt8])
  /// Numbers up to 65 535.
  case uint16([UInt16])

  /// These values, then further rows of the same array.
  ///
  /// - Precondition: elements of the same type.
  public func appending(_ other: ExportValues) -> ExportValues {
    switch (self, other) {
    case (.float32(let a), .float32(let b)): .float32(a + b)
    case (.uint8(let a), .uint8(let b)): .uint8(a + b)
    case (.uint16(let a), .uint16(let b)): .uint16(a + b)
    default: preconditionFailure("\(other.element) after \(element)")
    }
  }

  var count: Int {
    switch self {
    case .float32(let values): values.count
    case .uint8(let values): values.count
    case .uint16(let values): values.count
    }
  }

  /// The bytes as they stand in memory and in every format.
  var bytes: [UInt8] {
    switch self {
    case .float32(let values): values.withUnsafeBytes { Array($0) }
    case .uint8(let values): values
    case .uint16(let values): values.withUnsafeBytes { Array($0) }
    }
  }

  var element: ExportArray.Element {
    switch self {
    case .float32: .float32
    case .uint8: .uint8
    case .uint16: .uint16
    }
  }
}

extension ExportArray.Element {
  /// The bytes of an element.
  var size: Int {
    switch self {
    case .float32: 4
    case .uint8: 1
    case .uint16: 2
    }
  }
}
