import LinearAlgebra
import Recovery
import Stochastics
import Testing

@Suite struct CanonicalCorrelationsTests {
  @Test("A single column's direction is that of ridge regression, alone, among others, and beside wide blocks")
  func singleColumns() throws {
    let split = try linearGaussianSplit(rows: 300, trainRows: 150, k: 5, q: 4, r2: 0.4, seed: 901)
    let predictions = try RidgeProbe(penalties: [1e-6]).predictions(split, groups: [0..<4])
    let expected = (0..<4).map { pearson(predictions.column($0), split.testTargets.column($0)) }
    let blocks = [2..<3, 0..<4, 0..<1, 1..<2, 1..<3, 3..<4]
    let values = try meanCanonicalCorrelations(split, groups: blocks)
    for (index, column) in [(0, 2), (2, 0), (3, 1), (5, 3)] {
      #expect(abs(values[index] - expected[column]) < 1e-9)
      #expect(try abs(meanCanonicalCorrelations(split, groups: [column..<column + 1])[0] - values[index]) < 1e-12)
    }
    #expect(try abs(meanCanonicalCorrelation(split) - values[1]) < 1e-12)
  }

  @Test(
    "Correlations on test rows are those of the projected rows, wherever the rows are and whatever is constant on them",
    arguments: [0, 10, 1e5])
  func testRows(shift: Double) throws {
    let plain = try linearGaussianSplit(rows: 300, trainRows: 150, k: 1, q: 4, r2: 0.4, seed: 905)
    var (features, targets) = (plain.testFeatures, plain.testTargets)
    for i in 0..<150 {
      features[i, 0] += shift
      for j in 0..<3 { targets[i, j] -= 2 * shift }
      targets[i, 3] = 1.7
    }
    let split = try HeldOutSplit(
      trainFeatures: plain.trainFeatures, trainTargets: plain.trainTargets, testFeatures: features,
      testTargets: targets)
    let values = try meanCanonicalCorrelations(split, groups: [0..<1, 3..<4, 1..<3])
    let sign = pearson(plain.trainFeatures.column(0), plain.trainTargets.column(0)) > 0 ? 1.0 : -1
    // Shifting by 10⁵ leaves eleven digits of the rows themselves.
    #expect(abs(values[0] - sign * pearson(features.column(0), targets.column(0))) < 1e-9)
    #expect(values[1] == 0)
    // The direction of two columns is that of the regression of the feature on them.
    let block = try HeldOutSplit(
      trainFeatures: plain.trainTargets.columns(1..<3), trainTargets: plain.trainFeatures,
      testFeatures: targets.columns(1..<3), testTargets: features)
    let fitted = try RidgeProbe(penalties: [1e-6]).predictions(block, groups: [0..<1])
    #expect(abs(values[2] - pearson(fitted.column(0), features.column(0))) < 1e-7)
  }

  private func pearson(_ x: [Double], _ y: [Double]) -> Double {
    let (a, b) = (mean(x), mean(y))
    let cross = zip(x, y).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
    let squares = x.reduce(0) { $0 + ($1 - a) * ($1 - a) } * y.reduce(0) { $0 + ($1 - b) * ($1 - b) }
    return cross / squares.squareRoot()
  }

  /// Views of n rows whose population canonical correlations are `values`, hidden under random invertible mixings.
  static func views(
    _ values: [Double], rows: Int, extraX: Int = 0, extraY: Int = 0, seed: UInt64
  ) -> (x: Matrix<Double>, y: Matrix<Double>) {
    let k = values.count
    var x = gaussianMatrix(rows, k + extraX, seed: seed)
    var y = gaussianMatrix(rows, k + extraY, seed: seed + 1)
    for i in 0..<rows {
      for (j, value) in values.enumerated() { y[i, j] = value * x[i, j] + (1 - value * value).squareRoot() * y[i, j] }
    }
    x = x * (gaussianMatrix(k + extraX, k + extraX, seed: seed + 2) + 3.0 * .identity(k + extraX))
    y = y * (gaussianMatrix(k + extraY, k + extraY, seed: seed + 3) + 3.0 * .identity(k + extraY))
    return (x, y)
  }

