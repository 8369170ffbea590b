internal import Dispatch
internal import Glibc

/// Writes a data set of any length in blocks of rows, on several cores, in memory that does not grow with it.
public enum DatasetExporter {
  /// The formats, by the end of the output's name.
  public enum Format: Sendable, Equatable {
    /// `.h5`, `.hdf5`: everything, compressed and checksummed.
    case hdf5
    /// `.npz`: an archive of arrays, uncompressed.
    case npz
    /// A name that ends in `/`: a folder of `.npy` files.
    case npyFolder
    /// `.csv`: text.
    case csv

    /// The format of a name; nil for none of these.
    public init?(path: String) {
      let name = path.lowercased()
      if name.hasSuffix("/") {
        self = .npyFolder
      } else if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") {
        self = .hdf5
      } else if name.hasSuffix(".npz") {
        self = .npz
      } else if name.hasSuffix(".csv") {
        self = .csv
      } else {
        return nil
      }
    }
  }

  /// The version of the HDF5 library, like `1.10.8`.
  public static var hdf5Version: String { HDF5Library.version }

  /// Where the facts about a CSV file stand, if it has any: `a.csv` has `a.csv.metadata.json`.
  public static func metadataPath(besideCSV path: String) -> String { path + ".metadata.json" }

  /// Writes a data set, whole or not at all: under a temporary name in the same folder, synced, renamed.
  ///
  /// - Parameters:
  ///   - schema: What it consists of.
  ///   - path: Where. A file is replaced, a folder must be empty or missing.
  ///   - replacesFolder: Whether a folder is replaced too, if it holds an export and nothing else (``ExportFolder``).
  ///   - format: How.
  ///   - requiresFinite: Whether NaN and infinity among the values are an error.
  ///   - workers: How many blocks are in the making at the same time. The bytes written do not depend on it.
  ///   - produce: Makes the values of a range of rows, in the order of `schema.arrays`; called on several threads.
  ///   - progress: Called with the number of rows written so far, in order, on the calling thread.
  /// - Throws: ``DatasetError/cannotWrite(file:reason:)``, ``DatasetError/diskFull(file:)``;
  ///   ``DatasetError/overflowed(file:array:column:row:)`` for the first value that is not finite. Nothing is left behind then.
  /// - Complexity: memory O(workers · a million values).
  public static func write(
    _ schema: ExportSchema, to path: String, format: Format, replacesFolder: Bool = false, requiresFinite: Bool = true,
    workers: Int,
    produce: @Sendable (Range<Int>) -> [ExportValues], progress: (Int) -> Void = { _ in }
  ) throws(DatasetError) {
    precondition(workers > 0, "\(workers) workers")
    let writer: any BlockWriter =
      switch format {
      case .hdf5: try HDF5BlockWriter(schema, path: path)
      case .npz: try NumPyBlockWriter(schema, archive: path)
      case .npyFolder: try NumPyBlockWriter(schema, folder: path, replaces: replacesFolder)
      case .csv: try CSVBlockWriter(schema, path: path)
      }
    do {
      try writeBlocks(
        schema, writer, path: requiresFinite ? path : nil, workers: workers, produce: produce, progress: progress)
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// - Parameter path: The name for errors about values that are not finite; nil if they are none.
  private static func writeBlocks(
    _ schema: ExportSchema, _ writer: any BlockWriter, path: String?, workers: Int,
    produce: @Sendable (Range<Int>) -> [ExportValues], progress: (Int) -> Void
  ) throws(DatasetError) {
    let starts = Array(stride(from: 0, to: schema.rows, by: schema.blockRows))
    let coding = writer.coding
    for wave in stride(from: 0, to: starts.count, by: workers) {
      let members = starts[wave..<min(wave + workers, starts.count)].map { start in
        start..<min(start + schema.blockRows, schema.rows)
      }
      let coded = concurrentMap(members) { rows -> Result<[[UInt8]], DatasetError> in
        let values = produce(rows)
        check(values, rows: rows.count, against: schema)
        if let path, let error = overflow(values, rows, schema, path) { return .failure(error) }
        return .success(coding(values, rows.count))
      }
      for (rows, block) in zip(members, coded) {
        try writer.append(try block.get(), rows: rows)
        progress(rows.upperBound)
      }
    }
  }

  private static func check(_ values: [ExportValues], rows: Int, against schema: ExportSchema) {
    precondition(values.count == schema.arrays.count, "\(values.count) arrays, \(schema.arrays.count) announced")
    for (value, array) in zip(values, schema.arrays) {
      precondition(
        value.count == rows * array.columns.count && value.element == array.element,
        "\(array.name): \(value.count) values for shape (\(rows), \(array.columns.count))")
    }
  }

  /// The first value of a block that is not finite, as an error.
  private static func overflow(
    _ values: [ExportValues], _ rows: Range<Int>, _ schema: ExportSchema, _ path: String
  ) -> DatasetError? {
    var first: (row: Int, error: DatasetError)?
    for (value, array) in zip(values, schema.arrays) {
      guard case .float32(let numbers) = value, let index = numbers.firstNotFinite else { continue }
      let (row, column) = index.quotientAndRemainder(dividingBy: array.columns.count)
      if let first, first.row <= row { continue }
      first = (
        row,
        .overflowed(file: path, array: array.name, column: array.columns[column], row: rows.lowerBound + row)
      )
    }
    return first?.error
  }

  private static func concurrentMap<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ body: @Sendable (Element) -> Result
  ) -> [Result] {
    guard elements.count > 1 else { return elements.map(body) }
    let results = UnsafeMutableBufferPointer<Result>.allocate(capacity: elements.count)
    defer { results.deallocate() }
    // Every iteration initialises its own element.
    nonisolated(unsafe) let target = results
    DispatchQueue.concurrentPerform(iterations: elements.count) { i in
      target.initializeElement(at: i, to: body(elements[i]))
    }
    defer { results.deinitialize() }
    return Array(results)
  }
}

extension [Float] {
  /// The position of the first NaN or infinity. One pass without branches tells whether there is any.
  fileprivate var firstNotFinite: Int? {
    let exponent = Float.infinity.bitPattern
    let largest = withUnsafeBufferPointer {
      $0.reduce(into: UInt32(0)) { $0 = Swift.max($0, $1.bitPattern & exponent) }
    }
    return largest == exponent ? firstIndex { !$0.isFinite } : nil
  }
}

/// A format in the making.
protocol BlockWriter {
  /// Codes the values of a block into one run of bytes for each array (CSV: one in all). Called on several threads.
  var coding: @Sendable (_ values: [ExportValues], _ rows: Int) -> [[UInt8]] { get }
  /// Writes a coded block; blocks come in order.
  func append(_ block: [[UInt8]], rows: Range<Int>) throws(DatasetError)
  /// Completes the output and puts it in its place.
  func finish() throws(DatasetError)
  /// Removes what was written.
  func abandon()
}
