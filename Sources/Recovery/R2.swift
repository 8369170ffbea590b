public import LinearAlgebra

/// The coefficient of determination of held-out predictions, the one number called R² in this project.
///
/// R² of one target column is 1 − SSE/SST, SSE the sum of squared errors and SST the sum of squared deviations of the
/// *test* targets from their own mean (scikit-learn's `r2_score`). It is at most 1, and negative when the predictions
/// are worse than that mean. Several columns are summarised by the unweighted mean of their values; flattening the
/// columns into one (which lets differences of their means count as explained variance) is not offered.
public enum R2 {
  /// Spread (max − min) relative to the largest magnitude below which a target column counts as constant, and error
  /// relative to it below which a constant column counts as predicted exactly: rounding, not information.
  static let constantTolerance = 1e-12

  /// R² of each column.
  ///
  /// - Parameters:
  ///   - predictions: Shape (m, q).
  ///   - targets: Shape (m, q), m ≥ 1.
  /// - Returns: q values in (−∞, 1]. A constant target column scores 1 if it is predicted exactly (to 1e-12 of its
  ///   magnitude) and 0 otherwise. A column with a NaN scores NaN.
  /// - Precondition: equal shapes.
  /// - Complexity: O(m·q).
  public static func perColumn(predictions: Matrix<Double>, targets: Matrix<Double>) -> [Double] {
    precondition(
      predictions.rows == targets.rows && predictions.columns == targets.columns,
      "predictions (\(predictions.rows), \(predictions.columns)) of targets (\(targets.rows), \(targets.columns))")
    return perColumn(predictions: predictions, targets: targets, spread: Spread(targets))
  }

  /// How far targets are from their means: all of R² that does not depend on predictions.
  struct Spread: Sendable {
    /// About the reciprocal of each column's largest magnitude, so that no square over- or underflows.
    let scale: [Double]
    /// Whether each column is constant.
    let isConstant: [Bool]
    /// Σ (y − ȳ)² of each column in units of the scale.
    let squares: [Double]

    init(_ targets: Matrix<Double>) {
      let ranges = ColumnRange(targets)
      scale = ranges.inverseMagnitude
      isConstant = ranges.relativeSpread.map { !($0 > constantTolerance) }
      let means = targets.columnMoments(scale: scale).sums.map { $0 / Double(targets.rows) }
      squares = targets.columnMoments(scale: scale, shift: means).squares
    }

    private init(scale: [Double], isConstant: [Bool], squares: [Double]) {
      (self.scale, self.isConstant, self.squares) = (scale, isConstant, squares)
    }

    /// That of the same columns and the same again.
    var twice: Spread {
      Spread(scale: scale + scale, isConstant: isConstant + isConstant, squares: squares + squares)
    }
  }

  /// The same with what does not depend on predictions.
  static func perColumn(predictions: Matrix<Double>, targets: Matrix<Double>, spread: Spread) -> [Double] {
    let (rows, columns) = (targets.rows, targets.columns)
    guard rows > 0, columns > 0 else { return [Double](repeating: .nan, count: columns) }
    let differences = predictions - targets
    let errors = differences.columnMoments(scale: spread.scale).squares
    // Only constant columns ask for the largest error.
    let (low, high) = spread.isConstant.contains(true) ? differences.columnRanges() : ([], [])
    return (0..<columns).map { j in
      if errors[j].isNaN || spread.squares[j].isNaN { return .nan }
      guard spread.isConstant[j] else { return 1 - errors[j] / spread.squares[j] }
      return max(abs(low[j]), abs(high[j])) * spread.scale[j] <= constantTolerance ? 1 : 0
    }
  }

  /// The unweighted mean of per-column values over each group of columns; NaN for an empty group.
  public static func groupMeans(_ values: [Double], groups: [Range<Int>]) -> [Double] {
    groups.map { group in values[group].reduce(0, +) / Double(group.count) }
  }
}

/// Per column: how large the values are and how much they differ.
struct ColumnRange {
  /// 1 / max |x| rounded to a power of two, so that scaling by it is exact; 1 for a column of zeros.
  var inverseMagnitude: [Double]
  /// (max − min) / max |x|, in [0, 2]; 0 for a column of zeros.
  var relativeSpread: [Double]

  init(_ matrix: Matrix<Double>) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let (low, high) = matrix.columnRanges()
    inverseMagnitude = []
    relativeSpread = []
    for j in 0..<columns {
      let magnitude = max(abs(low[j]), abs(high[j]))
      let inverse = rows > 0 ? Self.inverse(ofMagnitude: magnitude) : nil
      inverseMagnitude.append(inverse ?? 1)
      relativeSpread.append(inverse == nil ? 0 : high[j] / magnitude - low[j] / magnitude)
    }
  }

  /// A power of two that brings values of a magnitude below 4, and never a denormal number, which a thread may flush to
  /// zero; nil below 1e-300, where it would not be finite: such values are zero for every purpose.
  static func inverse(ofMagnitude magnitude: Double) -> Double? {
    magnitude > 1e-300 ? 1 / min(magnitude.binade, 0x1p1022) : nil
  }

  /// ``units(_:)`` of all columns together: that of the largest.
  var commonUnit: Double { Self.units([inverseMagnitude.min() ?? 1])[0] }

  /// The magnitudes of which differences, squares and reciprocals of a spread are safe.
  private static let ordinary = 0x1p-400...0x1p400

  /// What columns of such inverse magnitudes are multiplied by to be safe to compute with: that, or 1 where they are as they come.
  static func units(_ inverseMagnitudes: [Double]) -> [Double] {
    inverseMagnitudes.map { ordinary.contains($0) ? 1 : $0 }
  }
}
