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
  /// Takes over the cells of another store that are not here yet, in one transaction: doing it twice does nothing.
  ///
  /// A cell that is finished or diverged takes the place of one that failed; otherwise the first to come stays.
  ///
  /// - Parameter source: The path of a sound store that nobody changes in a way that matters: more cells may come.
  /// - Complexity: O(rows of the source), inside SQLite and without holding them in memory.
  func merge(_ source: String) throws(SpecificationError) -> StoreMerge {
    try query { database in
      try database.execute(sql: "ATTACH DATABASE ? AS source", arguments: [source])
      defer { try? database.execute(sql: "DETACH DATABASE source") }
      var merge = StoreMerge()
      try database.inTransaction(.immediate) {
        merge = try Self.merge(database)
        return .commit
      }
      return merge
    }
  }

  private static func merge(_ database: Database) throws -> StoreMerge {
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
        CREATE TEMP TABLE incoming (number INTEGER PRIMARY KEY, run INTEGER NOT NULL);
        INSERT INTO incoming SELECT number, run FROM source.cells AS s
          WHERE NOT EXISTS (SELECT 1 FROM main.cells AS m WHERE m.cell = s.cell) ORDER BY number;
        """)
    defer { try? database.execute(sql: "DROP TABLE temp.incoming") }
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
            checksum
          FROM source.cells WHERE number IN (SELECT number FROM incoming) ORDER BY number;
        INSERT INTO main.scores SELECT number + :number, position, evaluation, level, node, target, estimator, metric, value,
            p_value, probes
          FROM source.scores WHERE number IN (SELECT number FROM incoming) ORDER BY number, position;
        DELETE FROM main.started WHERE cell IN (SELECT cell FROM source.cells WHERE status <> 'failed');
        """, arguments: ["run": run, "number": number])
    return StoreMerge(added: added, duplicates: counts[0], differing: counts[1])
  }
}
