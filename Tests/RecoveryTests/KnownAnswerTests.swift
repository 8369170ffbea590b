import Glibc
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// What a sceptic asks of every score: 1 for everything, 0 for nothing, and blindness to what must not matter.
@Suite struct KnownAnswerTests {
  /// Some tests compare bits, which differ with the number of BLAS's threads.
  init() { BLASRuntime.useOneThread() }

  private static let x = gaussianMatrix(300, 4, seed: 1)
  private static let unrelated = gaussianMatrix(300, 3, seed: 2)
  /// An orthogonal matrix of order 4.
  private static let rotation = try! gaussianMatrix(4, 4, seed: 3).qr().q

  /// Similarities that are 1 for equal views, blind to rotation, shift and one common scale, and to the order of rows.
  static let similarities: [(name: String, score: @Sendable (Matrix<Double>, Matrix<Double>) throws -> Double)] = [
    ("linear CKA, biased", { try KernelAlignment.linear($0, $1, estimator: .biased) }),
    ("linear CKA, unbiased", { try KernelAlignment.linear($0, $1, estimator: .unbiased) }),
    ("Gaussian CKA, biased", { try KernelAlignment.gaussian($0, $1, estimator: .biased) }),
    ("Gaussian CKA, unbiased", { try KernelAlignment.gaussian($0, $1, estimator: .unbiased) }),
    ("distance correlation", { try distanceCorrelation($0, $1) }),
    ("squared distance correlation, unbiased", { try unbiasedSquaredDistanceCorrelation($0, $1) }),
    ("SVCCA", { try SubspaceSimilarity.svcca($0, $1) }),
  ]

  @Test("Rotated, shifted and scaled views are equal; the order of rows does not matter", arguments: 0..<7)
  func invariance(index: Int) throws {
    let (_, score) = Self.similarities[index]
    var moved = 1e6 * (Self.x * Self.rotation)
    moved.withUnsafeMutableElements { for i in $0.indices { $0[i] += 3e6 } }
    #expect(abs(try score(Self.x, moved) - 1) < 1e-8)
    let y = Self.x.columns(0..<2) + Self.unrelated.columns(0..<2)
    var stream = RandomStream(RandomKey(seed: 4))
    let order = stream.permutation(300)
    let value = try score(Self.x, y)
    #expect(abs(try score(Self.x.rows(at: order), y.rows(at: order)) - value) < 1e-9)
    #expect(abs(try score(moved, y) - value) < 1e-8)
    #expect(value > 0.2 && value < 0.95)
  }

  @Test("Unbiased estimates average zero for independent views of many columns, biased ones do not")
  func bias() throws {
    var (unbiased, biased, distance): ([Double], [Double], [Double]) = ([], [], [])
    for seed in 0..<20 {
      let (x, y) = (gaussianMatrix(40, 30, seed: UInt64(100 + seed)), gaussianMatrix(40, 30, seed: UInt64(200 + seed)))
      unbiased.append(try KernelAlignment.linear(x, y, estimator: .unbiased))
      biased.append(try KernelAlignment.linear(x, y, estimator: .biased))
      distance.append(try unbiasedSquaredDistanceCorrelation(x, y))
    }
    for (name, values) in [("CKA", unbiased), ("distance correlation", distance)] {
      let interval = Statistics.meanInterval(values, confidence: 0.99)
      let half = try #require(interval.halfWidth)
      #expect(abs(interval.mean) < half, "\(name) \(interval)")
      // Narrow enough to tell: one estimate's standard deviation is about √2/n.
      #expect(half < 0.05)
    }
    let interval = Statistics.meanInterval(biased, confidence: 0.99)
    #expect(try interval.mean - #require(interval.halfWidth) > 0.3)
  }

