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
    values.withUnsafeMutableBufferPointer { values in
      noises.withUnsafeMutableBufferPointer { noises in
        inputs.withUnsafeMutableBufferPointer { inputs in
          let rows = PanelRows(
            model: model, layout: layout, keys: keys, firstSample: firstSample, values: values, noises: noises,
            inputs: inputs)
          // Siblings often follow one another: what they read of their parents is copied once.
          var (gathered, parentRows): (ArraySlice<Int>, Int) = ([], 0)
          for step in steps {
            let parents = model.graph.parents[step.firstNode]
            if parents != gathered {
              gathered = parents
              parentRows = rows.gather(parents)
            }
            switch step {
            case .node(let v): rows.evaluate(v, parentRows)
            case .siblings(let siblings): rows.evaluate(siblings, parentRows)
            }
          }
        }
      }
    }
  }
}

/// The memory of a panel while it is computed.
private struct PanelRows {
  let model: GenerativeModel
  let layout: SampleLayout
  let keys: SampleKeys
  let firstSample: UInt64
  let values, noises, inputs: UnsafeMutableBufferPointer<Float>

  private func rows(
    _ first: Int, _ count: Int, of buffer: UnsafeMutableBufferPointer<Float>
  ) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: buffer[first * Panel.width..<(first + count) * Panel.width])
  }

  /// Copies the parents' values side by side to the first input rows; the number of these.
  func gather(_ parents: ArraySlice<Int>) -> Int {
    var end = 0
    for parent in parents {
      let source = rows(layout.valueOffsets[parent], layout.dimensions[parent], of: values)
      _ = rows(end, layout.dimensions[parent], of: inputs).update(fromContentsOf: source)
      end += layout.dimensions[parent]
    }
    return end
  }

  func evaluate(_ v: Int, _ parentRows: Int) {
    drawNoise(of: v, row: parentRows)
    model.mechanisms[v].evaluate(
      UnsafeBufferPointer(rows(0, parentRows + layout.noiseDimensions[v], of: inputs)),
      into: rows(layout.valueOffsets[v], layout.dimensions[v], of: values), count: Panel.width)
  }

  func evaluate(_ siblings: SiblingLayer, _ parentRows: Int) {
    for (index, v) in siblings.nodes.enumerated() { drawNoise(of: v, row: parentRows + index) }
    let count = siblings.nodes.count
    siblings.layer.apply(
      UnsafeBufferPointer(rows(0, parentRows, of: inputs)),
      into: rows(layout.valueOffsets[siblings.nodes.lowerBound], count, of: values), count: Panel.width,
      adding: UnsafeBufferPointer(rows(parentRows, count, of: inputs)))
  }

  /// Draws a node's noise into the input rows from `row` on, where its mechanism reads it, and keeps it besides only if
  /// somebody asks for it.
  private func drawNoise(of v: Int, row: Int) {
    for component in 0..<layout.noiseDimensions[v] {
      let noiseRow = layout.noiseOffsets[v] + component
      let target = rows(row + component, 1, of: inputs)
      model.noises[v].fill(target, key: keys.noises[noiseRow], factor: keys.factors[v], offset: firstSample)
      if !noises.isEmpty { _ = rows(noiseRow, 1, of: noises).update(fromContentsOf: target) }
    }
  }
}
