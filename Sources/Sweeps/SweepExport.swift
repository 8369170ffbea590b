internal import FoundationEssentials
internal import GRDB
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Reporting
public import Specifications

/// The content of a sweep's store as text, for programs that read no SQLite.
public struct SweepExport {
  /// What is exported.
  public enum Format: Sendable {
    /// Every score, as in `results.csv`.
    case scores
    /// A row for each cell: how it ended, its cost, and where it comes from.
    case cells
    /// One JSON object for each cell, a line each (NDJSON): the row of `cells` with the scores in it.
    case json
  }

  private let store: ResultsStore
  private let directory: SweepDirectory
  private let plan: SweepPlan

  /// The store of a folder.
  ///
  /// - Parameters:
  ///   - directory: The folder of the sweep.
  ///   - plan: What is exported the cells of, in its order; nil for the one that was last run there.
  /// - Throws: `SpecificationError`: no store, or one that cannot be read.
  public init(_ directory: SweepDirectory, plan: SweepPlan? = nil) throws {
    self.directory = directory
    store = try ResultsStore.read(directory.storePath)
    self.plan = try plan ?? directory.lastPlan()
  }

  /// Writes it piece by piece.
  ///
  /// - Throws: `SpecificationError` if a row is damaged; what `write` throws.
  /// - Complexity: O(rows), in the memory of one cell's scores.
  public func write(_ format: Format, to write: (String) throws -> Void) throws {
    switch format {
    case .scores: try write(ResultsFile.header)
    case .cells: try write(CSVWriter.line(Self.columns.map(CSVWriter.Field.text)))
    case .json: break
    }
    for cell in PlannedCells(try plan.cells()) {
      guard let row = try cell.row(in: store) else { continue }
      let scores =
        format == .cells || row.status == .failed
        ? []
        : try store.query { [path = store.path] database in
          try ResultsStore.scores(row, in: database, path: path)
        }
      switch format {
      case .scores:
        var lines: [UInt8] = []
        ResultsFile.append(cell.specification, name: cell.name, scores, to: &lines)
        try write(String(decoding: lines, as: UTF8.self))
      case .cells: try write(CSVWriter.line(try fields(of: row)))
      case .json: try write(try object(try fields(of: row), scores) + "\n")
      }
    }
  }

  private static let columns = [
    "cell", "specification", "graph", "mechanism", "mask_ratio", "patch_size", "width", "generator_seed",
    "training_seed", "status", "reason", "final_loss", "steps", "seconds", "peak_memory", "attempts", "plan", "shard",
    "workers", "isolated", "host", "strata_version", "git_revision", "compiler", "blas", "blas_kernel", "gsl", "cpu",
    "training_seconds", "evaluation_seconds",
  ]

  private static let query =
    "SELECT \(columns.joined(separator: ", ")) FROM cells JOIN runs USING (run) WHERE number = ?"

  private func fields(of row: StoredCell) throws -> [CSVWriter.Field] {
    try store.query { database in
      let statement = try database.cachedStatement(sql: Self.query)
      guard let row = try Row.fetchOne(statement, arguments: [row.number]) else { throw Row.malformed }
      return row.map { _, value in
        switch value.storage {
        case .null, .blob: .missing
        case .int64(let number): .integer(Int(number))
        case .double(let number): .number(number)
        case .string(let text): .text(text)
        }
      }
    }
  }

  private func object(_ fields: [CSVWriter.Field], _ scores: [RecoveryScore]) throws -> String {
    let members = zip(Self.columns, fields).map { name, field in "\(name.jsonQuoted):\(Self.json(field))" }
    let rows = scores.map { score in
      let members: [(String, CSVWriter.Field)] = [
        ("evaluation", .text(score.evaluation)), ("level", .init(score.level)),
        ("node", .init(score.node)), ("target", .text(score.target)),
        ("estimator", .text(score.estimator)), ("metric", .text(score.metric)), ("value", .number(score.value)),
        ("p_value", .init(score.pValue)),
        ("probes", .init(score.probes)), ("trace_error", .init(score.traceError)),
      ]
      return "{" + members.map { "\($0.jsonQuoted):\(Self.json($1))" }.joined(separator: ",") + "}"
    }
    return "{" + members.joined(separator: ",") + ",\"scores\":[" + rows.joined(separator: ",") + "]}"
  }

  /// JSON has no NaN and no infinity: they are null.
  private static func json(_ field: CSVWriter.Field) -> String {
    switch field {
    case .text(let text): text.jsonQuoted
    case .integer(let number): "\(number)"
    case .number(let number): number.isFinite ? "\(number)" : "null"
    case .missing: "null"
    }
  }
}
