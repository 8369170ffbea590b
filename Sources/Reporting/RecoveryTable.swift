/// How much of every latent level is recovered, by mask ratio: one block for each patch size, and in each block one
/// group of rows for each estimator (the trained autoencoder, theory, ceilings, floors).
///
/// A table holds plain values; means and intervals are computed where the runs are.
public struct RecoveryTable: Sendable, Equatable {
  /// A mean over runs with the half-width of its interval.
  public struct Estimate: Sendable, Equatable {
    /// The mean; NaN if the runs diverged.
    public let mean: Double
    /// Half of the interval's width; `nil` where there is none (one run, or a value of theory) and where there are bounds.
    public let halfWidth: Double?
    /// The bounds of an interval that is not symmetric; `nil` where there is none.
    public let bounds: ClosedRange<Double>?
    /// The number of runs behind the mean; `nil` for a value that does not come from runs.
    public let runs: Int?

    /// An estimate from its parts.
    public init(mean: Double, halfWidth: Double? = nil, bounds: ClosedRange<Double>? = nil, runs: Int? = nil) {
      self.mean = mean
      self.halfWidth = halfWidth
      self.bounds = bounds
      self.runs = runs
    }
  }

  /// The figures of one latent level.
  public struct Row: Sendable, Equatable {
    /// Height above the observables, which are level 0; `nil` for the content of a mask, which may span levels.
    public let level: Int?
    /// One estimate for each mask ratio; `nil` where there is none (not run, or not defined).
    public let estimates: [Estimate?]

    /// A row from its parts.
    public init(level: Int?, estimates: [Estimate?]) {
      self.level = level
      self.estimates = estimates
    }
  }

  /// The rows of one estimator.
  public struct Group: Sendable, Equatable {
    /// The estimator as readers know it, e.g. `MAE`, `ceiling: raw input`, `floor: untrained encoder`.
    public let title: String
    /// One row for each level, in any order: they are shown from the highest level down.
    public let rows: [Row]

    /// A group from its parts.
    public init(title: String, rows: [Row]) {
      self.title = title
      self.rows = rows
    }
  }

  /// The groups of one patch size.
  public struct Block: Sendable, Equatable {
    /// The heading, e.g. `patch size 4`.
    public let title: String
    /// The mask ratios, in the order of the columns.
    public let maskRatios: [Double]
    /// The groups in the order in which they are shown.
    public let groups: [Group]

    /// A block from its parts.
    ///
    /// - Precondition: every row has one estimate for each mask ratio.
    public init(title: String, maskRatios: [Double], groups: [Group]) {
      for group in groups {
        for row in group.rows {
          precondition(
            row.estimates.count == maskRatios.count,
            "\(row.estimates.count) estimates at level \(row.level.map(String.init) ?? "c") of \(group.title) for \(maskRatios.count) mask ratios"
          )
        }
      }
      self.title = title
      self.maskRatios = maskRatios
      self.groups = groups
    }
  }

  /// The line above the table, e.g. `binary tree of 64 leaves, ρ = 0.85, width 1`.
  public let title: String
  /// What the figures are.
  public let caption: RecoveryCaption
  /// The blocks in the order in which they are shown.
  public let blocks: [Block]
  /// How the figures are written.
  public let format: NumberFormat

  /// A table from its parts.
  public init(title: String, caption: RecoveryCaption, blocks: [Block], format: NumberFormat = NumberFormat()) {
    self.title = title
    self.caption = caption
    self.blocks = blocks
    self.format = format
  }
}
