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
    let worst = covarianceDeviation(
      sampleCovariance(sample.values(of: latents)), { expected.covariance[$0][$1] }, rows: n)
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
    let spread = sampleCovariance(s)
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
    #expect(covarianceDeviation(sampleCovariance(sample.values(of: latents)), { $0 == $1 ? 1 : 0 }, rows: n) < 6)
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
}
