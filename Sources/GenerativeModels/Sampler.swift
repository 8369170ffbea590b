internal import Dispatch
internal import HierarchicalGraphs
internal import LinearAlgebra
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
    forEachPanel(indices, key: key, keepsNoises: true) { panel, source, target, length in
      result.copy(panel, from: source, to: target, length: length)
    }
    return result
  }

  /// Draws observed rows only, straight into a data matrix: what training consumes.
  ///
  /// - Parameters:
  ///   - indices: The sample numbers.
  ///   - key: The randomness of all samples: sample i depends on it and on i alone.
  ///   - target: Shape (indices.count, observedDimension), row-major, overwritten; observables in grid order.
  ///   - workers: How many threads share the samples; the bits do not depend on it.
  public func fillObserved(
    _ indices: Range<UInt64>, key: RandomKey, into target: UnsafeMutableBufferPointer<Float>, workers: Int = 1
  ) {
    precondition(workers > 0, "\(workers) workers")
    let width = layout.observedRows.count
    precondition(
      target.count == indices.count * width, "\(target.count) elements for shape (\(indices.count), \(width))")
    guard width > 0, !indices.isEmpty else { return }
    // Each worker takes a run of whole panels.
    let panelWidth = UInt64(Panel.width)
    let (first, last) = (indices.lowerBound / panelWidth, (indices.upperBound - 1) / panelWidth)
    let share = (last - first) / UInt64(workers) + 1
    // Runs write to disjoint rows.
    nonisolated(unsafe) let rows = target.baseAddress!
    DispatchQueue.concurrentPerform(iterations: Int((last - first) / share) + 1) { worker in
      let start = max(indices.lowerBound, (first + UInt64(worker) * share) * panelWidth)
      let end = min(indices.upperBound, (first + UInt64(worker + 1) * share) * panelWidth)
      fill(start..<end, key: key, into: rows + Int(start - indices.lowerBound) * width)
    }
  }

  private func fill(_ indices: Range<UInt64>, key: RandomKey, into target: UnsafeMutablePointer<Float>) {
    forEachPanel(indices, key: key, keepsNoises: false) { panel, source, first, length in
      panel.values.withUnsafeBufferPointer { values in
        gatherTransposed(
          values.baseAddress! + source, stride: Panel.width, rows: layout.observedRows,
          into: target + first * layout.observedRows.count, count: length)
      }
    }
  }

  /// Runs `body(panel, first column in the panel, first index in the result, length)` over the panels that cover a range.
  private func forEachPanel(
    _ indices: Range<UInt64>, key: RandomKey, keepsNoises: Bool, _ body: (Panel, Int, Int, Int) -> Void
  ) {
    var panel = Panel(self, key: key, keepsNoises: keepsNoises)
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
  /// Feature-major noises of all nodes, shape (noiseRows, 256); empty if nobody will read them.
  var noises: [Float]
  private var inputs: [Float]
  /// The stream of each noise row: named after its node, so that it is independent of the order of declaration.
  private let noiseKeys: [RandomKey]
  /// The stream of the factor that each node's noise shares with its siblings' under a correlated law.
  private let factorKeys: [RandomKey]

  init(_ model: GenerativeModel, key: RandomKey, keepsNoises: Bool) {
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
    noises = Array(repeating: 0, count: keepsNoises ? layout.noiseRows * Self.width : 0)
    inputs = Array(repeating: 0, count: layout.largestInput * Self.width)
  }

  mutating func evaluate(_ model: GenerativeModel, firstSample: UInt64) {
    let graph = model.graph
    let width = Self.width
    values.withUnsafeMutableBufferPointer { values in
      noises.withUnsafeMutableBufferPointer { noises in
        inputs.withUnsafeMutableBufferPointer { inputs in
          // Siblings often follow one another: what they read of their parents is copied once.
          var (gathered, parentRows): (ArraySlice<Int>, Int) = ([], 0)
          for v in graph.topologicalOrder {
            if graph.parents[v] != gathered {
              gathered = graph.parents[v]
              parentRows = 0
              for parent in gathered {
                let rows = graph.nodes[parent].dimension
                (inputs.baseAddress! + parentRows * width).update(
                  from: values.baseAddress! + layout.valueOffsets[parent] * width, count: rows * width)
                parentRows += rows
              }
            }
            var row = parentRows
            // Noises are drawn where the mechanism reads them, and kept besides only if somebody asks for them.
            for component in 0..<graph.nodes[v].noiseDimension {
              let noiseRow = layout.noiseOffsets[v] + component
              let target = UnsafeMutableBufferPointer(rebasing: inputs[row * width..<(row + 1) * width])
              model.noises[v].fill(target, key: noiseKeys[noiseRow], factor: factorKeys[v], offset: firstSample)
              if !noises.isEmpty {
                (noises.baseAddress! + noiseRow * width).update(from: target.baseAddress!, count: width)
              }
              row += 1
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
