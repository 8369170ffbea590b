internal import Datasets
internal import FoundationEssentials
internal import Glibc
internal import HierarchicalGraphs
public import Specifications

/// The folder of a sweep: a store, and what is derived from it.
///
/// ```
/// DIR/results.sqlite       every finished cell: the only state (docs/store.md)
/// DIR/results.csv          all scores in long form, in the order of the plan
/// DIR/plan.resolved.yaml   the plan with every default spelled out, versions, BLAS and CPU
/// DIR/results.lock         held by the process that writes
/// DIR/shards/              with --shard: a store for each attempt at each shard
/// ```
public struct SweepDirectory: Sendable {
  /// The folder as the user named it.
  public let path: String

  /// The folder at a path; nothing is created yet.
  public init(_ path: String) { self.path = path }

  /// The store.
  public var storePath: String { path + "/results.sqlite" }
  var lockPath: String { path + "/results.lock" }
  /// The lock of a store: beside it, with another ending.
  static func lockPath(ofStore path: String) -> String { String(path.dropLast(".sqlite".count)) + ".lock" }
  var shardsPath: String { path + "/shards" }

  /// Creates the folder where it is missing.
  ///
  /// - Throws: `SpecificationError` (cannotCreate) when the path is a file or may not be written.
  func create(withShards: Bool = false) throws(SpecificationError) {
    let remedy = "choose another place for --out, or mend its permissions"
    for folder in [path] + (withShards ? [shardsPath] : []) {
      try OutputFolder.create(folder, remedy: remedy)
      guard access(folder, W_OK) == 0 else {
        throw SpecificationError(
          file: folder, "permission to write into this folder is denied", remedy: remedy, status: .cannotCreate)
      }
    }
  }

  /// What is finished of a plan, and how many cells are not. Cells that failed are among the latter.
  ///
  /// - Throws: `GraphError` if a mask does not fit a graph, which a plan that was read from a file has ruled out;
  ///   `SpecificationError` if the store cannot be read.
  public func finished(_ plan: SweepPlan) throws -> (outcome: SweepOutcome, missing: Int) {
    let cells = try plan.plannedCells()
    guard ResultsStore.exists(storePath) else {
      if !shardStores().isEmpty {
        throw SpecificationError(
          file: path, "the results are in shards", remedy: "run 'strata sweep merge \(path) --out \(path)' first",
          status: .noInput)
      }
      if EarlierResults(in: path) != nil {
        throw SpecificationError(
          file: path, "the results are in files of an earlier version",
          remedy: "run 'strata sweep run PLAN --out \(path)' once: it takes them over", status: .noInput)
      }
      return (SweepOutcome(cells: [], reused: 0), cells.count)
    }
    let store = try ResultsStore.read(storePath)
    let stored = try store.cells()
    var done: [(specification: CellSpecification, result: CellResult)] = []
    for cell in cells {
      guard let found = try cell.row(in: stored), found.status != .failed else { continue }
      done.append((cell.specification, try store.result(found, of: cell)))
    }
    return (SweepOutcome(cells: done, reused: done.count), cells.count - done.count)
  }

  /// The stores of shards, of every attempt that has got as far as one, in the order of shards and attempts.
  func shardStores() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: shardsPath)) ?? []
    func key(_ name: String) -> [Int] { name.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) } }
    return names.filter { $0.hasSuffix(".sqlite") }
      .sorted { key($0).lexicographicallyPrecedes(key($1)) }
      .map { "\(shardsPath)/\($0)" }
      .filter { !ResultsStore.isUnmade($0) }
  }

  /// Writes a file of the folder.
  func write(_ text: String, as name: String) throws(SpecificationError) {
    try OutputFile.write(text, to: "\(path)/\(name)")
  }

  /// Writes `results.csv`, cell by cell.
  ///
  /// - Parameter next: Gives one cell after the other with its name and all its scores, in the order of the plan; nil behind the last.
  func writeResults(
    _ next: () throws -> (specification: CellSpecification, name: String, scores: [RecoveryScore])?
  ) throws {
    do {
      try AtomicFile.write(to: path + "/results.csv") { write in
        var pending = Array(ResultsFile.header.utf8)
        while let cell = try next() {
          ResultsFile.append(cell.specification, name: cell.name, cell.scores, to: &pending)
          if pending.count > 1 << 20 {
            try write(pending)
            pending.removeAll(keepingCapacity: true)
          }
        }
        try write(pending)
      }
    } catch let failure as WriteFailure {
      throw SpecificationError(failure)
    }
  }
}

extension PlannedCell {
  /// The cell's row among those of a store.
  ///
  /// - Throws: `SpecificationError` if the row is of another specification: a clash of 64-bit hashes.
  func row(in stored: [String: StoredCell]) throws(SpecificationError) -> StoredCell? {
    guard let found = stored[name] else { return nil }
    return try checked(found)
  }

  /// The cell's row in a store; nil if there is none. Errors as ``row(in:)-([String:StoredCell])``.
  func row(in store: ResultsStore) throws(SpecificationError) -> StoredCell? {
    guard let found = try store.cell(named: name) else { return nil }
    return try checked(found)
  }

  private func checked(_ found: StoredCell) throws(SpecificationError) -> StoredCell {
    guard found.hash == hash else { throw Self.clash(name) }
    return found
  }

  /// The error of two specifications with one name.
  static func clash(_ name: String) -> SpecificationError {
    SpecificationError(
      file: nil, "the store has cell \(name) with another specification", remedy: "use another folder for --out",
      status: .software)
  }
}
