internal import LinearAlgebra

/// The cross-validation that all probes share: contiguous folds, and hyper-parameters chosen for each group of targets.
enum CrossValidation {
  /// Contiguous ranges that cover 0 ..< rows, whose lengths differ by at most one: no shuffle, since rows are independent
  /// draws. At most `rows` folds.
  static func folds(_ count: Int, rows: Int) -> [Range<Int>] {
    let count = min(count, rows)
    return (0..<count).map { $0 * rows / count..<($0 + 1) * rows / count }
  }

  /// A fold with the targets outside it and inside it, both less the means of those outside, which play the intercept.
  struct CentredFold {
    /// The rows of the fold.
    let rows: Range<Int>
    /// Shape (n − fold, q).
    let known: Matrix<Double>
    /// Shape (fold, q).
    let wanted: Matrix<Double>
  }

  /// The folds with their targets, shape (n, q): made once for all grid points.
  static func centredFolds(_ count: Int, of targets: Matrix<Double>) -> [CentredFold] {
    folds(count, rows: targets.rows).map { fold in
      var (known, wanted) = (targets.rows(excluding: fold), targets.rows(fold))
      let means = known.columnMeans()
      known.subtractRow(means)
      wanted.subtractRow(means)
      return CentredFold(rows: fold, known: known, wanted: wanted)
    }
  }

  /// The grid point with the best mean R² for each group.
  ///
  /// - Parameters:
  ///   - errors: For each grid point, the sum over all out-of-fold predictions of the squared error of each target
  ///     column in standardised units; not finite where the point could not be fitted. Simplest model first: the first
  ///     of equals wins.
  ///   - active: Whether each target column varies; constant ones do not count.
  ///   - groups: Ranges of columns.
  /// - Returns: An index into `errors` for each group.
  ///
  /// Each active column has the same total sum of squares (it is standardised), so the best mean R² is the least sum of
  /// squared errors.
  static func bestGridPoints(errors: [[Double]], active: [Bool], groups: [Range<Int>]) -> [Int] {
    groups.map { group in
      var (best, bestError) = (0, Double.infinity)
      for (point, columnErrors) in errors.enumerated() {
        var sum = 0.0
        for j in group where active[j] { sum += columnErrors[j] }
        if sum < bestError { (best, bestError) = (point, sum) }
      }
      return best
    }
  }

  /// The columns of all groups that chose each grid point, ascending by grid point; points nobody chose are left out.
  static func columnsByGridPoint(_ choices: [Int], groups: [Range<Int>]) -> [(point: Int, columns: [Int])] {
    var columns: [Int: [Int]] = [:]
    for (choice, group) in zip(choices, groups) { columns[choice, default: []] += Array(group) }
    return columns.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
  }
}
