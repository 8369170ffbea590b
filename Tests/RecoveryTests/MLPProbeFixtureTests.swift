import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// The MLP probe against NumPy, from raw features and targets to predictions and R²; Fixtures/make_mlp_probe.py wrote the numbers.
@Suite struct MLPProbeFixtureTests {
  struct Fixture: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name, kind: String
      let n, k, q, h, epochs, batch, patience: Int
      let seed: UInt64
      let rate: Double
      let errors, predictions, r2: [Double]
      var testDescription: String { name }
    }
    let cases: [Case]
  }

  static let cases: [Fixture.Case] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/mlp-probe", withExtension: "json"),
      let data = try? Data(contentsOf: url), let fixture = try? JSONDecoder().decode(Fixture.self, from: data)
    else { return [] }
    return fixture.cases
  }()

  /// Room for rounding that hundreds of steps of training carry along, in units of standardised targets. They do not amplify it: with sums
  /// in the order of matrix products and the C library's tanh, no number is further off than 2e-14.
  static let tolerance = 1e-9

  static let testRows = 20

  /// Keep in step with `data` of the script.
  static func split(_ f: Fixture.Case) throws -> HeldOutSplit {
    let rows = f.n + testRows
    var x =
      f.kind.hasPrefix("rank")
      ? congruentialMatrix(rows, 2, seed: f.seed + 4) * congruentialMatrix(2, f.k, seed: f.seed + 7)
      : congruentialMatrix(rows, f.k, seed: f.seed + 4)
    var y = 0.3 * congruentialMatrix(rows, f.q, seed: f.seed + 5)
    if f.kind != "noise" {
      for i in 0..<rows {
        for j in 0..<f.q { y[i, j] += sin(Double(2 + j) * x[i, 0]) + x[i, f.k - 1] * x[i, 0] }
      }
    }
    if f.kind.hasPrefix("heavy features") {
      // Student's t of 2 degrees of freedom.
      x.withUnsafeMutableElements { for i in $0.indices { $0[i] *= (2 / (1 - $0[i] * $0[i])).squareRoot() } }
    }
    let tails = congruentialMatrix(rows, f.q, seed: f.seed + 6)
    for i in 0..<rows {
      let isTraining = i < f.n
      for j in 0..<f.q where f.kind.hasSuffix("heavy targets") {
        y[i, j] += 0.1 * (1 / (tails[i, j] + (tails[i, j] < 0 ? -0.02 : 0.02)))
      }
      switch f.kind {
      case "duplicate columns":
        x[i, f.k - 1] = x[i, 0]
        x[i, f.k - 2] = 2 * x[i, 1] - x[i, 0] + 3
      case "duplicate rows":
        guard isTraining, i % 2 == 1 else { break }
        for j in 0..<f.k { x[i, j] = x[i - 1, j] + 0x1p-30 * x[i, j] }
        for j in 0..<f.q { y[i, j] = y[i - 1, j] + 0x1p-30 * y[i, j] }
      case "constant features": for j in 0..<f.k { x[i, j] = 0.1 }
      case "late feature": if isTraining { x[i, 1] = 0.1 }
      case "late target": if isTraining { y[i, f.q - 1] = 7 }
      case "constant test target": if !isTraining { y[i, 0] = 0.5 }
      case "offset":
        for j in 0..<f.k { x[i, j] += 1000 }
        for j in 0..<f.q { y[i, j] -= 3000 }
      case "scales":
        x[i, 0] *= 0x1p500
        x[i, 1] *= 0x1p-500
        for j in 0..<f.q { y[i, j] *= 0x1p600 }
      case "float32":
        for j in 0..<f.k { x[i, j] = Double(Float(x[i, j])) }
        for j in 0..<f.q { y[i, j] = Double(Float(y[i, j])) }
      default: break
      }
      if ["constant feature", "constant both"].contains(f.kind) { x[i, 1] = 0.1 }
      if ["constant target", "constant both"].contains(f.kind) { y[i, f.q - 1] = 7 }
    }
    return try HeldOutSplit(features: x, targets: y, trainRows: f.n)
  }

  @Test("The fixture file is there, and its runs stop early, go on to the end, beat the mean and do not")
  func present() {
    #expect(Self.cases.count == 33 && Set(Self.cases.map(\.kind)).count == 18)
    #expect(Self.cases.contains { $0.errors.count < $0.epochs } && Self.cases.contains { $0.errors.count == $0.epochs })
    #expect(Self.cases.count { $0.r2[0] > 0.3 } >= 20 && Self.cases.contains { $0.kind == "noise" && $0.r2[0] < 0 })
  }

  @Test(
    "From the same weights and orders, the probe goes through NumPy's validation errors, stops, predicts and scores with it",
    arguments: cases)
  func probe(fixture f: Fixture.Case) throws {
    let (split, tolerance) = (try Self.split(f), Self.tolerance)
    let (features, targets) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let probe = MLPProbe(
      hiddenUnits: f.h, epochs: f.epochs, batchSize: f.batch, learningRate: f.rate, patience: f.patience,
      key: RandomKey(seed: 0))
    let start = NetworkFixtureTests.network(f.k, f.h, f.q, .tanh, seed: f.seed)
    let fit = probe.fit(
      features.applied(to: split.trainFeatures), targets.applied(to: split.trainTargets), from: start
    ) { epoch, rows in
      let keys = congruentialMatrix(rows, 1, seed: f.seed + 100 + UInt64(epoch)).storage
      return keys.indices.sorted { keys[$0] < keys[$1] }
    }
    #expect(fit.errors.count == f.errors.count)
    #expect(largestDifference(fit.errors, f.errors) <= tolerance * f.errors.max()!)
    let predictions = targets.reverted(fit.network.outputs(features.applied(to: split.testFeatures)))
    // In units of each target; a constant one is predicted to the last digit but one.
    let expected = Matrix(rows: Self.testRows, columns: f.q, storage: f.predictions)
    for j in 0..<f.q {
      let column = split.trainTargets.column(j)
      let isConstant = column.allSatisfy { $0 == column[0] }
      let unit = isConstant ? abs(column[0]) : column.max()! - column.min()!
      #expect(
        largestDifference(predictions.column(j), expected.column(j)) <= (isConstant ? 0x1p-52 : tolerance) * unit)
    }
    let r2 = R2.perColumn(predictions: predictions, targets: split.testTargets)
    for (value, expected) in zip(r2, f.r2) { #expect(abs(value - expected) <= tolerance * max(1, abs(expected))) }
    #expect(r2.count == f.q)
  }

  @Test("The probe is that training from weights and orders that its key draws, group by group")
  func draws() throws {
    let f = try #require(Self.cases.first { $0.kind == "constant feature" })
    let split = try Self.split(f)
    let probe = MLPProbe(hiddenUnits: 5, epochs: 4, batchSize: 20, key: RandomKey(seed: 3))
    let (features, targets) = (Standardisation(split.trainFeatures), Standardisation(split.trainTargets))
    let (x, y) = (features.applied(to: split.trainFeatures), targets.applied(to: split.trainTargets))
    let columns = try (0..<2).map { index in
      var stream = RandomStream(probe.key.child(index))
      func drawn(_ rows: Int, _ columns: Int) -> Matrix<Double> {
        let bound = (3 / Double(rows)).squareRoot()
        let values = (0..<rows * columns).map { _ in bound * (2 * stream.uniform() - 1) }
        return Matrix(rows: rows, columns: columns, storage: values)
      }
      let first = drawn(f.k, 5)
      let start = HiddenLayerNetwork(
        parameters: [first, Matrix(rows: 1, columns: 5), drawn(5, 1), Matrix(rows: 1, columns: 1)], activation: .tanh)
      let fit = probe.fit(x, y.columns(index..<index + 1), from: start) { _, rows in stream.permutation(rows) }
      let errors = try #require(fit.errors.last)
      #expect(errors < fit.errors[0])
      return fit.network.outputs(features.applied(to: split.testFeatures))
    }
    let predictions = try probe.predictions(split, groups: [0..<1, 1..<2])
    #expect(predictions.storage == targets.reverted(.concatenatingColumns(columns)).storage)
  }
}
