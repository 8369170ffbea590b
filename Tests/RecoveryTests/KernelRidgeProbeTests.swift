import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

@Suite struct KernelRidgeProbeTests {
  /// exp(−gamma/k ‖aᵢ − bⱼ‖²) by the definition.
  private func kernel(_ a: Matrix<Double>, _ b: Matrix<Double>, gamma: Double) -> Matrix<Double> {
    var result = Matrix<Double>(rows: a.rows, columns: b.rows)
    for i in 0..<a.rows {
      for j in 0..<b.rows {
        let squared = (0..<a.columns).reduce(0.0) { $0 + (a[i, $1] - b[j, $1]) * (a[i, $1] - b[j, $1]) }
        result[i, j] = exp(-gamma / Double(a.columns) * squared)
      }
    }
    return result
  }

  /// Predictions for rows `test` from rows `train` of standardised x, the mean of the known targets as intercept.
  private func direct(
    _ train: Matrix<Double>, _ y: Matrix<Double>, _ test: Matrix<Double>, gamma: Double, penalty: Double
  ) -> Matrix<Double> {
    let means = columnMeans(y)
    var centred = y
    for i in 0..<y.rows { for j in 0..<y.columns { centred[i, j] -= means[j] } }
    let system = kernel(train, train, gamma: gamma) + (penalty * Double(train.rows)) * .identity(train.rows)
    var result = kernel(test, train, gamma: gamma) * eliminationSolve(system, centred)
    for i in 0..<result.rows { for j in 0..<result.columns { result[i, j] += means[j] } }
    return result
  }

  /// Noisy smooth functions of k features.
  private func split(rows: Int, trainRows: Int, k: Int, q: Int, noise: Double, seed: UInt64) throws -> HeldOutSplit {
    let x = gaussianMatrix(rows, k, seed: seed)
    var y = noise * gaussianMatrix(rows, q, seed: seed + 500)
    for i in 0..<rows { for j in 0..<q { y[i, j] += sin(Double(j + 1) * x[i, 0]) + x[i, k - 1] * x[i, k - 1] } }
    return try HeldOutSplit(features: x, targets: y, trainRows: trainRows)
  }

  @Test("Predictions are those of the direct dense solve", arguments: [0.05, 3.0], [1e-6, 1e-2, 10])
  func directSolve(gamma: Double, penalty: Double) throws {
    let split = try split(rows: 90, trainRows: 50, k: 3, q: 4, noise: 0.1, seed: 1)
    let x = standardised(split.trainFeatures, by: split.trainFeatures)
    let test = standardised(split.testFeatures, by: split.trainFeatures)
    let expected = direct(x, split.trainTargets, test, gamma: gamma, penalty: penalty)
    let values = try KernelRidgeProbe(penalties: [penalty], gammas: [gamma]).predictions(split, groups: [0..<4])
    #expect((values - expected).maximumMagnitude < 1e-8)
  }

  @Test(
    "Each group gets the pair that explicit cross-validation finds best", arguments: [1, 2, 3],
    [(3, false), (3, true), (24, false), (24, true)])
  func crossValidation(seed: UInt64, setting: (q: Int, isSingle: Bool)) throws {
    let (q, isSingle) = setting
    let split = try split(rows: 100, trainRows: 45, k: 2, q: q, noise: 0.5, seed: 10 * seed)
    let x = standardised(split.trainFeatures, by: split.trainFeatures)
    let (gammas, penalties) = ([0.1, 1.0, 10], [1e-4, 1e-2, 1.0])
    let groups = [0..<1, 1..<3] + (q > 3 ? [3..<q] : [])
    let y = standardised(split.trainTargets, by: split.trainTargets)
    var scores: [(gamma: Double, penalty: Double, errors: [Double])] = []
    for gamma in gammas {
      for penalty in penalties {
        var errors = [Double](repeating: 0, count: q)
        for fold in 0..<3 {
          let held = Array(fold * 15..<(fold + 1) * 15)
          let rest = (0..<45).filter { !held.contains($0) }
          let predictions = direct(x.rows(at: rest), y.rows(at: rest), x.rows(at: held), gamma: gamma, penalty: penalty)
          for (i, row) in held.enumerated() {
            for j in 0..<q { errors[j] += (y[row, j] - predictions[i, j]) * (y[row, j] - predictions[i, j]) }
          }
        }
        scores.append((gamma, penalty, errors))
      }
    }
    var searching = KernelRidgeProbe(penalties: penalties, gammas: gammas)
    searching.leastSingleRows = isSingle ? 0 : .max
    let values = try searching.heldOutR2(split, groups: groups)
    for group in groups {
      let best = scores.min { mean(Array($0.errors[group])) < mean(Array($1.errors[group])) }!
      let probe = KernelRidgeProbe(penalties: [best.penalty], gammas: [best.gamma])
      let expected = try probe.heldOutR2(split)
      #expect(largestDifference(Array(values[group]), Array(expected[group])) < 1e-8)
    }
  }