  @Test("A constant view is similar to nothing")
  func constant() throws {
    let constant = Matrix<Double>(rows: 300, columns: 2, repeating: 0.1)
    for (name, score) in Self.similarities { #expect(try score(Self.x, constant) == 0, "\(name)") }
    #expect(try SubspaceSimilarity.pwcca(Self.x, constant) == 0)
  }

  @Test("NaN is a typed error of every score")
  func nan() {
    var damaged = Self.x
    damaged[7, 2] = .nan
    for (_, score) in Self.similarities {
      #expect(throws: RecoveryError.self) { try score(Self.x, damaged) }
    }
  }

  @Test("The assignment has the largest total of all permutations", arguments: [(4, 4), (3, 6), (6, 3), (1, 5)])
  func assignment(rows: Int, columns: Int) {
    func best(_ weights: Matrix<Double>, _ row: Int, _ used: Set<Int>) -> Double {
      guard row < weights.rows else { return 0 }
      return (0..<weights.columns).filter { !used.contains($0) }
        .map { weights[row, $0] + best(weights, row + 1, used.union([$0])) }.max() ?? 0
    }
    for seed in 0..<20 {
      let weights = gaussianMatrix(rows, columns, seed: UInt64(300 + seed))
      let result = maximumAssignment(weights)
      let used = result.compactMap { $0 }
      #expect(used.count == min(rows, columns) && Set(used).count == used.count)
      var total = 0.0
      for (row, column) in result.enumerated() { if let column { total += weights[row, column] } }
      let wide = rows <= columns ? weights : weights.transposed()
      #expect(abs(total - best(wide, 0, [])) < 1e-12)
    }
  }

  @Test("MCC is 1 for permuted, negated, scaled latents and counts missing ones as 0")
  func mcc() throws {
    let permuted = -2 * Self.x.columns(at: [2, 0, 3, 1])
    let score = try MeanCorrelationCoefficient(features: permuted, targets: Self.x, correlation: .pearson)
    #expect(abs(score.value - 1) < 1e-12 && score.assignment == [1, 3, 0, 2])
    let half = try MeanCorrelationCoefficient(
      features: Self.x.columns(0..<2), targets: Self.x, correlation: .spearman)
    #expect(abs(half.value - 0.5) < 1e-12 && half.assignment == [0, 1, nil, nil])
  }

  @Test("A permuted code is disentangled and complete; uniform importances are neither")
  func disentanglement() throws {
    let perfect = Disentanglement(importances: Matrix([[0, 2], [3, 0]]))
    #expect(perfect.disentanglement == 1 && perfect.completeness == 1)
    let none = Disentanglement(importances: Matrix(rows: 3, columns: 2, repeating: 1))
    #expect(abs(none.disentanglement) < 1e-12 && abs(none.completeness) < 1e-12)
    let split = try HeldOutSplit(features: Self.x.columns(at: [1, 0, 3, 2]), targets: Self.x, trainRows: 200)
    let fitted = try Disentanglement(split)
    #expect(fitted.disentanglement > 0.99 && fitted.completeness > 0.99 && fitted.informativeness! > 0.999)
  }

  @Test("The independence test keeps its level and finds a dependence without correlation")
  func independence() throws {
    var stream = RandomStream(RandomKey(seed: 5))
    var rejected = 0
    for seed in 0..<100 {
      let (x, y) = (gaussianMatrix(40, 2, seed: UInt64(400 + seed)), gaussianMatrix(40, 2, seed: UInt64(600 + seed)))
      if try IndependenceTest(x, y, permutations: 19, using: &stream).pValue <= 0.05 { rejected += 1 }
    }
    // The exact interval holds the level, and is far from holding .2.
    let interval = Proportion(successes: rejected, trials: 100).interval(confidence: 0.99)
    #expect(interval.contains(0.05) && interval.upperBound < 0.2, "\(rejected) of 100")
    var squares = Self.x
    squares.withUnsafeMutableElements { for i in $0.indices { $0[i] *= $0[i] } }
    #expect(try IndependenceTest(Self.x, squares, permutations: 99, using: &stream).pValue == 0.01)
  }

  @Test("A level known only through another one has no partial R²; leakage of its own has")
  func partial() throws {
    let noise = gaussianMatrix(2000, 3, seed: 9)
    var (targets, features) = (Matrix<Double>(rows: 2000, columns: 2), Matrix<Double>(rows: 2000, columns: 1))
    for i in 0..<2000 {
      (targets[i, 0], targets[i, 1]) = (noise[i, 0], 0.8 * noise[i, 0] + 0.6 * noise[i, 1])
      features[i, 0] = noise[i, 0] + 0.5 * noise[i, 2]
    }
    let split = try HeldOutSplit(features: features, targets: targets, trainRows: 1000)
    #expect(try RidgeProbe().heldOutR2(split)[1] > 0.4)
    #expect(abs(try PartialR2.perColumn(split, group: 1..<2, probe: RidgeProbe())[0]) < 0.01)
    for i in 0..<2000 { features[i, 0] += 0.5 * targets[i, 1] }
    let leaking = try HeldOutSplit(features: features, targets: targets, trainRows: 1000)
    #expect(try PartialR2.perColumn(leaking, group: 1..<2, probe: RidgeProbe())[0] > 0.1)
  }

  @Test("The MLP probe finds what a linear one cannot, and scores about 0 for nothing")
  func mlp() throws {
    let x = gaussianMatrix(1500, 3, seed: 12)
    var y = Matrix<Double>(rows: 1500, columns: 1)
    for i in 0..<1500 { y[i, 0] = x[i, 0] * x[i, 0] - x[i, 1] * x[i, 2] }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 1000)
    let probe = MLPProbe(epochs: 60, key: RandomKey(seed: 1))
    let score = try probe.heldOutR2(split)[0]
    #expect(score > 0.9)
    #expect(try RidgeProbe().heldOutR2(split)[0] < 0.1)
    #expect(try probe.heldOutR2(split)[0] == score)
    var stream = RandomStream(RandomKey(seed: 2))
    #expect(abs(try probe.heldOutR2(split.shufflingTargets(using: &stream))[0]) < 0.1)
  }

