/// The layout of the observables: a line or a rectangle, filled row by row.
public enum ObservationGrid: Hashable, Sendable {
  /// `count` observables in one row.
  case line(Int)
  /// `rows × columns` observables, like pixels.
  case rectangle(rows: Int, columns: Int)

  /// The number of cells.
  public var count: Int {
    switch self {
    case .line(let count): count
    case .rectangle(let rows, let columns): rows * columns
    }
  }

  /// The lengths of the sides: one number for a line, two for a rectangle.
  public var sides: [Int] {
    switch self {
    case .line(let count): [count]
    case .rectangle(let rows, let columns): [rows, columns]
    }
  }

  /// The patches of a side length, each as the positions (on the grid, row by row) of its observables; patches in
  /// row-by-row order. On a rectangle patches are squares.
  ///
  /// - Throws: ``GraphError/patchDoesNotDivide(patchSize:grid:)`` unless the side divides every side of the grid,
  ///   ``GraphError/tooFewPatches(patchSize:grid:)`` when fewer than two patches result.
  public func patches(ofSize size: Int) throws(GraphError) -> [[Int]] {
    guard size > 0, sides.allSatisfy({ $0 % size == 0 }) else {
      throw .patchDoesNotDivide(patchSize: size, grid: sides)
    }
    let result: [[Int]] =
      switch self {
      case .line(let count): stride(from: 0, to: count, by: size).map { Array($0..<$0 + size) }
      case .rectangle(let rows, let columns):
        stride(from: 0, to: rows, by: size).flatMap { top in
          stride(from: 0, to: columns, by: size).map { left in
            (top..<top + size).flatMap { row in (left..<left + size).map { row * columns + $0 } }
          }
        }
      }
    guard result.count > 1 else { throw .tooFewPatches(patchSize: size, grid: sides) }
    return result
  }
}
