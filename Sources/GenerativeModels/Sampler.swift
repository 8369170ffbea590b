internal import HierarchicalGraphs
public import Stochastics

extension GenerativeModel {
  /// Draws samples with every value and every noise kept.
  ///
  /// Sample i is a pure function of the model, `key` and i: whatever the range, order or number of threads it was drawn in.
  ///
  /// - Parameters:
  ///   - indices: The sample numbers.
  ///   - key: The source of the noise.
  /// - Returns: `indices.count` samples.
  /// - Complexity: O(samples · weights); memory O(samples · total dimension).
  public func sample(_ indices: Range<UInt64>, key: RandomKey) -> Sample {
    let count = indices.count
    var result = Sample(
      layout: layout, count: count, values: Array(repeating: 0, count: layout.valueRows * count),
      noises: Array(repeating: 0, count: layout.noiseRows * count))
    forEachPanel(indices, key: key) { panel, source, target, length in
      result.copy(panel, from: source, to: target, length: length)
    }
    return result
  }

  /// Draws observed rows only, straight into a data matrix: what training consumes.
  ///
  /// - Parameters:
  ///   - indices: The sample numbers.
  ///   - target: Shape (indices.count, observedDimension), row-major, overwritten; observables in grid order.
  public func fillObserved(_ indices: Range<UInt64>, key: RandomKey, into target: UnsafeMutableBufferPointer<Float>) {
    let width = layout.observedRows.count
    precondition(
      target.count == indices.count * width, "\(target.count) elements for shape (\(indices.count), \(width))")
    forEachPanel(indices, key: key) { panel, source, first, length in
      panel.values.withUnsafeBufferPointer { values in
        // Eight columns at a time: both the reads (eight contiguous rows) and the writes stay in cache.
        for start in stride(from: 0, to: width, by: 8) {
          let end = min(start + 8, width)
          for s in 0..<length {
            let row = target.baseAddress! + (first + s) * width
            for column in start..<end { row[column] = values[layout.observedRows[column] * Panel.width + source + s] }
          }
        }
      }
    }
  }

  /// Runs `body(panel, first column in the panel, first index in the result, length)` over the panels that cover a range.
  private func forEachPanel(
    _ indices: Range<UInt64>, key: RandomKey, _ body: (Panel, Int, Int, Int) -> Void
  ) {
    var panel = Panel(self, key: key)
    let width = UInt64(Panel.width)
    var index = indices.lowerBound
    while index < indices.upperBound {
      let start = index / width * width
      let end = min(start + width, indices.upperBound)
      panel.evaluate(self, firstSample: start)
      body(panel, Int(index - start), Int(index - indices.lowerBound), Int(end - index))
      index = end
    }
  }
}

/// 256 consecutive samples, computed together.
///
/// Panels start at multiples of 256 and are always computed whole, so that every BLAS call has the same shape and a sample
/// the same bits in whichever range it was asked for (kernels may round differently for different shapes).
struct Panel {
  static let width = 256
  let layout: SampleLayout
  /// Feature-major values of all nodes, shape (valueRows, 256).
  var values: [Float]
  /// Feature-major noises of all nodes, shape (noiseRows, 256).
  var noises: [Float]
  private var inputs: [Float]
  /// The stream of each noise row: named after its node, so that it is independent of the order of declaration.
  private let noiseKeys: [RandomKey]
  /// The stream of the factor that each node's noise shares with its siblings' under a correlated law.
  private let factorKeys: [RandomKey]

  init(_ model: GenerativeModel, key: RandomKey) {
    let layout = model.layout
    self.layout = layout
    factorKeys = model.noises.enumerated().map { v, law in
      // Small batches make many panels: no factor where none is used.
      if case .correlated = law { key.commonFactor(ofNode: v, in: model.graph) } else { key }
    }
    noiseKeys = layout.names.indices.flatMap { node in
      let nodeKey = key.child(layout.names[node])
      return (0..<layout.noiseDimensions[node]).map { nodeKey.child($0) }
    }
    values = Array(repeating: 0, count: layout.valueRows * Self.width)
    noises = Array(repeating: 0, count: layout.noiseRows * Self.width)
    inputs = Array(repeating: 0, count: layout.largestInput * Self.width)
  }

  mutating func evaluate(_ model: GenerativeModel, firstSample: UInt64) {
    let graph = model.graph
    let width = Self.width
    values.withUnsafeMutableBufferPointer { values in
      noises.withUnsafeMutableBufferPointer { noises in
        inputs.withUnsafeMutableBufferPointer { inputs in
          for v in graph.topologicalOrder {
            var row = 0
            for parent in graph.parents[v] {
              let rows = graph.nodes[parent].dimension
              (inputs.baseAddress! + row * width).update(
                from: values.baseAddress! + layout.valueOffsets[parent] * width, count: rows * width)
              row += rows
            }
            let noiseRows = graph.nodes[v].noiseDimension
            for component in 0..<noiseRows {
              let noiseRow = layout.noiseOffsets[v] + component
              let target = UnsafeMutableBufferPointer(rebasing: noises[noiseRow * width..<(noiseRow + 1) * width])
              model.noises[v].fill(target, key: noiseKeys[noiseRow], factor: factorKeys[v], offset: firstSample)
            }
            if noiseRows > 0 {
              (inputs.baseAddress! + row * width).update(
                from: noises.baseAddress! + layout.noiseOffsets[v] * width, count: noiseRows * width)
              row += noiseRows
            }
            let firstRow = layout.valueOffsets[v]
            let outputs = values[firstRow * width..<(firstRow + graph.nodes[v].dimension) * width]
            model.mechanisms[v].evaluate(
              UnsafeBufferPointer(rebasing: inputs[0..<row * width]),
              into: UnsafeMutableBufferPointer(rebasing: outputs), count: width)
          }
        }
      }
    }
  }
}
