package import GRDB

/// The tables of `results.sqlite`; docs/store.md describes them for users.
///
/// Plain columns and no encodings, so that pandas, DuckDB and `sqlite3` read them as they are. Rows are only ever appended (a
/// failed cell that is run again leaves its place), which keeps commits short and merges sequential.
package enum StoreSchema {
  /// `PRAGMA application_id`: the letters STRA. It tells a store from any other SQLite file.
  static let applicationID = 0x5354_5241

  /// Everything that ever changed in the tables, in order. Migrations are added, never edited.
  package static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: plans, runs, cells, scores") { database in
      try database.execute(sql: version1)
    }
    migrator.registerMigration("2: processor time, trace errors") { database in
      try database.execute(sql: version2)
    }
    return migrator
  }

  private static let version1 = """
    CREATE TABLE plans (
      plan TEXT PRIMARY KEY,          -- SHA-256 of the text
      name TEXT NOT NULL,
      text TEXT NOT NULL              -- every default spelled out; runs as it stands
    );
    CREATE TABLE runs (
      run INTEGER PRIMARY KEY,
      plan TEXT NOT NULL REFERENCES plans (plan),
      shard TEXT,                     -- i/n; NULL for a whole plan
      workers INTEGER NOT NULL,
      isolated INTEGER NOT NULL,      -- 1 if cells ran in processes of their own
      host TEXT NOT NULL,
      process INTEGER NOT NULL,
      started_at REAL NOT NULL,       -- seconds since 1970
      strata_version TEXT NOT NULL,
      git_revision TEXT,              -- checked out where the executable lay, at the time of the run; NULL in no checkout
      compiler TEXT NOT NULL,
      blas TEXT NOT NULL,
      blas_kernel TEXT NOT NULL,
      gsl TEXT NOT NULL,
      cpu TEXT NOT NULL
    );
    CREATE TABLE cells (
      number INTEGER PRIMARY KEY,     -- in the order in which cells were finished here
      cell TEXT NOT NULL UNIQUE,      -- the name in results.csv: a hash of the specification
      specification TEXT NOT NULL,    -- SHA-256 of the specification
      graph TEXT NOT NULL,
      mechanism TEXT NOT NULL,
      mask_ratio REAL NOT NULL,
      patch_size INTEGER NOT NULL,
      width INTEGER NOT NULL,
      generator_seed TEXT NOT NULL,   -- 64 bits without sign
      training_seed TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('finished', 'diverged', 'failed')),
      reason TEXT,                    -- of a divergence or failure
      final_loss REAL,
      steps INTEGER,
      seconds REAL,                   -- wall time
      peak_memory INTEGER,            -- bytes, of the process that ran the cell
      attempts INTEGER NOT NULL,      -- how often it was started
      run INTEGER NOT NULL REFERENCES runs (run),
      checksum INTEGER NOT NULL       -- CRC-32 of the scores
    );
    CREATE TABLE scores (
      number INTEGER NOT NULL REFERENCES cells (number),
      position INTEGER NOT NULL,
      evaluation TEXT NOT NULL,
      level INTEGER,
      node TEXT,
      target TEXT NOT NULL,
      estimator TEXT NOT NULL,
      metric TEXT NOT NULL,
      value REAL,                     -- NULL: not a number
      p_value REAL,
      probes INTEGER,
      PRIMARY KEY (number, position)
    ) WITHOUT ROWID;
    CREATE TABLE started (
      cell TEXT PRIMARY KEY,          -- running, or cut off by the end of its process
      run INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      started_at REAL NOT NULL
    );
    CREATE VIEW results AS
      SELECT cell, graph, mechanism, mask_ratio, patch_size, width, generator_seed, training_seed, evaluation, level, node,
        target, estimator, metric, value, p_value, probes
      FROM cells JOIN scores USING (number)
      ORDER BY number, position;
    """

  private static let version2 = """
    ALTER TABLE cells ADD COLUMN training_seconds REAL;     -- of the processor; NULL in rows of version 1
    ALTER TABLE cells ADD COLUMN evaluation_seconds REAL;   -- likewise, with theory's predictions
    ALTER TABLE scores ADD COLUMN trace_error REAL;         -- of Nyström scores
    DROP VIEW results;
    CREATE VIEW results AS
      SELECT cell, graph, mechanism, mask_ratio, patch_size, width, generator_seed, training_seed, evaluation, level, node,
        target, estimator, metric, value, p_value, probes, trace_error
      FROM cells JOIN scores USING (number)
      ORDER BY number, position;
    """
}
