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
      let multiviewCRL: [Double]?
      let clICA: Double?
      var testDescription: String { name }
      /// The same inputs as those of SimilarityFixtureTests.
      var data: (x: Matrix<Double>, y: Matrix<Double>) {
        get throws {
          let text =
            #"{"name":"","kind":"\#(kind)","n":\#(n),"k":\#(k),"q":\#(q),"seed":\#(seed),"mccPearson":0,"#
            + #""mccSpearman":0,"sap":0,"mig":0,"ckaLinearBiased":0,"svcca":0,"pwcca":0}"#
          return SimilarityFixtureTests.data(
            try JSONDecoder().decode(SimilarityFixtureTests.Fixture.Case.self, from: Data(text.utf8)))
        }
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

  @Test("The fixture file is there, with constant columns, fewer rows than features, and many rows")
  func present() {
    #expect(Self.cases.count == 9 && Self.cases.contains { $0.kind == "constant" })
    #expect(Self.cases.contains { $0.train < $0.k } && Self.cases.contains { $0.train > 2000 })
    #expect(Self.cases.contains { $0.n - $0.train > 2000 })
  }

  @Test("ssl-identifiability fits all first rows and scores batches of 4096", arguments: cases)
  func sslIdentifiability(fixture: Fixture.Case) throws {
    let (x, y) = try fixture.data
    let scores = try RecoveryProtocol.sslIdentifiability.scores(
      features: x, targets: y, trainRows: fixture.train, key: RandomKey(seed: 0))
    expect(scores[...], fixture.sslIdentifiability)
  }

  @Test(
    "multiview-crl gives scikit-learn's numbers under a given order of rows",
    arguments: cases.filter { $0.multiviewCRL != nil })
  func multiviewCRL(fixture: Fixture.Case) throws {
    let (x, y) = try fixture.data
    var target: UInt64 = 0
    let scores = try RecoveryProtocol.randomSplitScores(x, y, key: RandomKey(seed: 0)) { rows, _ in
      defer { target += 1 }
      let keys = congruentialMatrix(rows.count, 1, seed: fixture.seed + 100 + target).storage
      return keys.indices.sorted { keys[$0] < keys[$1] }
    }
    #expect(scores.map(\.name) == ["r2-linear", "r2-kernel", "r2-mlp"])
    expect(scores[..<2], try #require(fixture.multiviewCRL))
    #expect(target == UInt64(fixture.q))
    // The same orders in a matrix, as a user gives them.
    var orders = Matrix<Double>(rows: fixture.n, columns: fixture.q)
    for column in 0..<fixture.q {
      let keys = congruentialMatrix(fixture.n, 1, seed: fixture.seed + 100 + UInt64(column)).storage
      for (row, index) in keys.indices.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
        orders[row, column] = Double(index)
      }
    }
    let given = try RecoveryProtocol.multiviewCRL.scores(
      features: x, targets: y, trainRows: 0, key: RandomKey(seed: 0),
      rowOrder: RowOrder(orders, rows: fixture.n, targets: fixture.q, name: "orders"))
    #expect(given[..<2] == scores[..<2])
  }

  @Test("cl-ica's least squares are scikit-learn's in-sample", arguments: cases.filter { $0.clICA != nil })
  func clICA(fixture: Fixture.Case) throws {
    let (x, y) = try fixture.data
    let scores = try RecoveryProtocol.clICA.scores(features: x, targets: y, trainRows: 0, key: RandomKey(seed: 0))
    expect(scores[..<1], [try #require(fixture.clICA)])
  }

  @Test("ssl-identifiability fits on a third unless told otherwise: 5 batches of 15; the others on half")
  func defaultRows() {
    #expect(RecoveryProtocol.sslIdentifiability.defaultTrainRows(total: 15 * 4096) == 5 * 4096)
    #expect(RecoveryProtocol.strata.defaultTrainRows(total: 41) == 20)
  }
}
