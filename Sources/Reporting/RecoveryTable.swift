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

  /// What an estimator's figures are to a reader, which decides how figures draw them.
  public enum Role: Sendable, Equatable {
    /// What was measured of the trained encoder.
    case recovery
    /// What theory predicts for the same masks.
    case theory
    /// What an ideal representation would score.
    case ceiling
    /// What a representation scores that has learned nothing.
    case floor
    /// Not a score (a p-value, a probability), or one on another scale: tables show it, figures do not.
    case other
  }

  /// The rows of one estimator.
  public struct Group: Sendable, Equatable {
    /// The estimator as readers know it, e.g. `MAE`, `ceiling: raw input`, `floor: untrained encoder`.
    public let title: String
    /// What the figures are.
    public let role: Role
    /// One row for each level, in any order: they are shown from the highest level down.
    public let rows: [Row]

    /// A group from its parts.
    public init(title: String, role: Role = .other, rows: [Row]) {
      self.title = title
      self.role = role
      self.rows = rows
    }
  }

  /// The groups of one patch size.
  public struct Block: Sendable, Equatable {
    /// The heading, e.g. `patch size 4`.
    public let title: String
    /// The side of a patch; `nil` where blocks are not patch sizes.
    public let patchSize: Int?
    /// The mask ratios, in the order of the columns.
    public let maskRatios: [Double]
    /// The groups in the order in which they are shown.
    public let groups: [Group]

    /// A block from its parts.
    ///
    /// - Precondition: every row has one estimate for each mask ratio.
    public init(title: String, patchSize: Int? = nil, maskRatios: [Double], groups: [Group]) {
      for group in groups {
        for row in group.rows {
          precondition(
            row.estimates.count == maskRatios.count,
            "\(row.estimates.count) estimates at level \(row.level.map(String.init) ?? "c") of \(group.title) for \(maskRatios.count) mask ratios"
          )
        }
      }
      self.title = title
      self.patchSize = patchSize
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

  /// All levels of the table from the highest down; `nil`, the content, comes last.
  var levels: [Int?] {
    let found = Set(blocks.flatMap(\.groups).flatMap(\.rows).map(\.level))
    return found.sorted { $0 ?? -1 > $1 ?? -1 }
  }

  /// A level as tables and figures name it: `6 (root)`, `0 (observed)`, `content`.
  ///
  /// A node on the highest level has no parent, since a parent would be higher still.
  func label(of level: Int?) -> String { label(of: level, top: levels.first ?? nil) }

  /// The same with the highest level, for those who ask more than once.
  func label(of level: Int?, top: Int?) -> String {
    guard let level else { return caption.wholeName }
    return level == 0 ? "0 (observed)" : level == top ? "\(level) (root)" : "\(level)"
  }

  /// An estimate as tables write it; one with fewer runs behind it than the caption states says so.
  func text(of estimate: Estimate?) -> String {
    guard let estimate else { return NumberFormat.missing }
    let figure =
      estimate.bounds.map { format.string(mean: estimate.mean, bounds: $0) }
      ?? format.string(mean: estimate.mean, halfWidth: estimate.halfWidth)
    guard let runs = estimate.runs, runs != caption.runs else { return figure }
    return "\(figure) (\(runs) of \(caption.runs))"
  }
}

extension RecoveryTable.Estimate {
  /// The bounds of the interval, symmetric or not; `nil` where there is none or it is not finite.
  var interval: ClosedRange<Double>? {
    let range = bounds ?? halfWidth.flatMap { $0.isFinite && mean.isFinite ? mean - $0...mean + $0 : nil }
    return range.flatMap { $0.lowerBound.isFinite && $0.upperBound.isFinite ? $0 : nil }
  }
}
