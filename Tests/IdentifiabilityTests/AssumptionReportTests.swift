import GenerativeModels
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

/// (c, s) ↦ (c · s, s): invertible almost everywhere, and E[c · s | c] = 0 shows nothing of c.
private struct SignMixing: Mechanism {
  var inputDimension: Int { 2 }
  var dimension: Int { 2 }
  func evaluate(_ inputs: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<Float>, count: Int) {
    for i in 0..<count { (outputs[i], outputs[count + i]) = (inputs[i] * inputs[count + i], inputs[count + i]) }
  }
  func evaluate(_ inputs: UnsafeBufferPointer<Double>, into outputs: UnsafeMutableBufferPointer<Double>, count: Int) {
    for i in 0..<count { (outputs[i], outputs[count + i]) = (inputs[i] * inputs[count + i], inputs[count + i]) }
  }
}

@Suite struct AssumptionReportTests {
  static let invertible: [MechanismFamily] = [.linearRandom, .linearOrthogonal, .mlp(MLPParameters())]

  /// z2 → z1a, z1b → four observables.
  private func tree(
    _ regime: Regime, noise: [String: Int] = [:], edges: [(String, String)] = [], allowsObservedEdges: Bool = false
  ) throws -> HierarchicalGraph {
    try HierarchicalGraph(
      name: "tree",
      nodes: ["z", "a", "b", "x0", "x1", "x2", "x3"].map {
        NodeDeclaration($0, noiseDimension: noise[$0], isObserved: $0.hasPrefix("x"))
      },
      edges: [("z", "a"), ("z", "b"), ("a", "x0"), ("a", "x1"), ("b", "x2"), ("b", "x3")] + edges, regime: regime,
      allowsObservedEdges: allowsObservedEdges)
  }

  private func report(_ model: GenerativeModel, masking names: [[String]] = [["x0"], ["x0", "x2"]]) throws
    -> AssumptionReport
  {
    AssumptionReport(
      model, masks: try names.map { try Mask(masking: $0, in: model.graph) }, samples: 64, key: RandomKey(seed: 5))
  }

  private func report(_ graph: HierarchicalGraph, _ family: MechanismFamily, noise: NoiseAssignment = .gaussian) throws
    -> AssumptionReport
  {
    try report(try GenerativeModel(graph: graph, family: family, noise: noise, seed: 1))
  }

  private func failures(_ report: AssumptionReport) -> [AssumptionReport.Clause.Name] {
    report.clauses.filter { $0.verdict == .fail }.map(\.name)
  }

  private func evidence(_ report: AssumptionReport, _ clause: AssumptionReport.Clause.Name, _ name: String) throws
    -> Double
  {
    try #require(report[clause].evidence.first { $0.name == name }).value
  }

  @Test(
    "an invertible model passes every clause that a model decides", arguments: invertible,
    [NoiseAssignment.gaussian, .laplace])
  func good(family: MechanismFamily, noise: NoiseAssignment) throws {
    let report = try report(try tree(.invertible), family, noise: noise)
    #expect(report.clauses.map(\.name) == AssumptionReport.Clause.Name.allCases)
    for clause in report.clauses where clause.name != .network {
      #expect(clause.verdict == .pass, "\(clause.name): \(clause.summary)")
      #expect(clause.consequence == nil && clause.offenders.isEmpty)
    }
    #expect(report[.network].verdict == .notDecidable)
    #expect(try evidence(report, .invertibleModules, "round_trip_error") < 1e-8)
    #expect(report.verdict(.one) == .pass && report.verdict(.two) == .pass)
  }

  @Test("a latent without noise is found, and only its clause fails")
  func noiseFree() throws {
    let report = try report(try tree(.invertible, noise: ["a": 0]), .linearOrthogonal)
    #expect(failures(report) == [.nonDegenerateNoise])
    #expect(report[.nonDegenerateNoise].offenders == [1])
    #expect(report.verdict(.one) == .fail && report.obstacles(.one) == [.nonDegenerateNoise])
  }

