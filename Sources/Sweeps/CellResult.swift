/// One recovery score of one cell: a row of `results.csv` without the columns that name the cell.
public struct RecoveryScore: Codable, Sendable, Equatable {
  /// Whether and how the encoder's input was masked: `per-mask`, `pooled`, `full`.
  public var evaluation: String
  /// The latent level; nil for the content, which may span levels.
  public var level: Int?
  /// The node; nil for a whole level.
  public var node: String?
  /// `z`, `epsilon`, `content`, or `leakage`.
  public var target: String
  /// `mae`, `untrained`, `shuffled`, `pca`, `ceiling`, `posterior`, `content`; `theory` or `theory-posterior`.
  public var estimator: String
  /// The name of a `RecoveryMetric`; for `theory` also `content_probability` and `recoverable`.
  public var metric: String
  /// The score; NaN where a diverged training left nothing to score.
  public var value: Double
  /// The share of permutations of the targets that score as much; nil where none were made.
  public var pValue: Double?
  /// The probes (for other metrics: evaluations) that the score is the mean of; nil for theory, and in files of versions
  /// that did not count them.
  public var probes: Int?
  /// What the Nyström approximation of the estimator's kernel loses, tr(K − K̃)/tr K, the mean over the probes; nil for other
  /// metrics.
  public var traceError: Double?
}

extension RecoveryScore {
  /// What a score is of: all columns that tell the scores of one cell apart.
  struct Key: Hashable {
    var evaluation: String
    var level: Int?
    var node: String?
    var target: String
    var estimator: String
    var metric: String
  }

  /// What the score is of.
  var key: Key {
    Key(evaluation: evaluation, level: level, node: node, target: target, estimator: estimator, metric: metric)
  }

  /// A score from its parts.
  init(_ key: Key, value: Double, pValue: Double? = nil, probes: Int? = nil, traceError: Double? = nil) {
    (evaluation, level, node) = (key.evaluation, key.level, key.node)
    (target, estimator, metric) = (key.target, key.estimator, key.metric)
    (self.value, self.pValue, self.probes, self.traceError) = (value, pValue, probes, traceError)
  }
}

/// Processor time of the thread that ran a cell, user and system, which other work on the machine adds little to.
public struct ProcessorSeconds: Codable, Sendable, Equatable {
  /// Of the training, its samples included; of a resumed training what was left to do.
  public var training: Double
  /// Of the evaluation and of theory's predictions.
  public var evaluation: Double
}

/// What a cell has come to.
public struct CellResult: Codable, Sendable, Equatable {
  /// The cell's name.
  public var cell: String
  /// The cell's canonical specification: what the name is a hash of.
  public var specification: String
  /// Why the training was given up, or what the generator drew that cannot be scored (``NonFiniteValues``): a result like any
  /// other.
  public var divergence: String?
  /// The mean training loss over the last interval, per masked entry; nil for a training
  /// shorter than one interval (50 steps).
  public var finalLoss: Double?
  /// The training steps made.
  public var steps: Int
  /// Seconds of wall time.
  public var seconds: Double
  /// Where the processor's time went; nil where a result is read back from a store, whose table of cells has it. It differs from
  /// run to run.
  public var processorSeconds: ProcessorSeconds?
  /// The scores.
  public var measurements: [RecoveryScore]
  /// What theory predicts for the same masks; see `CellPredictions`. Nil in files of versions without predictions: they
  /// need no training and are added when the file is read.
  public var predictions: [RecoveryScore]?
}
