import GenerativeModels
import HierarchicalGraphs
import Identifiability
import LinearAlgebra
import Stochastics
import Testing

@Suite struct PosteriorMeanTests {
  static let graph = try! HierarchicalGraph.tree(depth: 2, branching: 2)
  static func model(_ family: MechanismFamily) throws -> GenerativeModel {
    try GenerativeModel(graph: graph, family: family, noise: .gaussian, seed: 4)
  }

  @Test("One visible leaf of a ρ-tree: every mean is the leaf times the correlation along the path")
  func singleLeaf() throws {
    let model = try #require(LinearGaussianModel(try Self.model(.rho(0.8))))
    let observed = Matrix<Double>(rows: 2, columns: 4, storage: [2, 9, 9, 9, -1, 9, 9, 9])
    let mask = Mask([false, true, true, true])
    let means = try model.posteriorMeans(observed: observed, mask: mask)
    let names = Self.graph.nodes.map(\.name)
    let steps = ["x0": 0, "z1_0": 1, "x1": 2, "z2_0": 2, "z1_1": 3, "x2": 4, "x3": 4]
    var correlations: [Double] = []
    for name in names {
      var correlation = 1.0
      for _ in 0..<(try #require(steps[name])) { correlation *= 0.8 }
      correlations.append(correlation)
    }
    for (v, range) in model.valueRanges.enumerated() {
      #expect(abs(means[0, range.lowerBound] - 2 * correlations[v]) < 1e-12, "\(names[v])")
      #expect(abs(means[1, range.lowerBound] + correlations[v]) < 1e-12)
    }
    let r2 = try model.posteriorR2(over: [mask])
    for (v, correlation) in correlations.enumerated() {
      #expect(abs(r2.values[v] - correlation * correlation) < 1e-12)
    }
  }

  @Test(
    "The mean is the least-squares prediction from the joint covariance, and its R² that of samples", arguments: 0..<3)
  func leastSquares(seed: Int) throws {
    let process = try Self.model(.linearRandom)
    let model = try #require(LinearGaussianModel(process))
    var stream = RandomStream(RandomKey(seed: UInt64(seed)))
    var flags = (0..<4).map { _ in stream.permutation(2)[0] == 0 }
    (flags[0], flags[3]) = (true, false)
    let mask = Mask(flags)
    let sample = process.sample(0..<20_000, key: RandomKey(seed: 9))
    let observed = sample.observed().double
    let means = try model.posteriorMeans(observed: observed, mask: mask)
    // Independent route: W = Σ_vv⁻¹ Σ_v· from the covariance of all values.
    let visible = mask.visible(in: Self.graph).flatMap { Array(model.valueRanges[$0]) }
    let columns = (0..<4).filter { !flags[$0] }
    let rows = model.covariance.rows(at: visible)
    let weights = try rows.columns(at: visible).choleskyFactor().choleskySolve(rows)
    let direct = observed.columns(at: columns) * weights
    for i in 0..<50 { for j in 0..<means.columns { #expect(abs(means[i, j] - direct[i, j]) < 1e-9) } }
    let r2 = try model.posteriorR2(over: [mask])
    for (v, range) in model.valueRanges.enumerated() {
      let values = sample.value(of: v).double.column(0)
      let (error, total) = values.indices.reduce((0.0, 0.0)) { sums, i in
        let e = values[i] - means[i, range.lowerBound]
        return (sums.0 + e * e, sums.1 + values[i] * values[i])
      }
      // Five standard errors of R² at 20,000 rows are below 0.03.
      #expect(abs(1 - error / total - r2.values[v]) < 0.03, "node \(v)")
    }
  }

  @Test("Without anything visible the mean is 0 and explains nothing")
  func nothingVisible() throws {
    let model = try #require(LinearGaussianModel(try Self.model(.rho(0.8))))
    let mask = Mask([true, true, true, true])
    let means = try model.posteriorMeans(observed: Matrix(rows: 3, columns: 4), mask: mask)
    #expect(means.rows == 3 && means.columns == 7 && means.storage.allSatisfy { $0 == 0 })
    #expect(try model.posteriorR2(over: [mask]).values.allSatisfy { $0 == 0 })
  }
}
