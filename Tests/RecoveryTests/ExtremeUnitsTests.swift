import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// Values at the ends of the range of numbers, whose differences overflow and whose squares are not numbers: scores are those of the
/// same values in units of a power of two, which changes no digit of them.
@Suite struct ExtremeUnitsTests {
  static let (rows, trainRows) = (150, 100)

  /// Features on which targets depend, of about the magnitude 1, or as large as numbers are.
  static let x = gaussianMatrix(rows, 3, seed: 91)
  static let y: Matrix<Double> = {
    var y = gaussianMatrix(rows, 2, seed: 92)
    for i in 0..<rows { for j in 0..<2 { y[i, j] = x[i, j] + 0.5 * x[i, j + 1] * x[i, 0] + 0.3 * y[i, j] } }
    return y
  }()

  /// The same in other units: the largest magnitude becomes 1.7e308.
  private static func stretched(_ matrix: Matrix<Double>) -> Matrix<Double> {
    let largest = matrix.storage.reduce(0) { max($0, abs($1)) }
    return 1.7e308 * ((1 / largest) * matrix)
  }

  /// ±1.7e308 by the sign.
  private static func ends(_ matrix: Matrix<Double>) -> Matrix<Double> {
    Matrix(rows: matrix.rows, columns: matrix.columns, storage: matrix.storage.map { $0 < 0 ? -1.7e308 : 1.7e308 })
  }

  private static func scaled(_ matrix: Matrix<Double>, column: Int, by factor: Double) -> Matrix<Double> {
    var result = matrix
    for i in 0..<matrix.rows { result[i, column] *= factor }
    return result
  }

  /// All that `strata evaluate` prints of a metric for one group of two targets, and for the first target given the other: the
  /// representation, its shuffled floor, the raw input and its principal components.
  private static func scores(
    _ metric: RecoveryMetric, _ x: Matrix<Double>, _ y: Matrix<Double>
  ) throws -> [Double] {
    let groups = [MatrixEvaluation.Group(name: "both", columns: [0, 1]), .init(name: "first", columns: [0])]
    let references = [MatrixEvaluation.Reference(name: MatrixEvaluation.Reference.input, features: x)]
    let evaluation = try MatrixEvaluation(
      representation: x.columns(0..<2), targets: y, groups: groups, references: references, trainRows: trainRows,
      limits: .init(landmarks: 30), permutations: 2, key: RandomKey(seed: 4))
    return try evaluation.scores(.strata, metrics: [metric]).filter { $0.undefined == nil }.map(\.value)
  }

  private static func expectEqual(
    _ metric: RecoveryMetric, _ x: Matrix<Double>, _ y: Matrix<Double>, as expected: [Double], _ what: Comment
  ) throws {
    let values = try scores(metric, x, y)
    #expect(values.allSatisfy(\.isFinite) && largestDifference(values, expected) <= 1e-12, what)
  }

  @Test(
    "Every metric of features, of targets and of both is the same in units of 2^1000 and 2^-980",
    arguments: RecoveryMetric.allCases)
  func units(metric: RecoveryMetric) throws {
    let expected = try Self.scores(metric, Self.x, Self.y)
    #expect(expected.count >= 4 && expected.contains { abs($0) > 0.005 })
    for unit in [0x1p1000, 0x1p-980] {
      try Self.expectEqual(metric, unit * Self.x, Self.y, as: expected, "features by \(unit)")
      try Self.expectEqual(metric, Self.x, unit * Self.y, as: expected, "targets by \(unit)")
      try Self.expectEqual(metric, unit * Self.x, unit * Self.y, as: expected, "both by \(unit)")
    }
    try Self.expectEqual(metric, 0x1p-980 * Self.x, 0x1p1000 * Self.y, as: expected, "apart")
    // Where small numbers count as zero, too.
    try BLASRuntime.flushingDenormals {
      try Self.expectEqual(metric, 0x1p1000 * Self.x, 0x1p-980 * Self.y, as: expected, "flushing")
    }
  }

  @Test("Every metric of values up to ±1.7e308 is that of the same over 2^1000", arguments: RecoveryMetric.allCases)
  func largest(metric: RecoveryMetric) throws {
    for (x, y) in [(Self.stretched(Self.x), Self.stretched(Self.y)), (Self.ends(Self.x), Self.ends(Self.y))] {
      let expected = try Self.scores(metric, 0x1p-1000 * x, 0x1p-1000 * y)
      try Self.expectEqual(metric, x, y, as: expected, "both")
      try Self.expectEqual(metric, x, 0x1p-1000 * y, as: expected, "features")
      try Self.expectEqual(metric, 0x1p-1000 * x, y, as: expected, "targets")
    }
  }