  @Test("Nyström with all rows is exact kernel ridge; with few it says what it loses")
  func nystroem() throws {
    let split = try linearGaussianSplit(rows: 400, trainRows: 300, k: 3, q: 2, r2: 0.8, seed: 20)
    let exact = try KernelRidgeProbe(penalties: [1e-3], gammas: [0.8]).heldOutR2(split)
    let whole = NystroemProbe(gamma: 0.8, penalty: 1e-3, landmarks: 300, key: RandomKey(seed: 1))
    #expect(largestDifference(try whole.heldOutR2(split), exact) < 1e-4)
    #expect(try whole.fit(split).traceError < 1e-8)
    let few = try NystroemProbe(gamma: 0.8, penalty: 1e-3, landmarks: 10, key: RandomKey(seed: 1)).fit(split)
    #expect(few.traceError > 0.05 && few.traceError < 1)
  }

  @Test("The searched Nyström probe takes the exact search's choice for each group, and more rows than it")
  func searchedNystroem() throws {
    let x = gaussianMatrix(3000, 2, seed: 90)
    var y = 0.1 * gaussianMatrix(3000, 2, seed: 91)
    for i in 0..<3000 { (y[i, 0], y[i, 1]) = (y[i, 0] + sin(3 * x[i, 0]), 30 * y[i, 1] + x[i, 1]) }
    let split = try HeldOutSplit(features: x, targets: y, trainRows: 2500)
    let (groups, key) = ([0..<1, 1..<2], RandomKey(seed: 4))
    let search = KernelRidgeProbe(maximumRows: 400)
    let probe = SearchedNystroemProbe(search: search, landmarks: 300, key: key)
    let fit = try probe.fit(split, groups: groups)
    let points = try search.gridPoints(split, groups: groups)
    #expect(points[0].gamma > points[1].gamma && points[0].penalty < points[1].penalty)
    for (index, point) in points.enumerated() {
      let column = try HeldOutSplit(features: x, targets: y.columns(groups[index]), trainRows: 2500)
      let exact = try search.heldOutR2(column)[0]
      let chosen = KernelRidgeProbe(penalties: [point.penalty], gammas: [point.gamma], maximumRows: 400)
      #expect(try chosen.heldOutR2(column)[0] == exact)
      let single = try NystroemProbe(gamma: point.gamma, penalty: point.penalty, landmarks: 300, key: key).fit(column)
      #expect(
        single.predictions == fit.predictions.columns(groups[index]) && single.traceError == fit.traceErrors[index])
      // Six times the rows do not score less, but for the noise of 500 test rows.
      #expect(try probe.heldOutR2(split, groups: groups)[index] > exact - 0.01)
    }
    #expect(fit.traceErrors.allSatisfy { $0 > 0 && $0 < 0.05 })
  }

  @Test("The permutation null: a real dependence has the least p-value, none has any")
  func permutationNull() throws {
    let split = try linearGaussianSplit(rows: 200, trainRows: 100, k: 2, q: 1, r2: 0.5, seed: 30)
    var stream = RandomStream(RandomKey(seed: 1))
    let null = try PermutationNull(split, permutations: 19, using: &stream) { (split) throws(RecoveryError) in
      try RidgeProbe().heldOutR2(split)[0]
    }
    #expect(null.pValue == 0.05 && abs(null.floor) < 0.1 && null.score > 0.35)
    #expect(NormalisedRecovery.value(score: 0.5, floor: 0, ceiling: 1) == 0.5)
    #expect(NormalisedRecovery.value(score: 0.5, floor: 0.2, ceiling: 0.2).isNaN)
  }

  @Test(
    "Bins are those of the values in any unit, to the ends of the range of numbers, and where denormals are flushed",
    arguments: [0x1p1020, 0x1p-900])
  func extremeUnits(unit: Double) throws {
    try checkUnits(unit)
    try BLASRuntime.flushingDenormals { try checkUnits(unit) }
  }

  private func checkUnits(_ unit: Double) throws {
    let (codes, factors) = (gaussianMatrix(200, 2, seed: 77), gaussianMatrix(200, 2, seed: 78))
    let expected = try Information.mutualInformationGap(codes: codes, factors: factors)
    #expect(try Information.mutualInformationGap(codes: unit * codes, factors: unit * factors) == expected)
    // The difference of the ends is no number.
    var ends = codes
    ends[0, 0] = 9e307
    ends[1, 0] = -9e307
    #expect(try Information.mutualInformationGap(codes: ends, factors: factors).isFinite)
    let halves = Matrix<Double>(rows: 200, columns: 1, storage: (0..<200).map { $0 < 90 ? 1.7e308 : -1.7e308 })
    typealias MCC = MeanCorrelationCoefficient
    let small = 0x1p-1000 * halves
    #expect(
      try abs(
        MCC(features: halves, targets: codes, correlation: .pearson).value
          - MCC(features: small, targets: codes, correlation: .pearson).value) < 1e-12)
    // Nothing but zeros for every purpose.
    #expect(try Information.mutualInformationGap(codes: 0x1p-1060 * codes, factors: factors) == 0)
  }
}
