import Foundation
import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Specifications
import Stochastics
import TestSupport
import Testing

/// The published processes of experiments/presets against the population structure that they state.
@Suite struct PresetTests {
  static let folder = Repository.root.appending(path: "experiments/presets")

  struct Expected: Decodable {
    var nodes: [String]
    var covariance: [[Double]]
  }

  func load(_ name: String) throws -> ModelSpecification {
    try ModelFile.load(Self.folder.appending(path: "\(name).yaml").path)
  }

  /// The sample covariance of columns, about their means.
  func covariance(_ matrix: Matrix<Float>) -> Matrix<Double> {
    var centred = matrix.double
    let (rows, columns) = (matrix.rows, matrix.columns)
    var means = [Double](repeating: 0, count: columns)
    for (i, value) in centred.storage.enumerated() { means[i % columns] += value / Double(rows) }
    centred.withUnsafeMutableElements { for i in $0.indices { $0[i] -= means[i % columns] } }
    return (1 / Double(rows - 1)) * centred.multiplied(by: centred, transposeSelf: true)
  }

  /// The largest deviation of a sample covariance from the population's, in standard errors of Gaussian variables.
  func deviation(_ measured: Matrix<Double>, _ population: (Int, Int) -> Double, rows n: Int) -> Double {
    var worst = 0.0
    for i in 0..<measured.rows {
      for j in 0...i {
        let expected = population(i, j)
        let error = ((population(i, i) * population(j, j) + expected * expected) / Double(n)).squareRoot()
        worst = max(worst, abs(measured[i, j] - expected) / error)
      }
    }
    return worst
  }

  @Test(
    "Content, style and their change have the covariance of the published process",
    arguments: [
      "content-style-independent", "content-style-partial", "content-style-dependent", "content-style-causal",
    ])
  func contentStyle(name: String) throws {
    let file = Self.folder.appending(path: "expected/\(name).json")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
    let specification = try load(name)
    let graph = specification.graph
    let model = try specification.model()
    let n = 200_000
    let sample = model.sample(0..<UInt64(n), key: RandomKey(seed: 7))
    let latents = try expected.nodes.map { try #require(graph.index(of: $0)) }
    let worst = deviation(covariance(sample.values(of: latents)), { expected.covariance[$0][$1] }, rows: n)
    // A gated component has fourth moments 4/3 of a Gaussian's: 6 standard errors of its own are 7.3 of these.
    #expect(worst < 8, "\(worst) standard errors")

    // Both views go through one invertible network: its inverse gives content and style back.
    let (x, tilde) = (try #require(graph.index(of: "x")), try #require(graph.index(of: "x_tilde")))
    let mixing = try #require(model.mechanisms[x] as? MLPMechanism)
    #expect((model.mechanisms[tilde] as? MLPMechanism)?.layers == mixing.layers)
    for (view, parents) in [(x, graph.parents[x]), (tilde, graph.parents[tilde])] {
      let found = try mixing.inverse(sample.value(of: view).rows(0..<500).double)
      let truth = sample.values(of: Array(parents)).rows(0..<500).double
      #expect((found - truth).maximumMagnitude < 1e-3 * max(1, truth.maximumMagnitude))
    }
  }

  @Test("A quarter of the style components stay what they are, all of them change, or none of a gate's leak")
  func shareOfChanges() throws {
    for (name, share) in [
      ("content-style-independent", 0.0), ("content-style-partial", 0.25), ("content-style-dependent", 0.25),
    ] {
      let specification = try load(name)
      let n = 20_000
      let sample = try specification.model().sample(0..<UInt64(n), key: RandomKey(seed: 8))
      let s = sample.value(of: try #require(specification.graph.index(of: "s"))).storage
      let tilde = sample.value(of: try #require(specification.graph.index(of: "s_tilde"))).storage
      let same = zip(s, tilde).count { abs($0 - $1) < 1e-5 }
      let count = Double(5 * n)
      #expect(
        abs(Double(same) - share * count) < 6 * (0.25 * 0.75 * count).squareRoot() + 1e-4 * count, "\(name): \(same)")
    }
  }

  @Test("The causal preset moves the mean of style and nothing of its covariance")
  func causalMean() throws {
    let specification = try load("content-style-causal")
    let n = 100_000
    let s = try specification.model().sample(0..<UInt64(n), key: RandomKey(seed: 9))
      .value(of: try #require(specification.graph.index(of: "s")))
    guard case .soft(let shift, _) = try #require(specification.interventions.first).kind else {
      Issue.record("no shift")
      return
    }
    let spread = covariance(s)
    for j in 0..<5 {
      let mean = s.column(j).reduce(0.0) { $0 + Double($1) } / Double(n)
      #expect(abs(mean - shift[j]) < 5 * (spread[j, j] / Double(n)).squareRoot())
    }
  }

  @Test(
    "The views share the latents of the published index sets and give them back",
    arguments: [("multiview-four", ["z0", "z1"]), ("multiview-two", ["z0", "z1", "z2", "z4"])])
  func multiview(name: String, shared: [String]) throws {
    let specification = try load(name)
    let graph = specification.graph
    let model = try specification.model()
    let n = 50_000
    let sample = model.sample(0..<UInt64(n), key: RandomKey(seed: 5))
    let latents = (0..<6).compactMap { graph.index(of: "z\($0)") }
    #expect(latents.count == 6)
    #expect(deviation(covariance(sample.values(of: latents)), { $0 == $1 ? 1 : 0 }, rows: n) < 6)
    var common = Set(graph.nodes.map(\.name))
    for view in graph.observables {
      common.formIntersection(graph.parents[view].map { graph.nodes[$0].name })
      let mixing = try #require(model.mechanisms[view] as? MLPMechanism)
      let found = try mixing.inverse(sample.value(of: view).rows(0..<500).double)
      let truth = sample.values(of: Array(graph.parents[view])).rows(0..<500).double
      #expect((found - truth).maximumMagnitude < 1e-3)
    }
    #expect(common == Set(shared))
  }

  @Test(
    "Samples on published graphs have the population covariance of the weights",
    arguments: ["huang2022-scenario1a", "huang2022-scenario1b", "alarm", "andes", "munin"])
  func hierarchies(name: String) throws {
    let specification = try load(name)
    let graph = specification.graph
    let model = try specification.model()
    let weights = try #require(model.linearWeights)
    // Cov(v, u) for u before v: the parents' covariances, weighted. All nodes are scalar.
    let count = graph.nodes.count
    var population = [Double](repeating: 0, count: count * count)
    for (order, v) in graph.topologicalOrder.enumerated() {
      let w = weights[v].row(0)
      for u in graph.topologicalOrder[..<order] {
        let value = graph.parents[v].enumerated().reduce(0.0) { $0 + w[$1.offset] * population[$1.element * count + u] }
        population[v * count + u] = value
        population[u * count + v] = value
      }
      population[v * count + v] =
        graph.parents[v].enumerated().reduce(w.last! * w.last!) {
          $0 + w[$1.offset] * population[v * count + $1.element]
        }
    }
    // At most 120 nodes, spread over the graph, so that the largest takes no longer than the others.
    let chosen = Array(stride(from: 0, to: count, by: max(1, count / 120)))
    let n = 20_000
    let measured = covariance(model.sample(0..<UInt64(n), key: RandomKey(seed: 3)).values(of: chosen))
    // The maximum of some 7000 entries.
    #expect(deviation(measured, { population[chosen[$0] * count + chosen[$1]] }, rows: n) < 6.5)
  }
}
