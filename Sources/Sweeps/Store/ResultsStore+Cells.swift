internal import FoundationEssentials
internal import GRDB
internal import HierarchicalGraphs
internal import MaskedAutoencoding
internal import Specifications

extension ResultsStore {
  /// Notes a plan and a run of it; returns the run's number.
  func begin(_ provenance: Provenance, plan: SweepPlan, text: String) throws(SpecificationError) -> Int64 {
    try transaction { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO plans (plan, name, text) VALUES (?, ?, ?)",
        arguments: [provenance.plan, plan.name, text])
      try database.execute(
        sql: """
          INSERT INTO runs (plan, shard, workers, isolated, host, process, started_at, strata_version, git_revision,
            compiler, blas, blas_kernel, gsl, cpu) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          provenance.plan, provenance.shard, provenance.workers, provenance.isIsolated, provenance.host,
          provenance.process, provenance.startedAt, provenance.version, provenance.gitRevision, provenance.compiler,
          provenance.blas, provenance.blasKernel, provenance.gsl, provenance.cpu,
        ])
      return database.lastInsertedRowID
    }
  }

  /// Notes that a cell is started. A power loss may take that back, so with a log it costs no wait for the disk.
  ///
  /// - Parameter earlier: Attempts that are not in this store.
  func start(_ cell: PlannedCell, run: Int64, earlier: Int = 0) throws(SpecificationError) {
    try query { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO started (cell, run, attempts, started_at) VALUES (?, ?, ?, ?) ON CONFLICT (cell)
            DO UPDATE SET run = excluded.run, attempts = attempts + 1, started_at = excluded.started_at
          """)
      try withoutWaiting(database) {
        try statement.execute(arguments: [cell.name, run, earlier + 1, Date().timeIntervalSince1970])
      }
    }
  }

  /// Keeps a cell with all its scores, whole or not at all. It is on the disk when this returns.
  func finish(
    _ cell: PlannedCell, _ result: CellResult, run: Int64, peakMemory: Int?
  ) throws(SpecificationError) {
    let status: StoredCell.Status = result.divergence == nil ? .finished : .diverged
    try transaction { database in
      let scores = result.measurements + (result.predictions ?? [])
      var checksum = ScoreChecksum()
      for score in scores { checksum.add(score) }
      let number = try Self.insert(
        database, cell, status: status, reason: result.divergence, result: result, peakMemory: peakMemory, run: run,
        checksum: checksum.value)
      var insertion = try ScoreInsertion(database, number: number)
      defer { insertion.end() }
      for score in scores { try insertion.add(score) }
    }
  }

  /// Keeps the reason why a cell could not be finished.
  func fail(_ cell: PlannedCell, reason: String, run: Int64, seconds: Double, peakMemory: Int?)
    throws(SpecificationError)
  {
    try transaction { database in
      _ = try Self.insert(
        database, cell, status: .failed, reason: reason, seconds: seconds, peakMemory: peakMemory, run: run,
        checksum: ScoreChecksum().value)
    }
  }

  private static func insert(
    _ database: Database, _ cell: PlannedCell, status: StoredCell.Status, reason: String?, result: CellResult? = nil,
    seconds: Double? = nil, peakMemory: Int?, run: Int64, checksum: UInt32
  ) throws -> Int64 {
    let specification = cell.specification
    let attempts =
      try Int.fetchOne(database, sql: "DELETE FROM started WHERE cell = ? RETURNING attempts", arguments: [cell.name])
      ?? 1
    try database.cachedStatement(
      sql: """
        INSERT INTO cells (cell, specification, graph, mechanism, mask_ratio, patch_size, width, generator_seed,
          training_seed, status, reason, final_loss, steps, seconds, peak_memory, attempts, run, checksum,
          training_seconds, evaluation_seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      cell.name, cell.hash, specification.graph.name, specification.generatorLabel, specification.maskRatio,
      specification.patchSize, specification.architecture.representationWidth, "\(specification.generatorSeed)",
      "\(specification.trainingSeed)", status.rawValue, reason, result?.finalLoss, result?.steps,
      result?.seconds ?? seconds, peakMemory, attempts, run, Int64(checksum),
      result?.processorSeconds?.training, result?.processorSeconds?.evaluation,
    ])
    return database.lastInsertedRowID
  }

  /// Makes room for failed cells to be run again; how often they were started is kept.
  func forgetFailures(among cells: [PlannedCell]) throws(SpecificationError) {
    try transaction { database in
      for cell in cells {
        try database.execute(
          sql: """
            INSERT OR REPLACE INTO started (cell, run, attempts, started_at)
            SELECT cell, run, attempts, 0 FROM cells WHERE cell = ? AND status = 'failed'
            """, arguments: [cell.name])
        try database.execute(
          sql: "DELETE FROM cells WHERE cell = ? AND status = 'failed'", arguments: [cell.name])
      }
    }
  }

  /// All cells of the store by name.
  func cells() throws(SpecificationError) -> [String: StoredCell] {
    try query { database in
      var result: [String: StoredCell] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT \(Self.columns), cell FROM cells")
      while let row = try rows.next() { result[try row.required(10)] = try Self.cell(row) }
      return result
    }
  }

  /// A cell of the store by name; nil if it is not there.
  func cell(named name: String) throws(SpecificationError) -> StoredCell? {
    try query { database in
      let statement = try database.cachedStatement(sql: "SELECT \(Self.columns) FROM cells WHERE cell = ?")
      return try Row.fetchOne(statement, arguments: [name]).map { try Self.cell($0) }
    }
  }

  /// Names of all cells that have ended.
  func names() throws(SpecificationError) -> Set<String> {
    try query { try String.fetchSet($0, sql: "SELECT cell FROM cells") }
  }

  static let columns =
    "number, specification, status, reason, final_loss, steps, seconds, attempts, run, checksum"

  static let scoreColumns = "evaluation, level, node, target, estimator, metric, value, p_value, probes, trace_error"

  /// ``columns`` of a row, from a place on.
  static func cell(_ row: Row, from at: Int = 0) throws -> StoredCell {
    guard let status = StoredCell.Status(rawValue: try row.required(at + 2)),
      let checksum = UInt32(exactly: try row.required(at + 9) as Int64)
    else { throw Row.malformed }
    return StoredCell(
      number: try row.required(at), hash: try row.required(at + 1), status: status, reason: try row.optional(at + 3),
      finalLoss: try row.optional(at + 4), steps: try row.optional(at + 5), seconds: try row.optional(at + 6),
      attempts: try row.required(at + 7), run: try row.required(at + 8), checksum: checksum)
  }

  /// ``scoreColumns`` of a row, from a place on.
  static func score(_ row: Row, from at: Int = 0) throws -> RecoveryScore {
    RecoveryScore(
      evaluation: try row.required(at), level: try row.optional(at + 1), node: try row.optional(at + 2),
      target: try row.required(at + 3), estimator: try row.required(at + 4), metric: try row.required(at + 5),
      value: try row.optional(at + 6) ?? .nan, pValue: try row.optional(at + 7), probes: try row.optional(at + 8),
      traceError: try row.optional(at + 9))
  }

  /// The result of a cell that is finished or diverged.
  ///
  /// - Throws: `SpecificationError` if the scores are not those that were written.
  func result(_ stored: StoredCell, of cell: PlannedCell) throws(SpecificationError) -> CellResult {
    let scores = try query { database in try Self.scores(stored, in: database, path: path) }
    let isTheory = { (score: RecoveryScore) in score.estimator.hasPrefix("theory") }
    return CellResult(
      cell: cell.name, specification: cell.canonicalText,
      divergence: stored.status == .diverged ? stored.reason : nil, finalLoss: stored.finalLoss,
      steps: stored.steps ?? 0, seconds: stored.seconds ?? 0, measurements: scores.filter { !isTheory($0) },
      predictions: scores.filter(isTheory))
  }

  /// The scores of a cell in their order, checked.
  static func scores(_ stored: StoredCell, in database: Database, path: String) throws -> [RecoveryScore] {
    let statement = try database.cachedStatement(
      sql: "SELECT \(scoreColumns) FROM scores WHERE number = ? ORDER BY position")
    let rows = try Row.fetchCursor(statement, arguments: [stored.number])
    var scores: [RecoveryScore] = []
    var checksum = ScoreChecksum()
    while let row = try rows.next() {
      let score = try score(row)
      checksum.add(score)
      scores.append(score)
    }
    guard checksum.value == stored.checksum else { throw StoreFailure.changed(path, row: stored.number) }
    return scores
  }
}

extension Row {
  /// A value that is no NULL, of its type: what GRDB's own subscripts trap on where a disk has changed it.
  func required<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value {
    guard let value: Value = try optional(index) else { throw Self.malformed }
    return value
  }

  /// A value of its type, or NULL.
  func optional<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value? {
    let field: DatabaseValue = self[index]
    if field.isNull { return nil }
    guard let value = Value.fromDatabaseValue(field) else { throw Self.malformed }
    return value
  }

  static var malformed: DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row does not have the values of its table")
  }
}
