/// A statistic of the results of sweeps, with an interval over generator and training seeds.
///
/// In four steps: a cell's value is the unweighted mean over the rows that ``selection`` takes of it; with ``minus`` that of other
/// rows of the same cell is subtracted; for each pair of seeds ``statistic`` is taken over the settings (sweep, graph, mechanism, mask
/// ratio, patch size, width); the mean over pairs of seeds has the crossed interval that tables have.
public struct ResultMeasure: Sendable {
  /// The rows.
  public var selection: ResultSelection
  /// Rows of the same cell that are subtracted; nil for none.
  public var minus: ResultSelection?
  /// Whether the absolute value of a cell's difference counts.
  public var isAbsolute = false
  /// Rows of other cells whose statistic, for the same seeds, is subtracted; nil for none.
  public var against: ResultSelection?
  /// The statistic of ``against``; nil for ``statistic``.
  public var againstStatistic: SettingStatistic?
  /// Over settings.
  public var statistic: SettingStatistic

  /// A measure of one selection.
  public init(selection: ResultSelection, statistic: SettingStatistic) {
    (self.selection, self.statistic) = (selection, statistic)
  }
}

/// What is taken over the settings of one pair of seeds.
public enum SettingStatistic: Sendable, Equatable {
  /// The arithmetic mean.
  case mean
  /// The median; of an even number the mean of the middle two.
  case median
  /// The least value.
  case minimum
  /// The largest value.
  case maximum
  /// Where on an axis the mean value is largest; the first place of a tie.
  case argmax(SettingAxis)
  /// Spearman's rank correlation of the axis and the mean value on it, in [−1, 1]; 0 where the values are all equal.
  case trend(SettingAxis)
  /// The largest mean value on an axis minus the least.
  case range(SettingAxis)
  /// The share of *cells* whose value lies in a range. Its interval is Clopper and Pearson's, which takes cells for independent.
  case share(ClosedRange<Double>)
}

/// An axis of the settings.
public enum SettingAxis: String, Sendable, CaseIterable {
  /// Masked share of the patches.
  case maskRatio = "mask_ratio"
  /// Side of a patch.
  case patchSize = "patch_size"
  /// Representation width.
  case width
  /// Position in the plan's list of mechanisms, from 0.
  case mechanism
  /// Position in the plan's list of environments, from 0.
  case environment
  /// Position in the selection's list of sweeps, from 0.
  case sweep
}

/// Which cells, and which rows of them. What is nil selects everything.
public struct ResultSelection: Sendable, Equatable {
  /// Names of sweeps, at least one.
  public var sweeps: [String]
  /// Labels of graphs.
  public var graph: [String]?
  /// Labels of mechanisms with their environment, as in `results.csv`.
  public var mechanism: [String]?
  /// Mask ratios.
  public var maskRatio: [Double]?
  /// Patch sizes.
  public var patchSize: [Int]?
  /// Representation widths.
  public var width: [Int]?
  /// `per-mask`, `pooled` or `full`.
  public var evaluation = "per-mask"
  /// Levels.
  public var level: [Level]?
  /// Rows of single nodes; nil for those of whole levels (and content and leakage).
  public var nodes: Nodes?
  /// `z`, `epsilon`, `content`, `leakage`.
  public var target: String
  /// `mae`, `ceiling`, `theory`, ….
  public var estimator = "mae"
  /// `r2_linear`, ….
  public var metric: String
  /// The number that is read of a row.
  public var column = Column.value

  /// A selection of everything that the trained encoder scored per mask in a metric, of whole levels.
  public init(sweeps: [String], target: String, metric: String) {
    (self.sweeps, self.target, self.metric) = (sweeps, target, metric)
  }

  /// A level of a graph.
  public enum Level: Sendable, Equatable {
    /// Counted from the observables.
    case height(Int)
    /// The graph's highest level.
    case top
  }

  /// Single nodes.
  public enum Nodes: Sendable, Equatable {
    /// Those whose noise Theorem 2 says is recovered: the rows `recoverable` of the same cell are 1.
    case recoverable
    /// Those whose noise it says is not.
    case unrecoverable
    /// By name.
    case named([String])
  }

  /// A number of a row.
  public enum Column: String, Sendable, CaseIterable {
    /// The score.
    case value
    /// The permutation p-value.
    case pValue = "p_value"
  }
}