  @Test("Known population correlations are found, in-sample and held out")
  func population() throws {
    let expected = [0.95, 0.7, 0.4, 0.0]
    let (x, y) = Self.views(expected, rows: 40_000, extraX: 2, seed: 1)
    // Standard error of a canonical correlation: (1 − ρ²)/√n = .007 at most for 20 000 rows.
    let inSample = try canonicalCorrelations(x, y)
    #expect(largestDifference(inSample, expected) < 0.028)
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 20_000)
    let heldOut = try heldOutCanonicalCorrelations(split)
    #expect(largestDifference(heldOut, expected) < 0.028)
    #expect(abs(try meanCanonicalCorrelation(split) - mean(heldOut)) < 1e-15)
    #expect(largestDifference(try heldOutCanonicalCorrelations(split.reversed), heldOut) < 1e-8)
  }

  @Test("Two columns have the absolute value of Pearson's correlation")
  func pearson() throws {
    let (x, y) = (gaussianMatrix(50, 1, seed: 5), gaussianMatrix(50, 1, seed: 6))
    let (a, b) = (standardised(x, by: x), standardised(y, by: y))
    let correlation = (0..<50).reduce(0.0) { $0 + a[$1, 0] * b[$1, 0] } / 50
    #expect(abs(try canonicalCorrelations(x, y)[0] - abs(correlation)) < 1e-14)
  }

  @Test("An invertible affine map of either view changes nothing")
  func invariance() throws {
    let (x, y) = Self.views([0.9, 0.5, 0.2], rows: 300, seed: 11)
    let mixing = gaussianMatrix(3, 3, seed: 12) + 2.0 * .identity(3)
    let moved = 1e4 * (x * mixing) + Matrix(rows: 300, columns: 3, repeating: 1e4)
    #expect(largestDifference(try canonicalCorrelations(moved, y), try canonicalCorrelations(x, y)) < 1e-9)
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 150)
    let changed = try HeldOutSplit(features: moved, targets: y, trainRows: 150)
    #expect(
      largestDifference(
        try heldOutCanonicalCorrelations(changed, ridge: 0), try heldOutCanonicalCorrelations(split, ridge: 0)) < 1e-9)
    // The default ridge is a millionth of the variance of a column: a mixing changes the fourth digit at most.
    #expect(
      largestDifference(try heldOutCanonicalCorrelations(changed), try heldOutCanonicalCorrelations(split)) < 1e-4)
  }

  @Test("A view against an invertible mixing of itself scores 1, in-sample and held out")
  func identity() throws {
    let x = gaussianMatrix(200, 4, seed: 21)
    let y = x * (gaussianMatrix(4, 4, seed: 22) + 2.0 * .identity(4))
    for value in try canonicalCorrelations(x, y) { #expect(abs(value - 1) < 1e-12 && value <= 1) }
    for value in try heldOutCanonicalCorrelations(HeldOutSplit(features: x, targets: y, trainRows: 100)) {
      #expect(abs(value - 1) < 1e-6 && value <= 1)
    }
  }

  @Test(
    "Independent views: in-sample tends to 1 as columns approach rows, held out stays at 0",
    arguments: [10, 45, 90, 120])
  func bias(columns: Int) throws {
    let (x, y) = (gaussianMatrix(1100, columns, seed: 31), gaussianMatrix(1100, columns, seed: 32))
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 100)
    let inSample = try canonicalCorrelations(split.trainFeatures, split.trainTargets)
    #expect(inSample.allSatisfy { $0 >= 0 && $0 <= 1 })
    // p + q − n + 1 directions are common to two subspaces of n − 1 dimensions.
    let forced = min(max(2 * columns - 99, 0), 99)
    #expect(inSample.count { $0 > 1 - 1e-9 } >= forced)
    if columns >= 45 { #expect(mean(inSample) > 0.6) }
    let value = try meanCanonicalCorrelation(split)
    #expect(abs(value) < 4 / (1000.0 * Double(columns)).squareRoot())
  }

  @Test("Rank-deficient views: correlations for the rank only, none NaN, all in [0, 1]")
  func rankDeficiency() throws {
    let (x, y) = Self.views([0.9, 0.5], rows: 100, seed: 41)
    let wide = Matrix.concatenatingColumns([x, x, x * gaussianMatrix(2, 3, seed: 1), Matrix(rows: 100, columns: 1)])
    let values = try canonicalCorrelations(wide, Matrix.concatenatingColumns([y, y]))
    #expect(largestDifference(values, try canonicalCorrelations(x, y)) < 1e-9)
    #expect(try canonicalCorrelations(Matrix(rows: 100, columns: 2, repeating: 0.1), y).isEmpty)
    #expect(try canonicalCorrelations(Matrix(rows: 100, columns: 0), y).isEmpty)
    #expect(try canonicalCorrelations(wide.rows(0..<2), y.rows(0..<2)).allSatisfy { abs($0 - 1) < 1e-12 })

    let split = try HeldOutSplit(features: wide, targets: Matrix.concatenatingColumns([y, y]), trainRows: 60)
    let plain = try HeldOutSplit(features: x, targets: y, trainRows: 60)
    let heldOut = try heldOutCanonicalCorrelations(split)
    #expect(heldOut.count == 4)
    #expect(largestDifference(Array(heldOut[..<2]), try heldOutCanonicalCorrelations(plain)) < 1e-4)
    #expect(Array(heldOut[2...]) == [0, 0])
    #expect(try heldOutCanonicalCorrelations(split, ridge: 0).allSatisfy { $0.isFinite && abs($0) <= 1 })
    let constant = try HeldOutSplit(
      features: Matrix(rows: 100, columns: 2, repeating: 0.1), targets: y, trainRows: 60)
    #expect(try heldOutCanonicalCorrelations(constant) == [0, 0])
    let empty = try HeldOutSplit(features: Matrix(rows: 100, columns: 0), targets: y, trainRows: 60)
    #expect(try meanCanonicalCorrelation(empty) == 0)
  }

  @Test("Single-precision copies of columns count once at the tolerance for single precision")
  func singlePrecision() throws {
    let (x, y) = Self.views([0.9, 0.5], rows: 100, seed: 51)
    let rounded = Matrix.concatenatingColumns([x, x.float.double])
    #expect(try canonicalCorrelations(rounded, y, tolerance: 1e-5).count == 2)
    let difference = largestDifference(
      try canonicalCorrelations(rounded, y, tolerance: 1e-5), try canonicalCorrelations(x, y))
    #expect(difference < 1e-5)
  }

  @Test("The held-out value is measured on the test rows")
  func heldOut() throws {
    let (x, y) = Self.views([0.9], rows: 200, seed: 61)
    let split = try HeldOutSplit(
      trainFeatures: x.rows(0..<100), trainTargets: y.rows(0..<100), testFeatures: x.rows(100..<200),
      testTargets: -1 * y.rows(100..<200))
    #expect(try heldOutCanonicalCorrelations(split)[0] < -0.8)
  }

  @Test("Damaged and mismatched views are refused")
  func errors() throws {
    var x = gaussianMatrix(10, 2, seed: 1)
    let y = gaussianMatrix(10, 2, seed: 2)
    #expect(throws: RecoveryError.shapeMismatch(what: "the row counts of the two views", left: 9, right: 10)) {
      try canonicalCorrelations(x.rows(0..<9), y)
    }
    #expect(throws: RecoveryError.tooFewRows(what: "the two views", rows: 1, needed: 2)) {
      try canonicalCorrelations(x.rows(0..<1), y.rows(0..<1))
    }
    x[3, 1] = .nan
    #expect(throws: RecoveryError.nonFinite(what: "the values of the first view")) { try canonicalCorrelations(x, y) }
    #expect(throws: RecoveryError.nonFinite(what: "the values of the second view")) { try canonicalCorrelations(y, x) }
  }
}