  @Test("a declared noise without an effect on the value is found by the rank of its derivative")
  func noiseWithoutEffect() throws {
    let graph = try tree(.invertible)
    let model = try GenerativeModel(graph: graph, family: .linearOrthogonal, seed: 1)
    var weights = try #require(model.linearWeights)
    weights[1] = Matrix([[1, 0], [0.5, 0]])
    let silent = GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: weights.map { LinearMechanism(weights: $0) },
      noises: model.noises)
    let report = try report(silent)
    #expect(report[.nonDegenerateNoise].verdict == .fail && report[.nonDegenerateNoise].offenders == [1])
    #expect(try evidence(report, .nonDegenerateNoise, "without_effect") == 1)
  }

  @Test("an edge between observables is found")
  func observedEdge() throws {
    let graph = try tree(.invertible, edges: [("x1", "x2")], allowsObservedEdges: true)
    let report = try report(graph, .linearOrthogonal)
    #expect(report[.noObservedEdges].verdict == .fail)
    #expect(report[.noObservedEdges].offenders == [5])
    #expect(report.verdict(.one) == .fail && report.verdict(.two) == .fail)
  }

  @Test("the noisy regime fails by dimension count", arguments: [MechanismFamily.rho(0.85), .additiveNoise(.init())])
  func noisyRegime(family: MechanismFamily) throws {
    let report = try report(try tree(.noisy), family)
    #expect(report[.dimensionCount].verdict == .fail && report[.dimensionCount].offenders == [1, 2, 3, 4, 5, 6])
    #expect(report[.invertibleModules].verdict == .fail)
    #expect(report[.nonDegenerateNoise].verdict == .pass)
    // Exact for linear-Gaussian models: a scalar edge carries rank 1 of d_c = 2. Otherwise nobody knows.
    #expect(report[.injectivePrediction].verdict == (family == .rho(0.85) ? .fail : .notDecidable))
    #expect(report.verdict(.one) == .fail)
  }

  @Test("a singular weight matrix of enough dimensions is found numerically")
  func singularWeights() throws {
    let graph = try tree(.invertible)
    let model = try GenerativeModel(graph: graph, family: .linearOrthogonal, seed: 1)
    var weights = try #require(model.linearWeights)
    // x0: dimension 3 for inputs (a of dimension 2, ε); the second column is twice the first.
    weights[3] = Matrix([[1, 2, 0], [1, 2, 1], [0.5, 1, 0]])
    let singular = GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: weights.map { LinearMechanism(weights: $0) },
      noises: model.noises)
    let report = try report(singular)
    // x0 then shows one of the two dimensions that it shares with the others, so its prediction fails as well.
    #expect(failures(report) == [.invertibleModules, .injectivePrediction])
    #expect(report[.invertibleModules].offenders == [3] && report[.dimensionCount].verdict == .pass)
    #expect(try evidence(report, .invertibleModules, "smallest_singular_value") < 1e-12)
  }

  @Test("a prediction that shows nothing of the content is found though every module is invertible")
  func flatPrediction() throws {
    let graph = try HierarchicalGraph(
      name: "pair", nodes: ["c", "x0", "x1"].map { NodeDeclaration($0) }, edges: [("c", "x0"), ("c", "x1")],
      regime: .invertible)
    let root = LinearMechanism(weights: .identity(1))
    let model = GenerativeModel(
      graph: graph, family: .linearRandom, mechanisms: [root, SignMixing(), SignMixing()],
      noises: [.gaussian, .gaussian, .gaussian])
    let report = try report(model, masking: [["x0"]])
    #expect(failures(report) == [.injectivePrediction], "\(report[.injectivePrediction])")
    #expect(report.verdict(.one) == .pass && report.verdict(.two) == .fail)
  }

  @Test("a mask that hides nothing shares nothing")
  func emptyMask() throws {
    let model = try GenerativeModel(graph: try tree(.noisy), family: .rho(0.5), seed: 1)
    let report = try report(model, masking: [[]])
    #expect(report[.injectivePrediction].verdict == .pass)
    #expect(try evidence(report, .network, "largest_content_dimension") == 0)
  }

  @Test("noise that siblings share, or that is always 0, fails its clause and names the nodes")
  func violatedNoise() throws {
    let tied = try report(try tree(.invertible), .linearRandom, noise: .correlated(correlation: 0.4))
    #expect(tied[.independentNoises].verdict == .fail && !tied[.independentNoises].offenders.isEmpty)
    let loose = try report(try tree(.invertible), .linearRandom, noise: .correlated(correlation: 0))
    #expect(loose[.independentNoises].verdict == .pass)
    let flat = try report(try tree(.invertible), .linearRandom, noise: .degenerate)
    #expect(flat[.nonDegenerateNoise].verdict == .fail && !flat[.nonDegenerateNoise].offenders.isEmpty)
  }
}
