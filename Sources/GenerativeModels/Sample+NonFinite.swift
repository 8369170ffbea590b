public import HierarchicalGraphs

extension Sample {
  /// Where a generator first left the finite numbers.
  public struct NonFiniteValue: Hashable, Sendable {
    /// The first sample, counted from 0, that has a value that is not finite.
    public let sample: Int
    /// The first of its nodes, causes before effects, whose value is not finite.
    public let node: Int
    /// Whether an observable of that sample is not finite either: what training would see.
    public let isObserved: Bool
  }

  /// The first value that is not finite; nil if all are.
  ///
  /// - Parameter graph: The graph of the model that the samples were drawn from.
  /// - Complexity: O(values), in one pass without branches; where one is found, another pass.
  public func firstNonFiniteValue(in graph: HierarchicalGraph) -> NonFiniteValue? {
    let exponent = Float.infinity.bitPattern
    let largest = values.withUnsafeBufferPointer {
      $0.reduce(into: UInt32(0)) { $0 = Swift.max($0, $1.bitPattern & exponent) }
    }
    guard largest == exponent else { return nil }
    func isFinite(_ row: Int, _ sample: Int) -> Bool { values[row * count + sample].isFinite }
    let rows = 0..<layout.valueRows
    guard let sample = (0..<count).first(where: { sample in rows.contains { !isFinite($0, sample) } }) else {
      return nil
    }
    let node = graph.topologicalOrder.first { v in
      (0..<layout.dimensions[v]).contains { !isFinite(layout.valueOffsets[v] + $0, sample) }
    }
    let isObserved = layout.observedRows.contains { !isFinite($0, sample) }
    return node.map { NonFiniteValue(sample: sample, node: $0, isObserved: isObserved) }
  }
}