  @Test(
    "Single precision changes neither the choice nor the predictions", arguments: [1, 2, 3, 4, 5, 6], [0.02, 0.3, 3])
  func precision(seed: UInt64, noise: Double) throws {
    let split = try split(rows: 400, trainRows: 300, k: 4, q: 6, noise: noise, seed: 100 * seed)
    // Close neighbours on the grid, so that doubt arises, and a penalty that is beyond single precision.
    var probe = KernelRidgeProbe(penalties: [10, 9.999, 0.1, 0.0999, 1e-3, 1e-5], gammas: [0.2, 0.2001, 0.8])
    let groups = (0..<6).map { $0..<$0 + 1 }
    probe.leastSingleRows = 0
    let values = try probe.predictions(split, groups: groups)
    probe.leastSingleRows = .max
    #expect((values - (try probe.predictions(split, groups: groups))).maximumMagnitude < 1e-9)
  }

  @Test(
    "So it is in enough dimensions for conjugate gradients, with many targets and few", arguments: [1, 2, 3], [2, 20])
  func iteration(seed: UInt64, q: Int) throws {
    let split = try split(rows: 700, trainRows: 600, k: 12, q: q, noise: 0.3, seed: 10 * seed)
    var probe = KernelRidgeProbe()
    let groups = (0..<q).map { $0..<$0 + 1 }
    let values = try probe.predictions(split, groups: groups)
    probe.leastSingleRows = .max
    #expect((values - (try probe.predictions(split, groups: groups))).maximumMagnitude < 1e-9)
  }