  /// Of a similarity of views that come as they are, one column of 2^1000 is all that there is.
  private static let columnwise = RecoveryMetric.allCases.filter {
    $0.direction != .none || $0.isHeldOut || $0 == .mig || $0 == .sap
  }

  @Test("A metric that standardises columns sees no unit of a single one", arguments: columnwise)
  func column(metric: RecoveryMetric) throws {
    // The input's principal components do see it.
    func scores(_ x: Matrix<Double>, _ y: Matrix<Double>) throws -> [Double] {
      let split = try HeldOutSplit(features: x, targets: y, trainRows: Self.trainRows)
      let scorer = RecoveryScorer(limits: .init(landmarks: 30), key: RandomKey(seed: 4))
      return try scorer.components(
        metric, split, metric.isPartial ? .init(columns: 0..<1, family: 0..<2) : .init(columns: 0..<2))
    }
    // Of ordinary size, and by 2^1000 ±1.7e308.
    let (x, y) = (0x1p-1000 * Self.ends(Self.x), 0x1p-1000 * Self.ends(Self.y))
    let expected = try scores(x, y)
    for unit in [0x1p1000, 0x1p-1000] {
      let (a, b) = (Self.scaled(x, column: 1, by: unit), Self.scaled(y, column: 1, by: unit))
      for (x, y) in [(a, y), (x, b), (a, b)] {
        #expect(try largestDifference(scores(x, y), expected) <= 1e-12)
      }
    }
  }

  @Test(
    "Standardised values have the same bits in every unit, and come back",
    arguments: [0x1p-990, 0x1p-500, 0x1p300, 0x1p500, 0x1p1020])
  func bits(unit: Double) {
    let (scale, moved) = (Standardisation(Self.x), unit * Self.x)
    let standard = scale.applied(to: Self.x)
    let other = Standardisation(moved)
    #expect(other.applied(to: moved).storage == standard.storage)
    #expect(other.reverted(standard).storage == (unit * scale.reverted(standard)).storage)
    // The plain formula, from means and deviations that any column has.
    let mean = scale.reverted(Matrix(rows: 1, columns: 3)).storage
    for (value, place) in zip(standard.storage, Self.x.storage.indices) {
      let column = Self.x.column(place % 3)
      let square = column.reduce(0) { $0 + ($1 - mean[place % 3]) * ($1 - mean[place % 3]) } / Double(Self.rows)
      #expect(abs(value - (Self.x.storage[place] - mean[place % 3]) / square.squareRoot()) < 1e-14 * max(1, abs(value)))
    }
  }

  @Test(
    "A column that is constant over the training rows is zero everywhere, whatever its value and that of other rows")
  func constant() throws {
    let values = [0, .leastNormalMagnitude / 64, 1e-299, 1, 1e299, 1.7e308]
    let train = Matrix(rows: 2, columns: values.count, storage: values + values)
    let scale = Standardisation(train)
    for other in [1.7e308, -1.7e308, .leastNormalMagnitude / 64, 0] {
      let test = Matrix(rows: 1, columns: values.count, storage: values.map { _ in other })
      #expect(scale.applied(to: test).storage.allSatisfy { $0 == 0 })
    }
    #expect(scale.reverted(Matrix(rows: 1, columns: values.count)).storage == values)
    // Nor does it change what others are in a view that is taken as it comes.
    let huge = Matrix(rows: Self.rows, columns: 1, storage: [Double](repeating: 1.7e308, count: Self.rows))
    let beside = Matrix.concatenatingColumns([huge, 0x1p-980 * Self.x])
    #expect(
      try abs(
        KernelAlignment.linear(beside, Self.y, estimator: .biased)
          - KernelAlignment.linear(Self.x, Self.y, estimator: .biased)) <= 1e-12)
  }

  @Test(
    "So are the scores of other protocols, but of the network that reads targets as they are",
    arguments: [RecoveryProtocol.sslIdentifiability, .multiviewCRL, .clICA])
  func protocols(protocol: RecoveryProtocol) throws {
    func values(_ x: Matrix<Double>, _ y: Matrix<Double>) throws -> [Double] {
      try `protocol`.scores(features: x, targets: y, trainRows: Self.trainRows, key: RandomKey(seed: 5))
        .filter { $0.name != "r2-mlp" }.map(\.value)
    }
    let expected = try values(Self.x, Self.y)
    #expect(try largestDifference(values(0x1p1000 * Self.x, 0x1p-980 * Self.y), expected) <= 1e-12)
    #expect(try largestDifference(values(0x1p-980 * Self.x, 0x1p1000 * Self.y), expected) <= 1e-12)
  }
}
