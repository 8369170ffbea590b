internal import FoundationEssentials
internal import Glibc
public import HierarchicalGraphs
public import Specifications

/// The folder of a sweep: one file for each finished cell, and what is derived from them.
///
/// ```
/// DIR/cells/<cell>.json    a finished cell, published whole by rename: the only state
/// DIR/results.csv          all scores in long form, in the order of the plan
/// DIR/plan.resolved.yaml   the plan with every default spelled out, versions, BLAS and CPU
/// ```
public struct SweepDirectory: Sendable {
  /// The folder as the user named it.
  public let path: String

  /// The folder at a path; nothing is created yet.
  public init(_ path: String) { self.path = path }

  private var cellsPath: String { path + "/cells" }
  private func cellPath(_ identifier: String) -> String { "\(cellsPath)/\(identifier).json" }

  /// Creates the folder where it is missing.
  ///
  /// - Throws: `SpecificationError` (cannotCreate) when the path is a file or may not be written.
  func create() throws(SpecificationError) {
    for folder in [path, cellsPath] {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw SpecificationError(
          file: folder, "this folder cannot be created",
          remedy: "choose another place for --out, or mend its permissions",
          status: .cannotCreate)
      }
      guard access(folder, W_OK) == 0 else {
        throw SpecificationError(
          file: folder, "permission to write into this folder is denied",
          remedy: "choose another place for --out, or mend its permissions", status: .cannotCreate)
      }
    }
  }

  /// The result of a cell, if it is finished.
  ///
  /// A file that is damaged, or belongs to another specification, counts as absent: its cell is run again.
  func result(of cell: CellSpecification) -> CellResult? {
    guard let data = FileManager.default.contents(atPath: cellPath(cell.identifier)),
      let result = try? Self.decoder.decode(CellResult.self, from: data), result.specification == cell.canonicalText
    else { return nil }
    return result
  }

  /// What is finished of a plan, and how many cells are not.
  ///
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out.
  public func finished(_ plan: SweepPlan) throws(GraphError) -> (outcome: SweepOutcome, missing: Int) {
    let cells = try plan.cells()
    let done = cells.compactMap { cell in result(of: cell).map { (specification: cell, result: $0) } }
    return (SweepOutcome(cells: done, reused: done.count), cells.count - done.count)
  }

  /// Publishes a finished cell.
  func publish(_ result: CellResult) throws {
    let data = try Self.encoder.encode(result)
    try OutputFile.write([UInt8](data), to: cellPath(result.cell))
  }

  /// Writes a file of the folder.
  func write(_ text: String, as name: String) throws(SpecificationError) {
    try OutputFile.write(text, to: "\(path)/\(name)")
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
