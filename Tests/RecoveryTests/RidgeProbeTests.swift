import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

@Suite struct RidgeProbeTests {
  /// Ridge predictions by the normal equations of the augmented least-squares problem, solved by elimination.
  private func reference(_ split: HeldOutSplit, penalty: Double) -> Matrix<Double> {
    let x = standardised(split.trainFeatures, by: split.trainFeatures)
    let means = columnMeans(split.trainTargets)
    var y = split.trainTargets
    for i in 0..<y.rows { for j in 0..<y.columns { y[i, j] -= means[j] } }
    // Rows of √(n·penalty)·I below x, zeros below y: plain least squares on these is ridge regression.
    let root = (penalty * Double(x.rows)).squareRoot()
    let augmented = Matrix.concatenatingRows([x, root * .identity(x.columns)])
    let padded = Matrix.concatenatingRows([y, Matrix(rows: x.columns, columns: y.columns)])
    let (q, r) = try! augmented.qr()
    let weights = eliminationSolve(r, q.transposed() * padded)
    var predictions = standardised(split.testFeatures, by: split.trainFeatures) * weights
    for i in 0..<predictions.rows { for j in 0..<means.count { predictions[i, j] += means[j] } }
    return predictions
  }

  @Test("Predictions are those of augmented least squares by QR", arguments: [1e-8, 1e-3, 1.0], [1, 3, 20])
  func augmentedLeastSquares(penalty: Double, k: Int) throws {
    let x = gaussianMatrix(90, k, seed: 3) + Matrix(rows: 90, columns: k, repeating: 4)
    let y = gaussianMatrix(90, 5, seed: 4) + x * gaussianMatrix(k, 5, seed: 5)
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 50)
    let predictions = try RidgeProbe(penalties: [penalty]).predictions(split, groups: [0..<5])
    #expect((predictions - reference(split, penalty: penalty)).maximumMagnitude < 1e-10)
  }

  /// For each penalty, the mean over columns of the out-of-fold R², by explicitly fitting each fold on the rows left.
  private func explicitCrossValidation(_ split: HeldOutSplit, penalties: [Double], folds: Int) -> [[Double]] {
    let x = standardised(split.trainFeatures, by: split.trainFeatures)
    let (n, k, q) = (x.rows, x.columns, split.trainTargets.columns)
    return penalties.map { penalty in
      var errors = [Double](repeating: 0, count: q)
      for fold in 0..<folds {
        let held = fold * n / folds..<(fold + 1) * n / folds
        let rest = (0..<n).filter { !held.contains($0) }
        let (xt, yt) = (x.rows(at: rest), split.trainTargets.rows(at: rest))
        let (xm, ym) = (columnMeans(xt), columnMeans(yt))
        var gram = Matrix<Double>(rows: k, columns: k)
        var cross = Matrix<Double>(rows: k, columns: q)
        for i in rest.indices {
          for a in 0..<k {
            for b in 0..<k { gram[a, b] += (xt[i, a] - xm[a]) * (xt[i, b] - xm[b]) }
            for b in 0..<q { cross[a, b] += (xt[i, a] - xm[a]) * (yt[i, b] - ym[b]) }
          }
        }
        for a in 0..<k { gram[a, a] += penalty * Double(rest.count) }
        let w = eliminationSolve(gram, cross)
        for i in held {
          for j in 0..<q {
            var prediction = ym[j]
            for a in 0..<k { prediction += (x[i, a] - xm[a]) * w[a, j] }
            errors[j] += (split.trainTargets[i, j] - prediction) * (split.trainTargets[i, j] - prediction)
          }
        }
      }
      return (0..<q).map { j in
        let column = split.trainTargets.column(j)
        return 1 - errors[j] / column.reduce(0) { $0 + ($1 - mean(column)) * ($1 - mean(column)) }
      }
    }
  }

  @Test("Each group gets the penalty that explicit cross-validation finds best for its mean R²", arguments: 0..<6)
  func crossValidation(seed: UInt64) throws {
    // 40 rows and 15 features, signals from none to strong: the best penalty differs between columns.
    let x = gaussianMatrix(80, 15, seed: 100 + seed)
    var y = gaussianMatrix(80, 6, seed: 200 + seed)
    for i in 0..<80 { for j in 0..<6 { y[i, j] += Double(j) * x[i, j] } }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 40)
    let penalties = [1e-4, 1e-2, 0.3, 3, 100]
    let groups = [0..<2, 2..<3, 3..<6]
    let scores = explicitCrossValidation(split, penalties: penalties, folds: 4)
    let values = try RidgeProbe(penalties: penalties, folds: 4).heldOutR2(split, groups: groups)
    for group in groups {
      let best = penalties.indices.max { mean(Array(scores[$0][group])) < mean(Array(scores[$1][group])) }!
      let expected = try RidgeProbe(penalties: [penalties[best]]).heldOutR2(split)
      #expect(largestDifference(Array(values[group]), Array(expected[group])) < 1e-10)
    }
  }

  /// Splits for R² from moments, and those that it must leave to predictions: constant targets, test rows far from the training
  /// rows' mean or with a spread of nothing, collinear features of unlike sizes with hardly any penalty.
  private func momentSplit(_ kind: String) throws -> HeldOutSplit {
    let (k, q) = (5, 12)
    var x = gaussianMatrix(300, k, seed: 61)
    var y = gaussianMatrix(300, q, seed: 62) + x * gaussianMatrix(k, q, seed: 63)
    for i in 0..<300 {
      switch kind {
      case "constant target": y[i, 3] = 7
      case "constant test target": if i >= 200 { y[i, 3] = 0.5 }
      case "far test target": if i >= 200 { y[i, 3] = 1e9 + y[i, 3] }
      case "collinear": x[i, 4] = x[i, 0] + 1e-9 * x[i, 4]
      case "predicted": for j in 0..<q { y[i, j] = x[i, j % k] }
      case "nearly predicted": for j in 0..<q { y[i, j] = x[i, j % k] + pow(10, -Double(j) / 2) * y[i, j] }
      default: break
      }
    }
    return try HeldOutSplit(features: x, targets: y, trainRows: 200)
  }

  @Test(
    "R² from moments is that of the predictions, to rounding",
    arguments: [
      "plain", "constant target", "constant test target", "far test target", "collinear", "predicted",
      "nearly predicted",
    ],
    [1e-14, 1e-6, 1])
  func moments(kind: String, penalty: Double) throws {
    let split = try momentSplit(kind)
    let probe = RidgeProbe(penalties: [penalty])
    let predictions = try probe.predictions(split, groups: [0..<12])
    let expected = R2.perColumn(predictions: predictions, targets: split.testTargets)
    let values = try probe.heldOutR2(split)
    for j in 0..<12 {
      // 10⁻¹² of the sum of squared deviations; of test rows 10⁹ from the mean predictions themselves are rounded.
      #expect(abs(values[j] - expected[j]) <= 1e-11 * max(1, abs(expected[j])), "column \(j)")
      // Partial R² is a ratio of such differences.
      if kind == "nearly predicted" {
        #expect(abs(values[j] - expected[j]) <= 1e-9 * (1 - expected[j]), "column \(j)")
      }
    }
  }

  @Test("Shuffled targets score what their rows score, written out in that order", arguments: [1, 5])
  func shuffledTargets(k: Int) throws {
    let split = try linearGaussianSplit(rows: 300, trainRows: 180, k: k, q: 30, r2: 0.5, seed: 65)
    var (stream, same) = (RandomStream(RandomKey(seed: 66)), RandomStream(RandomKey(seed: 66)))
    let (shuffled, beside) = split.withShuffledTargets(using: &stream)
    let written = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: shuffledRows(split.trainTargets, using: &same),
      testFeatures: split.testFeatures, testTargets: shuffledRows(split.testTargets, using: &same))
    let groups = [0..<4, 4..<30]
    let expected = try RidgeProbe().heldOutR2(written, groups: groups)
    #expect(largestDifference(try RidgeProbe().heldOutR2(shuffled, groups: groups), expected) < 1e-12)
    #expect(shuffled.trainTargets == written.trainTargets && shuffled.testTargets == written.testTargets)
    #expect(
      beside.trainTargets == .concatenatingColumns([split.trainTargets, written.trainTargets])
        && beside.testTargets == .concatenatingColumns([split.testTargets, written.testTargets]))
    let both = try RidgeProbe().heldOutR2(
      beside, groups: groups + groups.map { $0.lowerBound + 30..<$0.upperBound + 30 })
    #expect(largestDifference(both, try RidgeProbe().heldOutR2(split, groups: groups) + expected) < 1e-12)
    // What is shared with the original targets must be no other than what is worked out anew.
    #expect(
      largestDifference(
        try meanCanonicalCorrelations(shuffled, groups: groups), try meanCanonicalCorrelations(written, groups: groups))
        < 1e-12)
  }

  @Test("Held-out R² of a linear-Gaussian pair is the population value", arguments: [0.05, 0.5, 0.95, 1.0])
  func population(r2: Double) throws {
    let split = try linearGaussianSplit(rows: 40_000, trainRows: 20_000, k: 3, q: 3, r2: r2, seed: 11)
    // Standard error of a sample R²: 2 √R² (1 − R²) / √m ≤ 0.0055 here; four of them, plus k/n for the fit.
    let tolerance = 8 * r2.squareRoot() * (1 - r2) / 20_000.squareRoot() + 1e-3 * (1 - r2) + 1e-9
    for value in try RidgeProbe().heldOutR2(split) { #expect(abs(value - r2) < tolerance) }
  }

  @Test(
    "Features that know nothing score 0, not more, even with as many features as rows", arguments: [10, 80, 100, 150])
  func independence(k: Int) throws {
    let split = try HeldOutSplit(
      features: gaussianMatrix(2100, k, seed: 21), targets: gaussianMatrix(2100, 40, seed: 22), trainRows: 100)
    let values = try RidgeProbe().heldOutR2(split)
    // The intercept alone costs 1/n = .01; the rest is the sampling error of 40 columns of 2000 rows.
    #expect(abs(mean(values)) < 0.03)
    // In-sample the same regression would explain k/n of the variance, or all of it.
    let inSample = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets, testFeatures: split.trainFeatures,
      testTargets: split.trainTargets)
    let flattering = mean(try RidgeProbe(penalties: [1e-6]).heldOutR2(inSample))
    #expect(flattering > Double(min(k, 99)) / 100 - 0.05)
  }

  @Test("The score is the held-out one: the test targets decide, the training fit does not")
  func heldOut() throws {
    let split = try linearGaussianSplit(rows: 200, trainRows: 100, k: 3, q: 2, r2: 0.9, seed: 31)
    let swapped = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets, testFeatures: split.testFeatures,
      testTargets: -1 * split.testTargets)
    #expect(mean(try RidgeProbe().heldOutR2(split)) > 0.8)
    #expect(mean(try RidgeProbe().heldOutR2(swapped)) < -1)
  }

  @Test("Predictions do not depend on the test rows' targets, nor on the other test rows")
  func noLeak() throws {
    let split = try linearGaussianSplit(rows: 100, trainRows: 60, k: 4, q: 3, r2: 0.5, seed: 41)
    let predictions = try RidgeProbe().predictions(split, groups: [0..<3])
    let part = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets,
      testFeatures: split.testFeatures.rows(5..<9),
      testTargets: gaussianMatrix(4, 3, seed: 1))
    let again = try RidgeProbe().predictions(part, groups: [0..<3])
    #expect((again - predictions.rows(5..<9)).maximumMagnitude < 1e-13)
  }

  @Test("Shifting and scaling features or targets changes nothing", arguments: [1e-6, 3.0, 1e6])
  func affineInvariance(scale: Double) throws {
    let split = try linearGaussianSplit(rows: 300, trainRows: 150, k: 4, q: 4, r2: 0.6, seed: 51)
    let base = try RidgeProbe().heldOutR2(split)
    func moved(_ matrix: Matrix<Double>) -> Matrix<Double> {
      var result = matrix
      for i in 0..<matrix.rows {
        for j in 0..<matrix.columns { result[i, j] = matrix[i, j] * scale * Double(j + 1) + 10 * scale }
      }
      return result
    }
    let changed = try HeldOutSplit(
      trainFeatures: moved(split.trainFeatures), trainTargets: moved(split.trainTargets),
      testFeatures: moved(split.testFeatures), testTargets: moved(split.testTargets))
    #expect(largestDifference(try RidgeProbe().heldOutR2(changed), base) < 1e-9)
  }

  @Test("With a light penalty, an invertible linear mixing of the features changes nothing")
  func mixingInvariance() throws {
    let split = try linearGaussianSplit(rows: 400, trainRows: 200, k: 5, q: 5, r2: 0.7, seed: 61)
    let mixing = gaussianMatrix(5, 5, seed: 62) + 3.0 * .identity(5)
    let mixed = try HeldOutSplit(
      trainFeatures: split.trainFeatures * mixing, trainTargets: split.trainTargets,
      testFeatures: split.testFeatures * mixing, testTargets: split.testTargets)
    let probe = RidgeProbe(penalties: [1e-12])
    #expect(largestDifference(try probe.heldOutR2(mixed), try probe.heldOutR2(split)) < 1e-8)
  }

  @Test("Relabelled target columns and features carry their scores with them")
  func relabelling() throws {
    let split = try linearGaussianSplit(rows: 200, trainRows: 100, k: 6, q: 4, r2: 0.5, seed: 71)
    let order = [2, 0, 3, 1]
    let relabelled = try HeldOutSplit(
      trainFeatures: split.trainFeatures.columns(at: [5, 3, 1, 0, 2, 4]),
      trainTargets: split.trainTargets.columns(at: order),
      testFeatures: split.testFeatures.columns(at: [5, 3, 1, 0, 2, 4]),
      testTargets: split.testTargets.columns(at: order))
    let singles = (0..<4).map { $0..<$0 + 1 }
    let base = try RidgeProbe().heldOutR2(split, groups: singles)
    #expect(largestDifference(try RidgeProbe().heldOutR2(relabelled, groups: singles), order.map { base[$0] }) < 1e-12)
  }

  @Test("The order of rows within a fold is irrelevant")
  func rowOrder() throws {
    let split = try linearGaussianSplit(rows: 150, trainRows: 100, k: 4, q: 3, r2: 0.5, seed: 81)
    var stream = RandomStream(RandomKey(seed: 5))
    let order = (0..<5).flatMap { fold in stream.permutation(20).map { fold * 20 + $0 } }
    let shuffled = try HeldOutSplit(
      trainFeatures: split.trainFeatures.rows(at: order), trainTargets: split.trainTargets.rows(at: order),
      testFeatures: split.testFeatures, testTargets: split.testTargets)
    #expect(largestDifference(try RidgeProbe().heldOutR2(shuffled), try RidgeProbe().heldOutR2(split)) < 1e-12)
  }

  @Test("Duplicate, constant, rounded and surplus columns are safe at every penalty", arguments: [0, 1e-12, 1e-6, 1])
  func degenerateFeatures(penalty: Double) throws {
    let x = gaussianMatrix(120, 3, seed: 91)
    let noise = (1e-7 * gaussianMatrix(120, 3, seed: 92))
    let features = Matrix.concatenatingColumns([
      x, x, x + noise, Matrix(rows: 120, columns: 2, repeating: 0.1), (x + noise).float.double,
    ])
    let targets = x + 0.1 * gaussianMatrix(120, 3, seed: 93)
    let split = try HeldOutSplit(features: features, targets: targets, trainRows: 60)
    let values = try RidgeProbe(penalties: [penalty]).heldOutR2(split)
    #expect(values.allSatisfy { $0.isFinite })
    if penalty == 1e-6 {
      let plain = try RidgeProbe(penalties: [1e-6]).heldOutR2(
        HeldOutSplit(features: x, targets: targets, trainRows: 60))
      #expect(largestDifference(values, plain) < 1e-3)
    }
    let narrow = try HeldOutSplit(features: features, targets: targets, trainRows: 8)
    #expect(try RidgeProbe(penalties: [penalty]).heldOutR2(narrow).allSatisfy { $0.isFinite })
    #expect(try RidgeProbe().heldOutR2(narrow).allSatisfy { $0.isFinite })
  }

  @Test("No features, constant features and constant targets have defined scores")
  func constants() throws {
    let y = Matrix.concatenatingColumns([gaussianMatrix(60, 1, seed: 1), Matrix(rows: 60, columns: 1, repeating: 0.1)])
    for x in [Matrix<Double>(rows: 60, columns: 0), Matrix(rows: 60, columns: 2, repeating: 0.3)] {
      let values = try RidgeProbe().heldOutR2(HeldOutSplit(features: x, targets: y, trainRows: 30))
      #expect(values[0] <= 0 && values[0] > -0.5)
      #expect(values[1] == 1)
    }
    // Constant where it was learnt, varying where it is tested: the mean is all there is to predict.
    var varying = y
    for i in 30..<60 { varying[i, 1] = Double(i) }
    let split = try HeldOutSplit(features: gaussianMatrix(60, 2, seed: 2), targets: varying, trainRows: 30)
    #expect(try RidgeProbe().heldOutR2(split)[1] < 0)
    let none = try HeldOutSplit(features: y, targets: Matrix(rows: 60, columns: 0), trainRows: 30)
    #expect(try RidgeProbe().heldOutR2(none).isEmpty)
  }

  @Test("Two training rows, and magnitudes near the ends of the range, are no reason to fail")
  func extremes() throws {
    let (x, y) = (gaussianMatrix(20, 3, seed: 1), gaussianMatrix(20, 2, seed: 2))
    #expect(try RidgeProbe().heldOutR2(HeldOutSplit(features: x, targets: y, trainRows: 2)).allSatisfy { $0.isFinite })
    let base = try RidgeProbe().heldOutR2(HeldOutSplit(features: x, targets: y, trainRows: 10))
    for scale in [1e-200, 1e200] {
      let split = try HeldOutSplit(features: scale * x, targets: scale * y, trainRows: 10)
      #expect(largestDifference(try RidgeProbe().heldOutR2(split), base) < 1e-9)
    }
  }
}
