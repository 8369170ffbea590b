internal import GRDB
internal import Specifications

/// What one store has added to another.
struct StoreMerge: Sendable, Equatable {
  /// Cells that were taken over.
  var added = 0
  /// Cells that were there already.
  var duplicates = 0
  /// Of those, the ones whose scores differ: another machine, another BLAS.
  var differing = 0

  static func += (sum: inout StoreMerge, other: StoreMerge) {
    sum.added += other.added
    sum.duplicates += other.duplicates
    sum.differing += other.differing
  }
}

extension ResultsStore {
  /// Takes over the cells of other stores that are not here yet: doing it twice does nothing.
  ///
  /// A cell that is finished or diverged takes the place of one that failed; otherwise the first to come stays. Each
  /// store is taken over in one transaction. These are on the disk when the store is closed, and not before: the sources
  /// are still there, and a wait for the disk after each of a thousand would be most of the time.
  ///
  /// - Parameter sources: Paths of sound stores that nobody changes in a way that matters: more cells may come.
  /// - Throws: `SpecificationError` that names the source with scores that are not those that were written; nothing of it is
  ///   taken over then.
  /// - Complexity: O(rows of the sources), inside SQLite and without holding them in memory.
  func merge(_ sources: [String]) throws(SpecificationError) -> StoreMerge {
    try query { database in
      // Names are hashes, so their index is written all over: it stays in memory, and the log takes 100 MB before it
      // is worked into the file.
      try database.execute(
        sql: """
          PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 25000;
          PRAGMA temp_store = MEMORY
          """)
      defer { try? database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000") }
      try database.execute(sql: "CREATE TEMP TABLE incoming (number INTEGER PRIMARY KEY, run INTEGER NOT NULL)")
      defer { try? database.execute(sql: "DROP TABLE temp.incoming") }
      var sum = StoreMerge()
      for source in sources {
        try database.execute(sql: "ATTACH DATABASE ? AS source", arguments: [source])
        defer { try? database.execute(sql: "DETACH DATABASE source") }
        try database.inTransaction(.immediate) {
          sum += try Self.merge(database, source: source)
          return .commit
        }
      }
      return sum
    }
  }

  private static func merge(_ database: Database, source: String) throws -> StoreMerge {
    let clash = try String.fetchOne(
      database,
      sql: """
        SELECT cell FROM source.cells AS s JOIN main.cells AS m USING (cell) WHERE s.specification <> m.specification
        """)
    if let clash {
      throw SpecificationError(
        file: nil, "cell \(clash) has two specifications in the stores that were to be merged",
        remedy: "run one of them under another training seed", status: .software)
    }
    let counts = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*), coalesce(sum(s.checksum <> m.checksum), 0) FROM source.cells AS s JOIN main.cells AS m USING (cell)
        WHERE s.status <> 'failed' AND m.status <> 'failed'
        """)!
    try database.execute(
      sql: """
        DELETE FROM main.cells WHERE status = 'failed'
          AND cell IN (SELECT cell FROM source.cells WHERE status <> 'failed');
        DELETE FROM temp.incoming;
        INSERT INTO incoming SELECT number, run FROM source.cells AS s
          WHERE NOT EXISTS (SELECT 1 FROM main.cells AS m WHERE m.cell = s.cell) ORDER BY number;
        """)
    try IncomingScores.check(database, path: source)
    let added = try Int.fetchOne(database, sql: "SELECT count(*) FROM incoming") ?? 0
    let number = try Int64.fetchOne(database, sql: "SELECT coalesce(max(number), 0) FROM main.cells") ?? 0
    let run = try Int64.fetchOne(database, sql: "SELECT coalesce(max(run), 0) FROM main.runs") ?? 0
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO main.plans SELECT * FROM source.plans;
        INSERT INTO main.runs SELECT run + :run, plan, shard, workers, isolated, host, process, started_at, strata_version,
            git_revision, compiler, blas, blas_kernel, gsl, cpu
          FROM source.runs WHERE run IN (SELECT run FROM incoming);
        INSERT INTO main.cells SELECT number + :number, cell, specification, graph, mechanism, mask_ratio, patch_size, width,
            generator_seed, training_seed, status, reason, final_loss, steps, seconds, peak_memory, attempts, run + :run,
            checksum, training_seconds, evaluation_seconds
          FROM source.cells WHERE number IN (SELECT number FROM incoming) ORDER BY number;
        INSERT INTO main.scores SELECT number + :number, position, evaluation, level, node, target, estimator, metric, value,
            p_value, probes, trace_error
          FROM source.scores WHERE number IN (SELECT number FROM incoming) ORDER BY number, position;
        DELETE FROM main.started WHERE cell IN (SELECT cell FROM source.cells WHERE status <> 'failed');
        """, arguments: ["run": run, "number": number])
    return StoreMerge(added: added, duplicates: counts[0], differing: counts[1])
  }
}
