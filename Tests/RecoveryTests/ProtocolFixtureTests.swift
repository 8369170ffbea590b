import Foundation
import LinearAlgebra
import Recovery
import Stochastics
import Testing

/// Agreement with scikit-learn run through the steps of published evaluation scripts; Fixtures/make_protocols.py wrote the
/// numbers.
@Suite struct ProtocolFixtureTests {
  struct Fixture: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let name, kind: String
      let n, k, q, train: Int
      let seed: UInt64
      let sslIdentifiability: [Double]
      let multiviewCRL, clICA: [Double]
      var testDescription: String { name }
      /// The same inputs as those of SimilarityFixtureTests.
      var data: (x: Matrix<Double>, y: Matrix<Double>) {
        SimilarityFixtureTests.data(n: n, k: k, q: q, seed: seed, kind: kind)
      }
    }
    let cases: [Case]
  }

  static let cases: [Fixture.Case] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/protocols", withExtension: "json"),
      let data = try? Data(contentsOf: url), let fixture = try? JSONDecoder().decode(Fixture.self, from: data)
    else { return [] }
    return fixture.cases
  }()

  /// The relative tolerance promised in docs/metrics.md.
  static let tolerance = 1e-6

  private func expect(_ scores: ArraySlice<ProtocolScore>, _ reference: [Double]) {
    #expect(scores.count == reference.count)
    for (score, expected) in zip(scores, reference) {
      #expect(
        abs(score.value - expected) <= Self.tolerance * max(abs(expected), 1e-3),
        "\(score.name): \(score.value), \(expected)")
    }
  }

  @Test("The fixture file is there, with what breaks evaluations")
  func present() {
    #expect(Self.cases.count == 25)
    for kind in ["constant", "rank", "heavy", "float32", "duplicate", "independent", "discrete"] {
      #expect(Self.cases.contains { $0.kind == kind }, "\(kind)")
    }
    #expect(Self.cases.contains { $0.train < $0.k } && Self.cases.contains { $0.train > 2000 })
    #expect(Self.cases.contains { $0.k == 1 } && Self.cases.contains { $0.n == 100_000 })
    // More than one batch of either size.
    #expect(Self.cases.count { $0.n > 4096 } > 5 && Self.cases.count { $0.n > 6144 } > 4)
    #expect(Self.cases.count { $0.multiviewCRL.count == 2 } >= 20)
    #expect(Self.cases.contains { $0.n > 4096 && $0.multiviewCRL.count == 2 })
  }

  @Test("ssl-identifiability fits all first rows and scores batches of 4096", arguments: cases)
  func sslIdentifiability(fixture: Fixture.Case) throws {
    let (x, y) = fixture.data
    let scores = try RecoveryProtocol.sslIdentifiability.scores(
      features: x, targets: y, trainRows: fixture.train, key: RandomKey(seed: 0))
    expect(scores[...], fixture.sslIdentifiability)
  }

  @Test("multiview-crl gives scikit-learn's numbers under a given order of rows, batch by batch", arguments: cases)
  func multiviewCRL(fixture: Fixture.Case) throws {
    let (x, y) = fixture.data
    var orders = Matrix<Double>(rows: fixture.n, columns: fixture.q)
    let batches = RecoveryProtocol.splitBatches(rows: fixture.n)
    for (batch, rows) in batches.enumerated() {
      for column in 0..<fixture.q {
        let seed = fixture.seed + 100 + UInt64(batch * fixture.q + column)
        let keys = congruentialMatrix(rows.count, 1, seed: seed).storage
        for (row, index) in keys.indices.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
          orders[rows.lowerBound + row, column] = Double(index)
        }
      }
    }
    let scores = try RecoveryProtocol.randomSplitScores(
      x, y, key: RandomKey(seed: 0), regressions: Array(["r2-linear", "r2-kernel"].prefix(fixture.multiviewCRL.count))
    ) { batch, target in batch.map { Int(orders[$0, target]) } }
    expect(scores[...], fixture.multiviewCRL)
  }

  @Test("The same orders in a file give the same numbers, and all three regressions")
  func givenOrder() throws {
    let fixture = try #require(Self.cases.first)
    let (x, y) = fixture.data
    var orders = Matrix<Double>(rows: fixture.n, columns: fixture.q)
    for column in 0..<fixture.q {
      let keys = congruentialMatrix(fixture.n, 1, seed: fixture.seed + 100 + UInt64(column)).storage
      for (row, index) in keys.indices.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
        orders[row, column] = Double(index)
      }
    }
    let scores = try RecoveryProtocol.multiviewCRL.scores(
      features: x, targets: y, trainRows: 0, key: RandomKey(seed: 0),
      rowOrder: RowOrder(orders, rows: fixture.n, targets: fixture.q, name: "orders"))
    #expect(scores.map(\.name) == ["r2-linear", "r2-kernel", "r2-mlp"])
    expect(scores[..<2], fixture.multiviewCRL)
  }

  @Test("cl-ica is scikit-learn's least squares and SciPy's assignment, in-sample and batch by batch", arguments: cases)
  func clICA(fixture: Fixture.Case) throws {
    let (x, y) = fixture.data
    let scores = try RecoveryProtocol.clICA.scores(features: x, targets: y, trainRows: 0, key: RandomKey(seed: 0))
    #expect(scores.map(\.name) == ["r2-linear", "mcc-pearson", "mcc-spearman"])
    expect(scores[...], fixture.clICA)
  }

  @Test("ssl-identifiability fits on a third unless told otherwise: 5 batches of 15; the others on half")
  func defaultRows() {
    #expect(RecoveryProtocol.sslIdentifiability.defaultTrainRows(total: 15 * 4096) == 5 * 4096)
    #expect(RecoveryProtocol.strata.defaultTrainRows(total: 41) == 20)
  }
}
