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
    forEachPanel(indices, keys: SampleKeys(self, key: key), keepsNoises: true) { panel, source, target, length in
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
    fillObserved(indices, keys: SampleKeys(self, key: key), into: target, workers: workers)
  }

  /// As ``fillObserved(_:key:into:workers:)``, for many ranges of samples of one key: its streams' names are derived once.
  ///
  /// - Precondition: the keys are those of this model.
  public func fillObserved(
    _ indices: Range<UInt64>, keys: SampleKeys, into target: UnsafeMutableBufferPointer<Float>, workers: Int = 1
  ) {
    precondition(workers > 0, "\(workers) workers")
    precondition(keys.noises.count == layout.noiseRows, "keys of another model")
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
      fill(start..<end, keys: keys, into: rows + Int(start - indices.lowerBound) * width)
    }
  }

  private func fill(_ indices: Range<UInt64>, keys: SampleKeys, into target: UnsafeMutablePointer<Float>) {
    forEachPanel(indices, keys: keys, keepsNoises: false) { panel, source, first, length in
      panel.values.withUnsafeBufferPointer { values in
        gatherTransposed(
          values.baseAddress! + source, stride: Panel.width, rows: layout.observedRows,
          into: target + first * layout.observedRows.count, count: length)
      }
    }
  }

  /// Runs `body(panel, first column in the panel, first index in the result, length)` over the panels that cover a range.
  private func forEachPanel(
    _ indices: Range<UInt64>, keys: SampleKeys, keepsNoises: Bool, _ body: (Panel, Int, Int, Int) -> Void
  ) {
    var panel = Panel(self, keys: keys, keepsNoises: keepsNoises)
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
