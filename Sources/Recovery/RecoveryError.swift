/// Why two matrices cannot be scored against each other: a fault of the data, never of the estimator's arithmetic.
public enum RecoveryError: Error, Equatable, CustomStringConvertible {
  /// A matrix holds NaN or infinity (a diverged encoder, an overflown target); a score of it would mean nothing.
  case nonFinite(what: String)
  /// A part of the split has fewer rows than a score needs.
  case tooFewRows(what: String, rows: Int, needed: Int)
  /// Two matrices that must share an extent do not.
  case shapeMismatch(what: String, left: Int, right: Int)
  /// A matrix has no columns.
  case noColumns(what: String)
  /// A given order of rows is no permutation of the rows of each batch.
  case rowOrder(what: String, reason: String)
  /// LAPACK failed on finite input.
  case numerical(operation: String, reason: String)

  /// One line: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .nonFinite(let what):
      "\(what) hold NaN or infinity; the encoder diverged or the file is damaged, so there is nothing to score"
    case .tooFewRows(let what, let rows, let needed):
      "\(what): \(rows) given, at least \(needed) needed; sample more"
    case .shapeMismatch(let what, let left, let right):
      "\(what) differ: \(left) and \(right); pass matrices of the same samples and the same variables"
    case .noColumns(let what):
      "\(what): a matrix without columns, so there is nothing to score; give one of at least one column"
    case .rowOrder(let what, let reason):
      "\(what): no order of rows: \(reason)"
    case .numerical(let operation, let reason):
      "\(operation) failed: \(reason)"
    }
  }
}
