import GenerativeModels
import HierarchicalGraphs
import LinearAlgebra
import Stochastics
import Testing

@Suite struct SamplerTests {
  static let families: [MechanismFamily] = [.linearRandom, .linearOrthogonal, .rho(0.85), .additiveNoise(.init())]

  @Test("Sample i has the same bits in every range that holds it", arguments: families)
  func rangesAgree(family: MechanismFamily) throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 1))
    let key = RandomKey(seed: 2)
    let whole = model.sample(0..<1500, key: key)
    for range: Range<UInt64> in [0..<1, 255..<257, 100..<900, 511..<512, 1300..<1500] {
      let part = model.sample(range, key: key)
      let rows = Int(range.lowerBound)..<Int(range.upperBound)
      #expect(part.observed() == whole.observed().rows(rows))
      for v in model.graph.nodes.indices {
        #expect(part.value(of: v) == whole.value(of: v).rows(rows))
        #expect(part.noise(of: v) == whole.noise(of: v).rows(rows))
      }
    }
  }

  @Test("Vector-valued nodes, whose products go through BLAS, do not depend on the range either")
  func rangesAgreeForVectors() throws {
    let model = try GenerativeModel(
      graph: crossedGraph(regime: .invertible), family: .mlp(.init(conditionQuantile: 0.1, conditionDraws: 200)),
      key: RandomKey(seed: 1))
    let whole = model.sample(0..<700, key: RandomKey(seed: 9))
    for range: Range<UInt64> in [3..<4, 200..<513] {
      #expect(
        model.sample(range, key: RandomKey(seed: 9)).observed()
          == whole.observed().rows(Int(range.lowerBound)..<Int(range.upperBound)))
    }
  }

  @Test(
    "fillObserved writes what sample(_:key:).observed() returns, on any number of threads", arguments: [1, 2, 3, 8])
  func fillAgrees(workers: Int) throws {
    let model = try GenerativeModel(graph: binaryTree(depth: 4), family: .rho(0.7), key: RandomKey(seed: 3))
    let expected = model.sample(77..<877, key: RandomKey(seed: 4)).observed()
    var actual = Matrix<Float>(rows: 800, columns: 16, repeating: .nan)
    actual.withUnsafeMutableElements {
      model.fillObserved(77..<877, key: RandomKey(seed: 4), into: $0, workers: workers)
    }
    #expect(actual == expected)
  }

  @Test("Other seeds and other nodes have other noise")
  func streamsDiffer() throws {
    let model = try GenerativeModel(graph: binaryTree(depth: 2), family: .rho(0.7), key: RandomKey(seed: 3))
    let sample = model.sample(0..<100, key: RandomKey(seed: 4))
    let other = model.sample(0..<100, key: RandomKey(seed: 5))
    for v in model.graph.nodes.indices {
      #expect(sample.noise(of: v) != other.noise(of: v))
      for w in 0..<v { #expect(sample.noise(of: v) != sample.noise(of: w)) }
    }
  }

  @Test("Declaring the nodes in another order changes no value")
  func orderOfDeclaration() throws {
    let names = ["x3", "d", "x0", "b", "c", "x2", "a", "x1"]
    let graph = try crossedGraph()
    let shuffled = try HierarchicalGraph(
      name: "shuffled", nodes: names.map { NodeDeclaration($0) },
      edges: graph.edges.map { (graph.nodes[$0.from].name, graph.nodes[$0.to].name) })
    let first = try GenerativeModel(graph: graph, family: .linearRandom, key: RandomKey(seed: 1))
    let second = try GenerativeModel(graph: shuffled, family: .linearRandom, key: RandomKey(seed: 1))
    let (a, b) = (first.sample(0..<300, key: RandomKey(seed: 2)), second.sample(0..<300, key: RandomKey(seed: 2)))
    for (v, node) in graph.nodes.enumerated() {
      let w = try #require(shuffled.index(of: node.name))
      #expect(a.value(of: v) == b.value(of: w))
    }
  }

  @Test("Every value is its mechanism applied to its parents and its noise")
  func structuralEquations() throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: .linearRandom, key: RandomKey(seed: 6))
    let sample = model.sample(0..<50, key: RandomKey(seed: 7))
    let weights = try #require(model.linearWeights)
    for v in model.graph.nodes.indices {
      let inputs = Matrix.concatenatingColumns(
        model.graph.parents[v].map { sample.value(of: $0) } + [sample.noise(of: v)])
      let expected = inputs.double.multiplied(by: weights[v], transposeOther: true)
      #expect((expected - sample.value(of: v).double).maximumMagnitude < 1e-5)
    }
  }

  @Test(
    "The sample covariance of a linear model is its population covariance within 6 standard errors",
    arguments: families.prefix(3))
  func covarianceMatches(family: MechanismFamily) throws {
    let model = try GenerativeModel(graph: crossedGraph(), family: family, key: RandomKey(seed: 11))
    let n = 200_000
    let all = model.sample(0..<UInt64(n), key: RandomKey(seed: 12)).values(of: Array(model.graph.nodes.indices))
    let measured = covariance(all)
    let population = populationCovariance(model.graph, weights: try #require(model.linearWeights))
    for i in 0..<population.rows {
      for j in 0...i {
        let error = ((population[i, i] * population[j, j] + population[i, j] * population[i, j]) / Double(n))
          .squareRoot()
        #expect(abs(measured[i, j] - population[i, j]) < 6 * error, "entry (\(i), \(j))")
      }
    }
  }
}
