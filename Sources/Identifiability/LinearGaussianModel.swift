public import GenerativeModels
public import HierarchicalGraphs
public import LinearAlgebra
internal import Stochastics

/// A linear model in closed form: every node's value as a linear map of the stacked, standardised exogenous noises.
///
/// With T = Σ dim(v) value coordinates and N = Σ dim(ε_v) noise coordinates, `value = L · ε`, L of shape (T, N), so that all
/// second moments are products of rows of L: Cov(values) = L·Lᵀ = (I − W)⁻¹ Ψ (I − W)⁻ᵀ, Cov(values, ε) = L. Noises of mean 0
/// and variance 1 are enough: what is computed from second moments is the best *linear* prediction under any law, and the
/// best prediction under the Gaussian one.
public struct LinearGaussianModel: Sendable {
  /// The skeleton.
  public let graph: HierarchicalGraph
  /// L, shape (T, N).
  public let loadings: Matrix<Double>
  /// The rows of each node's value.
  public let valueRanges: [Range<Int>]
  /// The columns of each node's noise.
  public let noiseRanges: [Range<Int>]

  /// A model from the weights of `value_v = W_v · (parents, ε_v)`.
  ///
  /// - Parameters:
  ///   - graph: Any valid graph.
  ///   - weights: For each node W_v of shape (dim v, Σ dim(parents) + dim ε_v), the parents' columns first, in the graph's
  ///     order, with noises of variance 1.
  /// - Precondition: the shapes fit.
  /// - Complexity: O(Σ_v dim(v) · inputs(v) · N) time, T · N numbers of memory.
  public init(graph: HierarchicalGraph, weights: [Matrix<Double>]) {
    precondition(weights.count == graph.nodes.count, "\(weights.count) weight matrices for \(graph.nodes.count) nodes")
    var (valueRanges, noiseRanges, values, noises) = ([Range<Int>](), [Range<Int>](), 0, 0)
    for node in graph.nodes {
      valueRanges.append(values..<values + node.dimension)
      noiseRanges.append(noises..<noises + node.noiseDimension)
      values += node.dimension
      noises += node.noiseDimension
    }
    var storage = [Double](repeating: 0, count: values * noises)
    storage.withUnsafeMutableBufferPointer { loadings in
      for v in graph.topologicalOrder {
        let inputs = graph.parents[v].flatMap { Array(valueRanges[$0]) }
        let weight = weights[v]
        precondition(
          weight.rows == valueRanges[v].count && weight.columns == inputs.count + noiseRanges[v].count,
          "weights of shape (\(weight.rows), \(weight.columns)) for node '\(graph.nodes[v].name)'")
        weight.withUnsafeElements { w in
          for (i, row) in valueRanges[v].enumerated() {
            for (j, input) in inputs.enumerated() where w[i * weight.columns + j] != 0 {
              let factor = w[i * weight.columns + j]
              for k in 0..<noises { loadings[row * noises + k] += factor * loadings[input * noises + k] }
            }
            for (j, noise) in noiseRanges[v].enumerated() {
              loadings[row * noises + noise] += w[i * weight.columns + inputs.count + j]
            }
          }
        }
      }
    }
    self.graph = graph
    loadings = Matrix(rows: values, columns: noises, storage: storage)
    self.valueRanges = valueRanges
    self.noiseRanges = noiseRanges
  }

  /// The closed form of a generating process, or `nil` if some mechanism is not linear or some noise not Gaussian: then
  /// E[· | x_mᶜ] is not linear and the best representation no reduced-rank regression.
  public init?(_ model: GenerativeModel) {
    guard let weights = model.linearWeights, model.noises.allSatisfy({ $0 == .gaussian }) else { return nil }
    self.init(graph: model.graph, weights: weights)
  }

  /// The covariance of all values, shape (T, T).
  public var covariance: Matrix<Double> { loadings.multiplied(by: loadings, transposeOther: true) }
}