  @Test(
    "So it is where there are more targets than rows in a fold, noise among them",
    arguments: [1, 2, 3])
  func manyTargets(seed: UInt64) throws {
    let (n, q) = (300, 120)
    let x = gaussianMatrix(2 * n, 16, seed: 10 * seed)
    var y = gaussianMatrix(2 * n, q, seed: 10 * seed + 1)
    for i in 0..<2 * n { for j in 0..<q / 2 { y[i, j] = x[i, j % 16] + sin(x[i, (j + 1) % 16]) + 0.3 * y[i, j] } }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: n)
    let groups = (0..<12).map { 10 * $0..<10 * $0 + 10 }
    var probe = KernelRidgeProbe()
    let (points, values) = (
      try probe.gridPoints(split, groups: groups), try probe.predictions(split, groups: groups)
    )
    probe.leastSingleRows = .max
    #expect(try probe.gridPoints(split, groups: groups).elementsEqual(points, by: ==))
    #expect((values - (try probe.predictions(split, groups: groups))).maximumMagnitude < 1e-9)
    #expect(Set(points.map(\.penalty)).count > 1)
  }

  @Test(
    "A kernel of low rank is solved as such with the same choices and predictions", arguments: [1, 2, 3, 4, 5, 6],
    [1, 2])
  func lowRank(seed: UInt64, k: Int) throws {
    let inside = try split(rows: 400, trainRows: 300, k: k, q: 60, noise: 0.2, seed: 1000 * seed)
    // Test rows beyond the fitted ones are not in the span of the kernel's factor.
    var features = inside.testFeatures
    for i in 0..<10 { for j in 0..<k { features[i, j] *= 1.5 * Double(i) } }
    let split = try HeldOutSplit(
      trainFeatures: inside.trainFeatures, trainTargets: inside.trainTargets, testFeatures: features,
      testTargets: inside.testTargets)
    // The widest kernels only: narrow ones have no low rank, and a search sees both kinds.
    let groups = (0..<20).map { 3 * $0..<3 * $0 + 3 }
    for gammas in [[0.05, 0.2], KernelRidgeProbe.defaultGammas + [200]] {
      var probe = KernelRidgeProbe(gammas: gammas)
      let values = try probe.predictions(split, groups: groups)
      let points = try probe.gridPoints(split, groups: groups)
      probe.allowsLowRank = false
      #expect(try probe.gridPoints(split, groups: groups).elementsEqual(points, by: ==))
      // The stated bound 10⁻⁹ ‖y‖ with ‖y‖ = √300 standard deviations of at most about 4.
      #expect((values - (try probe.predictions(split, groups: groups))).maximumMagnitude < 4e-9 * 300.0.squareRoot())
    }
  }

  @Test(
    "Penalties among the rounding of the kernel lose digits, and no more where the kernel is factored",
    arguments: [1, 2, 3])
  func tinyPenalty(seed: UInt64) throws {
    let split = try split(rows: 600, trainRows: 300, k: 1, q: 4, noise: 0.2, seed: 7000 + seed)
    var probe = KernelRidgeProbe(penalties: [1e-9], gammas: [0.8])
    let values = try probe.predictions(split, groups: [0..<4])
    probe.allowsLowRank = false
    #expect((values - (try probe.predictions(split, groups: [0..<4]))).maximumMagnitude < 1e-6)
  }

  @Test("A square, which no linear probe sees, is recovered")
  func nonlinear() throws {
    let x = gaussianMatrix(1000, 1, seed: 41)
    var y = x
    for i in 0..<1000 { y[i, 0] = x[i, 0] * x[i, 0] }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 500)
    #expect(try KernelRidgeProbe().heldOutR2(split)[0] > 0.98)
    #expect(try RidgeProbe().heldOutR2(split)[0] < 0.1)
  }

  @Test("On a linear-Gaussian pair it comes near the population value", arguments: [0.3, 0.9])
  func population(r2: Double) throws {
    let split = try linearGaussianSplit(rows: 4500, trainRows: 500, k: 2, q: 2, r2: r2, seed: 51)
    // Sampling error 4 · 2√R²(1 − R²)/√4000 ≤ .025, and up to .03 for fitting a few effective parameters to 500 rows.
    for value in try KernelRidgeProbe().heldOutR2(split) {
      #expect(value < r2 + 0.03 && value > r2 - 0.055)
    }
  }

  @Test("Features that know nothing score 0, also with as many features as rows", arguments: [1, 10, 100])
  func independence(k: Int) throws {
    let split = try HeldOutSplit(
      features: gaussianMatrix(1100, k, seed: 61), targets: gaussianMatrix(1100, 20, seed: 62), trainRows: 100)
    // Twenty independent targets. The mean of 100 rows costs 1/100 + 1/1000, and features that know nothing may add to that.
    let interval = Statistics.meanInterval(try KernelRidgeProbe().heldOutR2(split), confidence: 0.99)
    let half = try #require(interval.halfWidth)
    #expect(interval.mean - half < 0 && interval.mean + half > -0.03 && interval.mean + half < 0.01 && half < 0.02)
  }

  @Test("Only the first maximumRows training rows count")
  func cap() throws {
    let whole = try split(rows: 120, trainRows: 80, k: 2, q: 3, noise: 0.2, seed: 71)
    let part = try HeldOutSplit(
      trainFeatures: whole.trainFeatures.rows(0..<40), trainTargets: whole.trainTargets.rows(0..<40),
      testFeatures: whole.testFeatures, testTargets: whole.testTargets)
    let probe = KernelRidgeProbe(maximumRows: 40)
    #expect(try probe.heldOutR2(whole) == probe.heldOutR2(part))
    #expect(try KernelRidgeProbe(maximumRows: 80).heldOutR2(whole) != probe.heldOutR2(part))
  }

  @Test("A rotation of standard features, and any shift and scale of columns, change nothing")
  func invariance() throws {
    let split = try split(rows: 160, trainRows: 80, k: 3, q: 3, noise: 0.2, seed: 81)
    let base = try KernelRidgeProbe().heldOutR2(split)
    func moved(_ matrix: Matrix<Double>) -> Matrix<Double> {
      var result = matrix
      for i in 0..<matrix.rows { for j in 0..<matrix.columns { result[i, j] = 1e3 * Double(j + 1) * matrix[i, j] - 7 } }
      return result
    }
    let changed = try HeldOutSplit(
      trainFeatures: moved(split.trainFeatures), trainTargets: moved(split.trainTargets),
      testFeatures: moved(split.testFeatures), testTargets: moved(split.testTargets))
    #expect(largestDifference(try KernelRidgeProbe().heldOutR2(changed), base) < 1e-8)
    // Whitened training features, so that standardising commutes with the rotation.
    let x = standardised(split.trainFeatures, by: split.trainFeatures)
    let (_, vectors) = try (1 / Double(x.rows) * x.multiplied(by: x, transposeSelf: true)).symmetricEigen()
    let scores = standardised(x * vectors, by: x * vectors)
    let angle = 0.7
    let rotation = Matrix<Double>([[cos(angle), -sin(angle), 0], [sin(angle), cos(angle), 0], [0, 0, 1]])
    let testScores = gaussianMatrix(40, 3, seed: 2)
    let targets = gaussianMatrix(40, 3, seed: 3)
    let plain = try HeldOutSplit(
      trainFeatures: scores, trainTargets: split.trainTargets, testFeatures: testScores, testTargets: targets)
    let rotated = try HeldOutSplit(
      trainFeatures: scores * rotation, trainTargets: split.trainTargets, testFeatures: testScores * rotation,
      testTargets: targets)
    #expect(
      largestDifference(try KernelRidgeProbe().heldOutR2(rotated), try KernelRidgeProbe().heldOutR2(plain)) < 1e-8)
  }

  @Test("Repeated rows, duplicate and constant columns and vanishing penalties give finite scores")
  func degenerate() throws {
    let x = gaussianMatrix(60, 2, seed: 91)
    let features = Matrix.concatenatingColumns([x, x, Matrix(rows: 60, columns: 1, repeating: 3)])
    let targets = gaussianMatrix(60, 3, seed: 92)
    let repeated = Matrix.concatenatingRows([features.rows(0..<20), features.rows(0..<20), features.rows(20..<40)])
    for penalty in [1e-300, 1e-18, 1e-3] {
      for gamma in [1e-12, 1, 1e12] {
        let split = try HeldOutSplit(features: repeated, targets: targets, trainRows: 40)
        let one = try KernelRidgeProbe(penalties: [penalty], gammas: [gamma]).heldOutR2(split)
        #expect(one.allSatisfy { $0.isFinite })
        let both = try KernelRidgeProbe(penalties: [penalty, 1e-2], gammas: [gamma, 0.5]).heldOutR2(split)
        #expect(both.allSatisfy { $0.isFinite })
      }
    }
    let constant = try HeldOutSplit(
      features: Matrix(rows: 60, columns: 2, repeating: 1), targets: targets, trainRows: 30)
    #expect(try KernelRidgeProbe().heldOutR2(constant).allSatisfy { $0 <= 0 })
    let tiny = try HeldOutSplit(features: x, targets: targets, trainRows: 2)
    #expect(try KernelRidgeProbe().heldOutR2(tiny).allSatisfy { $0.isFinite })
    let empty = try HeldOutSplit(features: Matrix(rows: 60, columns: 0), targets: targets, trainRows: 30)
    #expect(try KernelRidgeProbe().heldOutR2(empty).allSatisfy { $0 <= 0 })
  }
}
