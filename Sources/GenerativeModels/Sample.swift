internal import HierarchicalGraphs
public import LinearAlgebra

/// Where each node's components stand in the feature-major arrays of a sample.
struct SampleLayout: Sendable {
  let valueOffsets: [Int]
  let noiseOffsets: [Int]
  let dimensions: [Int]
  let noiseDimensions: [Int]
  /// The value rows of the observables' components, in grid order.
  let observedRows: [Int]
  let names: [String]
  let largestInput: Int

  var valueRows: Int { dimensions.reduce(0, +) }
  var noiseRows: Int { noiseDimensions.reduce(0, +) }

  init(_ graph: HierarchicalGraph) {
    dimensions = graph.nodes.map(\.dimension)
    noiseDimensions = graph.nodes.map(\.noiseDimension)
    var (values, noises): ([Int], [Int]) = ([], [])
    var (nextValue, nextNoise) = (0, 0)
    for node in graph.nodes {
      values.append(nextValue)
      noises.append(nextNoise)
      nextValue += node.dimension
      nextNoise += node.noiseDimension
    }
    valueOffsets = values
    noiseOffsets = noises
    observedRows = graph.observables.flatMap { node in (0..<graph.nodes[node].dimension).map { values[node] + $0 } }
    names = graph.nodes.map(\.name)
    largestInput = graph.nodes.indices.map { graph.inputDimension($0) }.max() ?? 0
  }
}

/// Samples of a generating process with the ground truth: the value and the exogenous noise of every node.
public struct Sample: Sendable {
  let layout: SampleLayout
  /// The number of samples n.
  public let count: Int
  var values: [Float]
  var noises: [Float]

  mutating func copy(_ panel: Panel, from source: Int, to target: Int, length: Int) {
    Self.copyRows(panel.values, Panel.width, source, into: &values, count, target, length)
    Self.copyRows(panel.noises, Panel.width, source, into: &noises, count, target, length)
  }

  private static func copyRows(
    _ source: [Float], _ sourceWidth: Int, _ sourceStart: Int, into target: inout [Float], _ targetWidth: Int,
    _ targetStart: Int, _ length: Int
  ) {
    let rows = source.count / sourceWidth
    source.withUnsafeBufferPointer { from in
      target.withUnsafeMutableBufferPointer { to in
        for row in 0..<rows {
          (to.baseAddress! + row * targetWidth + targetStart).update(
            from: from.baseAddress! + row * sourceWidth + sourceStart, count: length)
        }
      }
    }
  }

  /// The values of one node, shape (n, dimension).
  public func value(of node: Int) -> Matrix<Float> {
    rows(values, (0..<layout.dimensions[node]).map { layout.valueOffsets[node] + $0 })
  }

  /// The exogenous noise of one node, shape (n, noise dimension).
  public func noise(of node: Int) -> Matrix<Float> {
    rows(noises, (0..<layout.noiseDimensions[node]).map { layout.noiseOffsets[node] + $0 })
  }

  /// The values of several nodes side by side, shape (n, Σ dimension).
  public func values(of nodes: [Int]) -> Matrix<Float> {
    rows(values, nodes.flatMap { node in (0..<layout.dimensions[node]).map { layout.valueOffsets[node] + $0 } })
  }

  /// The noises of several nodes side by side, shape (n, Σ noise dimension).
  public func noises(of nodes: [Int]) -> Matrix<Float> {
    rows(noises, nodes.flatMap { node in (0..<layout.noiseDimensions[node]).map { layout.noiseOffsets[node] + $0 } })
  }

  /// The observables side by side in grid order, shape (n, observed dimension): a data matrix.
  public func observed() -> Matrix<Float> { rows(values, layout.observedRows) }

  /// The given feature rows as columns of a row-major matrix.
  private func rows(_ source: [Float], _ indices: [Int]) -> Matrix<Float> {
    var featureMajor: [Float] = []
    featureMajor.reserveCapacity(indices.count * count)
    for index in indices { featureMajor.append(contentsOf: source[index * count..<(index + 1) * count]) }
    return Matrix(rows: indices.count, columns: count, storage: featureMajor).transposed()
  }
}
