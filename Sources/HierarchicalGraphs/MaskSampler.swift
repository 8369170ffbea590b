/// Whether each sample of a batch has a mask of its own.
public enum MaskSharing: String, Sendable, CaseIterable {
  /// A fresh mask for every row, as in MAE.
  case perSample = "per-sample"
  /// One mask for all rows of a batch.
  case perBatch = "per-batch"
}

/// Draws masks straight into a matrix of data columns: 1 where a column is masked, 0 where it is visible.
///
/// An observable of dimension d owns d neighbouring columns, which are masked together. Masks are those that
/// ``MaskDistribution/draw(using:)`` draws from the same generator.
public struct MaskSampler: Sendable {
  /// The law of the masks.
  public let distribution: MaskDistribution
  /// The number of columns of a row: the sum of the observables' dimensions.
  public let columnCount: Int
  /// The patch of each column.
  @usableFromInline let patchOfColumn: [Int32]
  /// w where patch p owns the w columns from w · p on, as on a line of equal observables; 0 elsewhere.
  @usableFromInline let columnsOfPatch: Int
  /// For each column, a column of each patch that touches its own.
  private let touchingColumns: [[Int]]

  /// A sampler.
  ///
  /// - Parameters:
  ///   - distribution: The law of the masks.
  ///   - dimensions: The dimension of each observable, in grid order.
  /// - Precondition: one positive dimension for each observable.
  public init(_ distribution: MaskDistribution, dimensions: [Int]) {
    precondition(
      dimensions.count == distribution.observableCount && dimensions.allSatisfy { $0 > 0 },
      "dimensions \(dimensions) for \(distribution.observableCount) observables")
    self.distribution = distribution
    var patchOf = [Int32](repeating: 0, count: distribution.observableCount)
    for (index, patch) in distribution.patches.enumerated() {
      for position in patch { patchOf[position] = Int32(index) }
    }
    patchOfColumn = dimensions.indices.flatMap { [Int32](repeating: patchOf[$0], count: dimensions[$0]) }
    columnCount = patchOfColumn.count
    let width = columnCount / distribution.patches.count
    columnsOfPatch = patchOfColumn.enumerated().allSatisfy { Int($1) == $0 / width } ? width : 0
    var firstColumn = [Int](repeating: 0, count: distribution.patches.count)
    for (column, patch) in patchOfColumn.enumerated().reversed() { firstColumn[Int(patch)] = column }
    let touching = distribution.patchNeighbours().map { $0.map { firstColumn[$0] } }
    touchingColumns = patchOfColumn.map { touching[Int($0)] }
  }

  /// A sampler for the observables of a graph.
  ///
  /// - Precondition: the distribution is on a grid of as many observables.
  public init(_ distribution: MaskDistribution, for graph: HierarchicalGraph) {
    self.init(distribution, dimensions: graph.observables.map { graph.nodes[$0].dimension })
  }

  /// The patch of each column: the columns of one are always masked together.
  public var patches: [Int] { patchOfColumn.map(Int.init) }

  /// Draws one mask into a row.
  ///
  /// - Parameters:
  ///   - row: `columnCount` values; may be uninitialized.
  ///   - generator: The source of randomness.
  /// - Complexity: O(columns); no allocation.
  @inlinable
  public func fill(row: UnsafeMutableBufferPointer<Float>, using generator: inout some RandomNumberGenerator) {
    precondition(row.count == columnCount, "a row of \(row.count) values for \(columnCount) columns")
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: distribution.patches.count) { chosen in
      distribution.draw(into: chosen, using: &generator)
      expand(UnsafeBufferPointer(chosen), into: row)
    }
  }

  /// Writes the flag of its patch into every column.
  @inlinable
  func expand(_ chosen: UnsafeBufferPointer<UInt8>, into row: UnsafeMutableBufferPointer<Float>) {
    guard columnsOfPatch > 0, let base = row.baseAddress else {
      return patchOfColumn.withUnsafeBufferPointer { patches in
        for column in 0..<patches.count { row[column] = Float(chosen[Int(patches[column])]) }
      }
    }
    // Four columns at once: the masks of a small network's batch take a visible part of its step.
    var column = 0
    for flag in chosen {
      let value = Float(flag)
      let end = column + columnsOfPatch
      while column + 4 <= end {
        UnsafeMutableRawPointer(base + column).storeBytes(of: SIMD4(repeating: value), as: SIMD4<Float>.self)
        column += 4
      }
      while column < end {
        base[column] = value
        column += 1
      }
    }
  }

  /// Draws the masks of a batch.
  ///
  /// - Parameters:
  ///   - buffer: Shape (n, columnCount), row by row; may be uninitialized.
  ///   - sharing: A mask for each row, or one for all.
  ///   - generator: The source of randomness; rows are drawn in order.
  /// - Complexity: O(n · columns); no allocation.
  @inlinable
  public func fill(
    batch buffer: UnsafeMutableBufferPointer<Float>, sharing: MaskSharing = .perSample,
    using generator: inout some RandomNumberGenerator
  ) {
    precondition(buffer.count % columnCount == 0, "\(buffer.count) values in rows of \(columnCount)")
    guard let base = buffer.baseAddress else { return }
    for start in stride(from: 0, to: buffer.count, by: columnCount) {
      if sharing == .perBatch, start > 0 {
        (base + start).initialize(from: base, count: columnCount)
      } else {
        fill(row: UnsafeMutableBufferPointer(start: base + start, count: columnCount), using: &generator)
      }
    }
  }

  /// Writes which entries of a batch count in the loss: 1 where a masked one does, 0 elsewhere.
  ///
  /// - Parameters:
  ///   - targets: Which masked observables count.
  ///   - masks: Shape (n, columnCount), row by row: masks of this sampler.
  ///   - counted: Of the same shape; may be uninitialized.
  /// - Complexity: O(n · columns); no allocation.
  public func fillCounted(
    _ targets: MaskTargets, of masks: UnsafeBufferPointer<Float>, into counted: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(
      masks.count % columnCount == 0 && masks.count == counted.count, "\(masks.count) values in rows of \(columnCount)")
    guard targets == .interior else {
      _ = counted.initialize(from: masks)
      return
    }
    for start in stride(from: 0, to: masks.count, by: columnCount) {
      for column in 0..<columnCount {
        // A masked entry counts unless one of the patches around it is visible; flags are 0 or 1.
        counted[start + column] = touchingColumns[column].reduce(masks[start + column]) { $0 * masks[start + $1] }
      }
    }
  }
}
