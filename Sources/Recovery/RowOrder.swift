public import LinearAlgebra

/// The orders in which ``RecoveryProtocol/multiviewCRL`` splits its rows, given instead of drawn, so that the split of another
/// program is repeated exactly.
///
/// scikit-learn's `train_test_split` takes the first quarter, rounded up, of `RandomState.permutation(rows)` to score on and the rest,
/// in that order, to fit on; such a permutation is what a column holds for each batch of rows.
public struct RowOrder: Sendable, Equatable {
  /// One list for each target column, or a single one for all.
  private let lists: [[Int]]

  /// Orders from a matrix.
  ///
  /// - Parameters:
  ///   - values: Shape (n, q), or (n, 1) for one order for all targets. In the rows of every batch of
  ///     ``RecoveryProtocol/splitBatches(rows:)`` a column holds the numbers from 0 to one less than the batch has rows, each once.
  ///   - rows: n, the rows of the targets.
  ///   - targets: q, the columns of the targets.
  ///   - name: What an error calls the matrix: its file.
  /// - Throws: ``RecoveryError/rowOrder(what:reason:)``.
  /// - Complexity: O(n·q).
  public init(_ values: Matrix<Double>, rows: Int, targets: Int, name: String) throws(RecoveryError) {
    func fault(_ reason: String) -> RecoveryError { .rowOrder(what: name, reason: reason) }
    guard values.rows == rows, values.columns == 1 || values.columns == targets else {
      throw fault(
        "its shape is (\(values.rows), \(values.columns)), and the targets' (\(rows), \(targets)); "
          + "give (\(rows), \(targets)), or (\(rows), 1) for one order for all targets")
    }
    var lists: [[Int]] = []
    for column in 0..<values.columns {
      let numbers = values.column(column)
      var list: [Int] = []
      for batch in RecoveryProtocol.splitBatches(rows: rows) {
        var seen = [Bool](repeating: false, count: batch.count)
        for row in batch {
          guard let number = Int(exactly: numbers[row]), seen.indices.contains(number) else {
            throw fault(
              "row \(row), column \(column) is \(numbers[row]); rows \(batch.lowerBound) to \(batch.upperBound - 1) are one "
                + "batch, whose rows are counted from 0 to \(batch.count - 1)")
          }
          guard !seen[number] else {
            throw fault(
              "row \(row), column \(column) names row \(number) of its batch a second time; give every row once")
          }
          seen[number] = true
          list.append(number)
        }
      }
      lists.append(list)
    }
    self.lists = lists
  }

  /// The order of the rows of a batch for a target column, counted from 0 within the batch.
  func order(batch: Range<Int>, target: Int) -> [Int] { Array(lists[lists.count == 1 ? 0 : target][batch]) }

  /// The orders of some of the target columns.
  func columns(at indices: [Int]) -> RowOrder { lists.count == 1 ? self : RowOrder(lists: indices.map { lists[$0] }) }

  private init(lists: [[Int]]) { self.lists = lists }
}
