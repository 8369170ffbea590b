import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// Agreement with NumPy, SciPy, scikit-learn and published formulas on frozen numbers; Fixtures/make_similarity.py wrote them.
@Suite struct SimilarityFixtureTests {
  struct Fixture: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name, kind: String
      let n, k, q: Int
      let seed: UInt64
      let mccPearson, mccSpearman, sap, mig, ckaLinearBiased, svcca, pwcca: Double
      let ckaLinearUnbiased, ckaGaussianBiased, ckaGaussianUnbiased: Double?
      let distanceCorrelation, distanceCorrelationUnbiased, hsic, clICALinear: Double?
      let sslIdentifiability: [Double]?
      var testDescription: String { name }
    }
    /// HSIC under all permutations of a few rows.
    struct Exact: Decodable, CustomTestStringConvertible {
      let n, k, q: Int
      let seed: UInt64
      let kind: String
      let statistic, share: Double
      let permuted: [Double]
      var testDescription: String { "\(kind), \(n) rows" }
    }
    let cases: [Case]
    let exact: [Exact]
  }

  static let fixture: Fixture? = {
    guard let url = Bundle.module.url(forResource: "Fixtures/similarity", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return nil }
    return try? JSONDecoder().decode(Fixture.self, from: data)
  }()
  static let cases = fixture?.cases ?? []

  /// The relative tolerance promised in docs/metrics.md.
  static let tolerance = 1e-6

  /// Keep in step with `data` of the script.
  static func data(_ fixture: Fixture.Case) -> (x: Matrix<Double>, y: Matrix<Double>) {
    data(n: fixture.n, k: fixture.k, q: fixture.q, seed: fixture.seed, kind: fixture.kind)
  }

  static func data(n: Int, k: Int, q: Int, seed: UInt64, kind: String) -> (x: Matrix<Double>, y: Matrix<Double>) {
    var x =
      kind == "rank"
      ? congruentialMatrix(n, 2, seed: seed) * congruentialMatrix(2, k, seed: seed + 3)
      : congruentialMatrix(n, k, seed: seed)
    x.withUnsafeMutableElements { x in
      for i in x.indices {
        switch kind {
        case "heavy": x[i] = 1 / (x[i] + (x[i] < 0 ? -0.02 : 0.02))
        case "offset": x[i] = 1000 + x[i]
        case "float32": x[i] = Double(Float(x[i]))
        case "constant": if i % k == 0 { x[i] = 0.1 }
        default: break
        }
      }
      guard kind == "duplicate" else { return }
      for i in 0..<n {
        x[i * k + k - 1] = x[i * k]
        x[i * k + k - 2] = 2 * x[i * k + 1] - x[i * k] + 3
      }
    }
    var y = 0.5 * congruentialMatrix(n, q, seed: seed + 2)
    if kind != "independent" {
      y = y + x * congruentialMatrix(k, q, seed: seed + 1)
      for i in 0..<n { y[i, 0] += x[i, 0] * x[i, 0] }
    }
    y.withUnsafeMutableElements { y in
      for i in y.indices {
        if kind == "discrete" { y[i] = (2 * y[i]).rounded(.down) }
        if kind == "constant", i % q == q - 1 { y[i] = 7 }
      }
    }
    return (x, y)
  }

  private func expect(_ value: Double, _ reference: Double?, _ what: String) {
    guard let reference else { return }
    #expect(abs(value - reference) <= Self.tolerance * max(abs(reference), 1e-3), "\(what): \(value), \(reference)")
  }

  @Test("The fixture file is there")
  func present() { #expect(Self.cases.count == 26 && Self.fixture?.exact.count == 3) }

  @Test("Every similarity is the one of its published formula", arguments: cases)
  func similarities(fixture: Fixture.Case) throws {
    let (x, y) = Self.data(fixture)
    typealias MCC = MeanCorrelationCoefficient
    expect(try MCC(features: x, targets: y, correlation: .pearson).value, fixture.mccPearson, "MCC")
    expect(try MCC(features: x, targets: y, correlation: .spearman).value, fixture.mccSpearman, "Spearman MCC")
    expect(try Information.separatedAttributePredictability(codes: x, factors: y), fixture.sap, "SAP")
    expect(try Information.mutualInformationGap(codes: x, factors: y), fixture.mig, "MIG")
    expect(try SubspaceSimilarity.svcca(x, y), fixture.svcca, "SVCCA")
    expect(try SubspaceSimilarity.pwcca(x, y), fixture.pwcca, "PWCCA")
    expect(try KernelAlignment.linear(x, y, estimator: .biased), fixture.ckaLinearBiased, "linear CKA")
    expect(try KernelAlignment.linear(x, y, estimator: .unbiased), fixture.ckaLinearUnbiased, "unbiased linear CKA")
    guard fixture.n <= 1000 else { return }
    expect(try KernelAlignment.gaussian(x, y, estimator: .biased), fixture.ckaGaussianBiased, "Gaussian CKA")
    expect(
      try KernelAlignment.gaussian(x, y, estimator: .unbiased), fixture.ckaGaussianUnbiased, "unbiased Gaussian CKA")
    expect(try distanceCorrelation(x, y), fixture.distanceCorrelation, "distance correlation")
    expect(try unbiasedSquaredDistanceCorrelation(x, y), fixture.distanceCorrelationUnbiased, "bias-corrected dCor²")
    var stream = RandomStream(RandomKey(seed: 1))
    expect(try IndependenceTest(x, y, permutations: 1, using: &stream).statistic, fixture.hsic, "HSIC")
  }

  @Test(
    "The independence test draws from all permutations, and its p-value is their share", arguments: fixture?.exact ?? []
  )
  func exactTest(fixture: Fixture.Exact) throws {
    let (x, y) = Self.data(n: fixture.n, k: fixture.k, q: fixture.q, seed: fixture.seed, kind: fixture.kind)
    var stream = RandomStream(RandomKey(seed: 5))
    let count = 2000
    let test = try IndependenceTest(x, y, permutations: count, using: &stream)
    expect(test.statistic, fixture.statistic, "HSIC")
    // Every drawn statistic is that of one of the n! permutations, and each is drawn.
    let scale = fixture.permuted.last!
    var seen = [Bool](repeating: false, count: fixture.permuted.count)
    for value in test.permuted {
      let index = try #require(
        fixture.permuted.indices.min { abs(fixture.permuted[$0] - value) < abs(fixture.permuted[$1] - value) })
      #expect(abs(fixture.permuted[index] - value) <= 1e-12 * scale)
      for (other, twin) in fixture.permuted.enumerated() where abs(twin - value) <= 1e-12 * scale { seen[other] = true }
    }
    #expect(seen.allSatisfy { $0 })
    let drawn = Int((test.pValue * Double(count + 1)).rounded()) - 1
    let interval = Proportion(successes: drawn, trials: count).interval(confidence: 0.999)
    #expect(interval.contains(fixture.share), "\(test.pValue) \(fixture.share)")
  }

  @Test(
    "The peers' protocols give what scikit-learn gives by their recipes",
    arguments: cases.filter { $0.sslIdentifiability != nil })
  func protocols(fixture: Fixture.Case) throws {
    let (x, y) = Self.data(fixture)
    let key = RandomKey(seed: 1)
    let ssl = try RecoveryProtocol.sslIdentifiability.scores(
      features: x, targets: y, trainRows: fixture.n / 2, key: key)
    #expect(ssl.map(\.name) == ["r2-linear", "r2-kernel"])
    for (score, reference) in zip(ssl, fixture.sslIdentifiability ?? []) { expect(score.value, reference, score.name) }
    let ica = try RecoveryProtocol.clICA.scores(features: x, targets: y, trainRows: 0, key: key)
    #expect(ica.map(\.name) == ["r2-linear", "mcc-pearson", "mcc-spearman"])
    for (score, reference) in zip(ica, [fixture.clICALinear, fixture.mccPearson, fixture.mccSpearman]) {
      expect(score.value, reference, score.name)
    }
  }
}
