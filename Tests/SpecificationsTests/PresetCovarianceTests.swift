import Foundation
import GenerativeModels
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Specifications
import Stochastics
import Testing

/// The covariance of every preset as a whole, all nodes' components, against experiments/presets/expected/whole, which
/// make_covariances.py computes from the stored weights with NumPy alone.
@Suite struct PresetCovarianceTests {
  static let linearPresets = ["huang2022-scenario1a", "huang2022-scenario1b", "alarm", "andes", "munin"]
  static let contentStyle = ["independent", "partial", "dependent", "causal"].map { "content-style-\($0)" }

  /// Of closed forms in double precision: 15 digits are kept, and up to 1041 terms are added in another order.
  static let rounding = 1e-10

  struct Whole: Decodable {
    let nodes: [String]
    let covariance: [[Double]]?
    let standardErrors: [[Double]]?
    let draws: Int?
    let variances: [Double]?
    let products: [[Double]]?

    private enum CodingKeys: String, CodingKey {
      case nodes, covariance, draws, variances, products
      case standardErrors = "standard_errors"
    }
  }

  private func expected(_ name: String) throws -> Whole {
    try JSONDecoder().decode(
      Whole.self, from: Data(contentsOf: PresetTests.folder.appending(path: "expected/whole/\(name).json")))
  }

  private func load(_ name: String) throws -> ModelSpecification {
    try ModelFile.load(PresetTests.folder.appending(path: "\(name).yaml").path)
  }

  @Test("Every preset has its covariance, of all its nodes")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: PresetTests.folder.path)
    let presets = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(Set(presets) == Set(Self.linearPresets + Self.contentStyle + ["multiview-two", "multiview-four"]))
    for name in presets {
      #expect(try expected(name).nodes == (try load(name)).graph.nodes.map(\.name), "\(name)")
    }
  }

  /// +1 or −1 by the top bit of splitmix64 (Steele et al. 2014) at probe · 2³² + i.
  private static func sign(probe: Int, _ i: Int) -> Double {
    var z = (UInt64(probe) << 32 + UInt64(i) + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return (z ^ z >> 31) >> 63 == 1 ? -1 : 1
  }

  @Test(
    "The closed form of a linear preset is NumPy's in every entry, and its samples have it within 6.5 standard errors",
    arguments: linearPresets)
  func linear(name: String) throws {
    let expected = try expected(name)
    let model = try load(name).model()
    let closed = try #require(LinearGaussianModel(model)).covariance
    let count = closed.rows
    let scales = (0..<count).map { closed[$0, $0].squareRoot() }
    if let covariance = expected.covariance {
      #expect(covariance.count == count)
      for i in 0..<count {
        for j in 0..<count { #expect(abs(closed[i, j] - covariance[i][j]) < Self.rounding * scales[i] * scales[j]) }
      }
    } else {
      // Too many entries to keep: the diagonal, and the products with four vectors of signs.
      let (variances, products) = (try #require(expected.variances), try #require(expected.products))
      #expect(variances.count == count && products.count == 4)
      let largest = scales.max()! * scales.max()! * Double(count)
      for i in 0..<count { #expect(abs(closed[i, i] - variances[i]) < Self.rounding * variances[i]) }
      for (probe, product) in products.enumerated() {
        let signs = Matrix<Double>(rows: count, columns: 1, storage: (0..<count).map { Self.sign(probe: probe, $0) })
        let found = closed.multiplied(by: signs)
        for i in 0..<count { #expect(abs(found[i, 0] - product[i]) < Self.rounding * largest) }
      }
    }
    let n = 10_000
    let measured = sampleCovariance(
      model.sample(0..<UInt64(n), key: RandomKey(seed: 3)).values(of: Array(model.graph.nodes.indices)))
    // The maximum of up to half a million entries.
    #expect(covarianceDeviation(measured, { closed[$0, $1] }, rows: n) < 6.5)
  }

  @Test(
    "Samples of a preset with networks have NumPy's covariance within six standard errors of both, views and all",
    arguments: contentStyle + ["multiview-two", "multiview-four"])
  func simulated(name: String) throws {
    let whole = try expected(name)
    let (covariance, errors) = (try #require(whole.covariance), try #require(whole.standardErrors))
    let draws = try #require(whole.draws)
    let model = try load(name).model()
    let n = 200_000
    let measured = sampleCovariance(
      model.sample(0..<UInt64(n), key: RandomKey(seed: 11)).values(of: Array(model.graph.nodes.indices)))
    #expect(measured.rows == covariance.count)
    let share = (1 + Double(draws) / Double(n)).squareRoot()
    var worst = 0.0
    for i in 0..<measured.rows {
      for j in 0...i { worst = max(worst, abs(measured[i, j] - covariance[i][j]) / (errors[i][j] * share)) }
    }
    #expect(worst < 6, "\(worst) standard errors")
    // A bound that everything meets would be none.
    #expect(worst > 1)
  }

  /// Whether all components of two nodes are uncorrelated, each with itself left out if the nodes are one.
  private func isZero(_ a: String, _ b: String, _ sample: Sample, _ graph: HierarchicalGraph) throws -> Bool {
    let nodes = try [a, b].map { try #require(graph.index(of: $0)) }
    let all = sampleCovariance(sample.values(of: nodes))
    let (n, width) = (Double(sample.count), graph.nodes[nodes[0]].dimension)
    var largest = 0.0
    for i in 0..<width {
      for j in 0..<graph.nodes[nodes[1]].dimension where a != b || i != j {
        largest = max(largest, abs(all[i, width + j]) / (all[i, i] * all[width + j, width + j] / n).squareRoot())
      }
    }
    // Between what chance makes of 25 entries and what a correlation of 0.1 does, there is nothing.
    #expect(largest < 6 || largest > 40, "\(a), \(b): \(largest) standard errors")
    return largest < 6
  }

  @Test(
    "Which blocks of content, style and changed style are zero is what each of the four published rows says",
    arguments: [
      ("independent", ["c c", "s s", "s_tilde s_tilde", "c s", "c s_tilde"], []),
      ("partial", ["c c", "s s", "s_tilde s_tilde", "c s", "c s_tilde"], []),
      ("dependent", ["c s", "c s_tilde", "c change", "s change"], ["c c", "s s", "s s_tilde", "change s_tilde"]),
      ("causal", ["c change", "s change"], ["c c", "s s", "c s", "c s_tilde", "s s_tilde", "change s_tilde"]),
    ] as [(String, [String], [String])])
  func structure(row: String, zero: [String], other: [String]) throws {
    let specification = try load("content-style-\(row)")
    let sample = try specification.model().sample(0..<200_000, key: RandomKey(seed: 12))
    for (pairs, expected) in [(zero, true), (other, false)] {
      for pair in pairs {
        let names = pair.split(separator: " ").map(String.init)
        #expect(try isZero(names[0], names[1], sample, specification.graph) == expected, "\(pair)")
      }
    }
    // Content and style always determine both views, so that no view is without them.
    for (a, b) in [("c", "x"), ("s", "x"), ("c", "x_tilde"), ("s_tilde", "x_tilde")] {
      #expect(try !isZero(a, b, sample, specification.graph), "\(a), \(b)")
    }
  }
}
