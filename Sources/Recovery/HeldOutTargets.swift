internal import LinearAlgebra
internal import Synchronization

/// The targets of a split and what several scores ask of them, each worked out once, when it is asked for, and shared by all splits that
/// have them: the floors and ceilings of a representation.
///
/// Shuffled targets are the original ones and an order of their rows. What does not depend on the order is that of the original, and a
/// score that reads the rows only once need not have them written to memory in their new order.
final class HeldOutTargets: Sendable {
  /// Targets in units of their training rows.
  struct Standardised: Sendable {
    let scale: Standardisation
    /// Shape (n, q).
    let train: Matrix<Double>
    /// Shape (m, q).
    let test: Matrix<Double>
  }

  private enum Source {
    case given(train: Matrix<Double>, test: Matrix<Double>)
    /// The rows of others in another order.
    case shuffled(HeldOutTargets, RowOrders)
    /// Others, and beside them the same columns with their rows in another order.
    case besideShuffled(HeldOutTargets, RowOrders)
  }

  private struct Whitening: Hashable {
    let columns: Range<Int>
    let ridge: Double
  }

  private struct State {
    var raw: (train: Matrix<Double>, test: Matrix<Double>)?
    var standardised: Standardised?
    var spread: R2.Spread?
    /// What columns are multiplied by to be in range.
    var units: [Double]?
    var testMoments: ColumnMoments?
    var foldMoments: [Int: [ColumnMoments]] = [:]
    var whitening: [Whitening: Matrix<Double>] = [:]
  }

  /// n.
  let trainRows: Int
  /// m.
  let testRows: Int
  /// q.
  let columns: Int
  private let source: Source
  private let state = Mutex(State())

  /// Shapes (n, q) and (m, q).
  init(train: Matrix<Double>, test: Matrix<Double>) {
    (trainRows, testRows, columns) = (train.rows, test.rows, train.columns)
    source = .given(train: train, test: test)
  }

  private init(_ source: Source, trainRows: Int, testRows: Int, columns: Int) {
    (self.trainRows, self.testRows, self.columns) = (trainRows, testRows, columns)
    self.source = source
  }

  /// The same rows in other orders.
  func shuffled(_ orders: RowOrders) -> HeldOutTargets {
    HeldOutTargets(.shuffled(self, orders), trainRows: trainRows, testRows: testRows, columns: columns)
  }

  /// The targets, and beside them the same columns with their rows in other orders: 2q columns.
  func besideShuffled(_ orders: RowOrders) -> HeldOutTargets {
    HeldOutTargets(.besideShuffled(self, orders), trainRows: trainRows, testRows: testRows, columns: 2 * columns)
  }

  /// The training rows, shape (n, q).
  var train: Matrix<Double> { raw.train }
  /// The test rows, shape (m, q).
  var test: Matrix<Double> { raw.test }

  private var raw: (train: Matrix<Double>, test: Matrix<Double>) {
    if case .given(let train, let test) = source { return (train, test) }
    return state.withLock { state in
      if let known = state.raw { return known }
      let made = reordered { ($0.train, $0.test) }
      state.raw = made
      return made
    }
  }

  /// Both parts in units of the training rows.
  var standardised: Standardised {
    state.withLock { state in
      if let known = state.standardised { return known }
      let made: Standardised
      switch source {
      case .given(let train, let test):
        let scale = Standardisation(train)
        made = Standardised(scale: scale, train: scale.applied(to: train), test: scale.applied(to: test))
      case .shuffled(let others, _), .besideShuffled(let others, _):
        let (train, test) = reordered { ($0.standardised.train, $0.standardised.test) }
        let scale = others.scale
        made = Standardised(scale: train.columns == others.columns ? scale : scale.twice, train: train, test: test)
      }
      state.standardised = made
      return made
    }
  }

  /// The units of ``standardised``.
  var scale: Standardisation {
    unshuffled?.targets.scale ?? standardised.scale
  }

  /// The denominators of R² on the test rows.
  var spread: R2.Spread {
    state.withLock { state in
      if let known = state.spread { return known }
      let made: R2.Spread
      switch source {
      case .given(_, let test): made = R2.Spread(test)
      case .shuffled(let others, _): made = others.spread
      case .besideShuffled(let others, _): made = others.spread.twice
      }
      state.spread = made
      return made
    }
  }

  /// Σ y and Σ y² over the test rows, in units of the training rows.
  var testMoments: ColumnMoments {
    if let (others, _) = unshuffled { return others.testMoments }
    let test = standardised.test
    return state.withLock { state in
      if let known = state.testMoments { return known }
      let made = test.columnMoments()
      state.testMoments = made
      return made
    }
  }

