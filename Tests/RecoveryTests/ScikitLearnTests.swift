import Foundation
import LinearAlgebra
import Recovery
import Testing

/// Agreement with scikit-learn and NumPy on frozen numbers; Fixtures/make_scikit_learn.py wrote them.
@Suite struct ScikitLearnTests {
  struct Fixture: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name, kind: String
      let n, m, k, q: Int
      let seed: UInt64
      let penalty, gamma: Double
      let ridge, ridgeSearched, inSample, heldOut: [Double]
      let heldOutStrong, heldOutMcc, nystroem: [Double]
      let nystroemLost: Double
      let kernelRidge, heldOutRidge, kernelSearched, kernelPoint: [Double]?
      let partial, partialKernel: Double?
      let disentanglement, completeness, informativeness: Double
      var testDescription: String { name }
    }
    let cases: [Case]
  }

  static let cases: [Fixture.Case] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/scikit-learn", withExtension: "json"),
      let data = try? Data(contentsOf: url), let fixture = try? JSONDecoder().decode(Fixture.self, from: data)
    else { return [] }
    return fixture.cases
  }()

  /// The relative tolerance promised in docs/metrics.md.
  static let tolerance = 1e-6

  /// Keep in step with `data` of the script.
  static func split(_ fixture: Fixture.Case) throws -> HeldOutSplit {
    let rows = fixture.n + fixture.m
    var x =
      fixture.kind == "rank"
      ? congruentialMatrix(rows, 2, seed: fixture.seed) * congruentialMatrix(2, fixture.k, seed: fixture.seed + 3)
      : congruentialMatrix(rows, fixture.k, seed: fixture.seed)
    for i in 0..<rows {
      for j in 0..<fixture.k {
        switch fixture.kind {
        case "heavy": x[i, j] = 1 / (x[i, j] + (x[i, j] < 0 ? -0.02 : 0.02))
        case "offset": x[i, j] = 1000 + x[i, j]
        case "float32": x[i, j] = Double(Float(x[i, j]))
        case "constant", "constant both": if j == 0 { x[i, j] = 0.1 }
        default: break
        }
      }
      if fixture.kind == "duplicate" {
        x[i, fixture.k - 1] = x[i, 0]
        x[i, fixture.k - 2] = 2 * x[i, 1] - x[i, 0] + 3
      }
    }
    let mixing = congruentialMatrix(fixture.k, fixture.q, seed: fixture.seed + 1)
    var y = x * mixing + 0.5 * congruentialMatrix(rows, fixture.q, seed: fixture.seed + 2)
    for i in 0..<rows { y[i, 0] += x[i, 0] * x[i, 0] }
    if ["constant target", "constant both"].contains(fixture.kind) { for i in 0..<rows { y[i, fixture.q - 1] = 7 } }
    return try HeldOutSplit(features: x, targets: y, trainRows: fixture.n)
  }

  private func expectAgreement(_ values: [Double], _ reference: [Double]?) {
    guard let reference else { return }
    #expect(values.count == reference.count)
    for (value, expected) in zip(values, reference) {
      #expect(abs(value - expected) <= Self.tolerance * max(abs(expected), 1e-3))
    }
  }

  @Test("The fixture file is there")
  func present() {
    #expect(Self.cases.count == 27 && Self.cases.count { $0.kind == "constant target" } == 2)
  }

  @Test("Ridge regression scores what Ridge and r2_score score", arguments: cases)
  func ridge(fixture: Fixture.Case) throws {
    let probe = RidgeProbe(penalties: [fixture.penalty])
    expectAgreement(try probe.heldOutR2(Self.split(fixture)), fixture.ridge)
  }

  @Test("A searched penalty is the one of scikit-learn's regressions over the same folds", arguments: cases)
  func searchedRidge(fixture: Fixture.Case) throws {
    expectAgreement(try RidgeProbe().heldOutR2(Self.split(fixture)), fixture.ridgeSearched)
  }

  @Test("DCI is that of scikit-learn's coefficients and the published entropies", arguments: cases)
  func disentanglement(fixture: Fixture.Case) throws {
    let score = try Disentanglement(Self.split(fixture))
    expectAgreement([score.disentanglement], [fixture.disentanglement])
    expectAgreement([score.completeness], [fixture.completeness])
    expectAgreement([try #require(score.informativeness)], [fixture.informativeness])
  }

  @Test("Partial R² is that of two of scikit-learn's regressions", arguments: cases.filter { $0.partial != nil })
  func partial(fixture: Fixture.Case) throws {
    let value = try PartialR2.perColumn(Self.split(fixture), group: 0..<1, probe: RidgeProbe())[0]
    expectAgreement([value], fixture.partial.map { [$0] })
  }

  @Test("Kernel ridge regression scores what KernelRidge and r2_score score", arguments: cases.filter { $0.n <= 2000 })
  func kernelRidge(fixture: Fixture.Case) throws {
    let probe = KernelRidgeProbe(penalties: [fixture.penalty], gammas: [fixture.gamma])
    expectAgreement(try probe.heldOutR2(Self.split(fixture)), fixture.kernelRidge)
  }

  @Test(
    "The default search finds the pair of scikit-learn's regressions over the same folds, and scores what it scores",
    arguments: cases.filter { $0.kernelSearched != nil })
  func searchedKernelRidge(fixture: Fixture.Case) throws {
    let split = try Self.split(fixture)
    let point = try KernelRidgeProbe().gridPoints(split, groups: [0..<fixture.q])[0]
    // Of a constant target alone every pair has the same error.
    if fixture.q > 1 || !fixture.kind.hasPrefix("constant t") {
      #expect([point.gamma, point.penalty] == fixture.kernelPoint)
    }
    expectAgreement(try KernelRidgeProbe().heldOutR2(split), fixture.kernelSearched)
    guard let partial = fixture.partialKernel else { return }
    expectAgreement([try PartialR2.perColumn(split, group: 0..<1, probe: KernelRidgeProbe())[0]], [partial])
  }

  @Test("Held-out MCC assigns on training rows and correlates on test rows, as SciPy does", arguments: cases)
  func heldOutMcc(fixture: Fixture.Case) throws {
    let split = try Self.split(fixture)
    let values = [.pearson, .spearman].map { MeanCorrelationCoefficient(split, correlation: $0).value }
    expectAgreement(values, fixture.heldOutMcc)
  }

  @Test(
    "The Nyström probe scores what the closed form on the same landmarks does, on 80,000 rows too", arguments: cases)
  func nystroem(fixture: Fixture.Case) throws {
    let step = fixture.n <= 2000 ? 3 : 800
    let probe = NystroemProbe(
      gamma: fixture.gamma, penalty: fixture.penalty, landmarkRows: Array(stride(from: 0, to: fixture.n, by: step)))
    let split = try Self.split(fixture)
    let fit = try probe.fit(split)
    expectAgreement(R2.perColumn(predictions: fit.predictions, targets: split.testTargets), fixture.nystroem)
    #expect(abs(fit.traceError - fixture.nystroemLost) <= Self.tolerance)
  }

  @Test("So they are with a heavy ridge, also with fewer rows than columns", arguments: cases)
  func heldOutStrong(fixture: Fixture.Case) throws {
    expectAgreement(try heldOutCanonicalCorrelations(Self.split(fixture), ridge: 0.1), fixture.heldOutStrong)
  }

  @Test(
    "Regularised held-out correlations are those of symmetric square roots",
    arguments: cases.filter { $0.heldOutRidge != nil })
  func heldOutRidge(fixture: Fixture.Case) throws {
    expectAgreement(try heldOutCanonicalCorrelations(Self.split(fixture)), fixture.heldOutRidge)
  }

  @Test("In-sample canonical correlations are the singular values of NumPy's bases", arguments: cases)
  func inSample(fixture: Fixture.Case) throws {
    let split = try Self.split(fixture)
    expectAgreement(try canonicalCorrelations(split.trainFeatures, split.trainTargets), fixture.inSample)
  }

  @Test(
    "Held-out canonical correlations are those of scikit-learn's CCA", arguments: cases.filter { !$0.heldOut.isEmpty })
  func heldOut(fixture: Fixture.Case) throws {
    expectAgreement(try heldOutCanonicalCorrelations(Self.split(fixture), ridge: 0), fixture.heldOut)
  }
}
