internal import HierarchicalGraphs
internal import LinearAlgebra
public import Stochastics

/// The streams of a model's samples under one key.
public struct SampleKeys: Sendable {
  /// The stream of each noise row: named after its node, so that it is independent of the order of declaration.
  let noises: [RandomKey]
  /// The stream of the factor that each node's noise shares with its siblings' under a correlated law.
  let factors: [RandomKey]

  /// The streams.
  ///
  /// - Parameters:
  ///   - model: What samples are drawn from.
  ///   - key: The randomness of all samples.
  /// - Complexity: O(nodes + noise dimensions).
  public init(_ model: GenerativeModel, key: RandomKey) {
    factors = model.noises.enumerated().map { v, law in
      if case .correlated = law { key.commonFactor(ofNode: v, in: model.graph) } else { key }
    }
    noises = model.layout.names.indices.flatMap { node in
      let nodeKey = key.child(model.layout.names[node])
      return (0..<model.layout.noiseDimensions[node]).map { nodeKey.child($0) }
    }
  }
}

/// 256 consecutive samples, computed together.
///
/// Panels start at multiples of 256 and are always computed whole, so that every BLAS call has the same shape and a sample
/// the same bits in whichever range it was asked for (kernels may round differently for different shapes).
struct Panel {
  static let width = 256
  private let layout: SampleLayout
  private let steps: [SamplingStep]
  /// Feature-major values of all nodes, shape (valueRows, 256).
  private(set) var values: [Float]
  /// Feature-major noises of all nodes, shape (noiseRows, 256); empty if nobody will read them.
  private(set) var noises: [Float]
  private var inputs: [Float]
  private let keys: SampleKeys

  init(_ model: GenerativeModel, keys: SampleKeys, keepsNoises: Bool) {
    layout = model.layout
    steps = model.steps
    self.keys = keys
    values = Self.scratch(rows: layout.valueRows)
    noises = Self.scratch(rows: keepsNoises ? layout.noiseRows : 0)
    inputs = Self.scratch(rows: steps.reduce(layout.largestInput) { max($0, $1.inputRows) })
  }

  /// Rows of any content: whatever is read of a panel was written for it before.
  private static func scratch(rows: Int) -> [Float] {
    Array(unsafeUninitializedCapacity: rows * width) { $1 = rows * width }
  }

  /// Computes the samples from `firstSample` on, a multiple of 256, of the model that the panel was made for.
  mutating func evaluate(_ model: GenerativeModel, firstSample: UInt64) {
    let (graph, width) = (model.graph, Self.width)
    values.withUnsafeMutableBufferPointer { values in
      noises.withUnsafeMutableBufferPointer { noises in
        inputs.withUnsafeMutableBufferPointer { inputs in
          // Siblings often follow one another: what they read of their parents is copied once.
          var (gathered, parentRows): (ArraySlice<Int>, Int) = ([], 0)
          for step in steps {
            let nodes = step.nodes
            let (first, last) = (nodes.lowerBound, nodes.upperBound - 1)
            if graph.parents[first] != gathered {
              gathered = graph.parents[first]
              parentRows = 0
              for parent in gathered {
                let rows = layout.dimensions[parent]
                (inputs.baseAddress! + parentRows * width).update(
                  from: values.baseAddress! + layout.valueOffsets[parent] * width, count: rows * width)
                parentRows += rows
              }
            }
            var row = parentRows
            // Noises are drawn where the mechanism reads them, and kept besides only if somebody asks for them.
            for v in nodes {
              for component in 0..<layout.noiseDimensions[v] {
                let noiseRow = layout.noiseOffsets[v] + component
                let target = UnsafeMutableBufferPointer(rebasing: inputs[row * width..<(row + 1) * width])
                model.noises[v].fill(target, key: keys.noises[noiseRow], factor: keys.factors[v], offset: firstSample)
                if !noises.isEmpty {
                  (noises.baseAddress! + noiseRow * width).update(from: target.baseAddress!, count: width)
                }
                row += 1
              }
            }
            let end = layout.valueOffsets[last] + layout.dimensions[last]
            let outputs = UnsafeMutableBufferPointer(
              rebasing: values[layout.valueOffsets[first] * width..<end * width])
            switch step {
            case .node(let v):
              model.mechanisms[v].evaluate(
                UnsafeBufferPointer(rebasing: inputs[0..<row * width]), into: outputs, count: width)
            case .siblings(let siblings):
              siblings.layer.apply(
                UnsafeBufferPointer(rebasing: inputs[0..<parentRows * width]), into: outputs, count: width,
                adding: UnsafeBufferPointer(rebasing: inputs[parentRows * width..<row * width]))
            }
          }
        }
      }
    }
  }
}