  /// Standardised training rows with Σ y and Σ y² over them, for each of the folds of cross-validation; the matrix has the rows of the
  /// second value of each fold.
  func folds(_ folds: [Range<Int>]) -> [(rows: Matrix<Double>, range: Range<Int>, moments: ColumnMoments)] {
    if case .shuffled(let others, let orders) = source {
      let train = others.standardised.train
      return folds.map { fold in
        let rows = train.rows(at: Array(orders.train[fold]))
        return (rows, 0..<fold.count, rows.columnMoments())
      }
    }
    let train = standardised.train
    let moments = state.withLock { state in
      if let known = state.foldMoments[folds.count] { return known }
      let made = folds.map { train.columnMoments(rows: $0) }
      state.foldMoments[folds.count] = made
      return made
    }
    return zip(folds, moments).map { (train, $0, $1) }
  }

  /// The lower Cholesky factor of the regularised correlation matrix of some columns over the training rows.
  func whiteningFactor(of range: Range<Int>, ridge: Double) throws(RecoveryError) -> Matrix<Double> {
    let key = Whitening(columns: range, ridge: ridge)
    if let known = state.withLock({ $0.whitening[key] }) { return known }
    let made = try Recovery.whiteningFactor(standardised.train.columns(range), ridge: ridge)
    state.withLock { $0.whitening[key] = made }
    return made
  }

  /// Targets with the same R² for the same standardised predictions, whose own units are safe to compute with: these, unless columns are at
  /// the ends of the range of numbers.
  ///
  /// - Complexity: O((n + m)·q).
  var inRange: HeldOutTargets {
    switch source {
    case .given(let train, let test):
      let units = state.withLock { state in
        if let known = state.units { return known }
        // The larger magnitude of both parts.
        let made = ColumnRange.units(
          zip(ColumnRange(train).inverseMagnitude, ColumnRange(test).inverseMagnitude).map { min($0, $1) })
        state.units = made
        return made
      }
      guard units.contains(where: { $0 != 1 }) else { return self }
      return HeldOutTargets(train: train.columnsScaled(by: units), test: test.columnsScaled(by: units))
    case .shuffled(let others, let orders):
      let scaled = others.inRange
      return scaled === others ? self : scaled.shuffled(orders)
    case .besideShuffled(let others, let orders):
      let scaled = others.inRange
      return scaled === others ? self : scaled.besideShuffled(orders)
    }
  }

  /// The targets that these are in another order, and that order; nil if they are in the order in which they came.
  var unshuffled: (targets: HeldOutTargets, orders: RowOrders)? {
    if case .shuffled(let others, let orders) = source { (others, orders) } else { nil }
  }

  /// Σ x yᵀ over the test rows, y standardised; shape (k, q).
  ///
  /// - Parameter features: Shape (m, k).
  func testProducts(with features: Matrix<Double>) -> Matrix<Double> {
    guard case .shuffled(let others, let orders) = source else {
      return features.multiplied(by: standardised.test, transposeSelf: true)
    }
    // Σ xᵢ y_σ(i) is the same whichever of the two is put in order, and features are fewer.
    return features.rows(at: RowOrders.inverse(orders.test)).multiplied(
      by: others.standardised.test, transposeSelf: true)
  }

  /// A pair of matrices of the original targets in the orders of these.
  private func reordered(
    _ parts: (HeldOutTargets) -> (Matrix<Double>, Matrix<Double>)
  ) -> (train: Matrix<Double>, test: Matrix<Double>) {
    switch source {
    case .given: return parts(self)
    case .shuffled(let others, let orders):
      let (train, test) = parts(others)
      return (train.rows(at: orders.train), test.rows(at: orders.test))
    case .besideShuffled(let others, let orders):
      let (train, test) = parts(others)
      return (train.besideItself(in: orders.train), test.besideItself(in: orders.test))
    }
  }
}

/// Σ y and Σ y² of each column.
typealias ColumnMoments = (sums: [Double], squares: [Double])

/// Orders of the rows of both parts of a split: the row that comes to stand in each place.
struct RowOrders: Sendable {
  /// n of them, a permutation.
  let train: [Int]
  /// m of them, a permutation.
  let test: [Int]

  /// The order that undoes one: the place in which each row comes to stand.
  static func inverse(_ order: [Int]) -> [Int] {
    var places = order
    for (place, row) in order.enumerated() { places[row] = place }
    return places
  }
}
