extension HierarchicalGraph {
  /// A pyramid with overlapping receptive fields: every latent is the parent of a window of neighbours one level below,
  /// and the windows of neighbouring latents are `stride` apart, as in a convolutional network.
  ///
  /// On a rectangle windows are squares. A side of n nodes has ⌈(n − window) / stride⌉ + 1 windows above it (1 if
  /// n ≤ window); the last window is cut at the border, so that every node but the topmost ones has a parent. Nodes are
  /// named `z<level>_<i>` and `x<i>`, on a rectangle `z<level>_<row>_<column>` and `x<row>_<column>`.
  ///
  /// - Parameters:
  ///   - grid: The layout of the observables, at least two.
  ///   - window: The side of a receptive field, at least 2.
  ///   - stride: The distance of neighbouring windows, from 1 to `window` (less than the window: they overlap).
  ///   - levels: The number of latent levels; `nil` goes on to a single root.
  ///   - regime: In the invertible regime dimensions are filled in unless given; they grow fast where windows overlap.
  ///   - dimension: The dimension of every node; `nil` for the regime's default.
  ///   - noiseDimension: The noise dimension of every node; `nil` for the regime's default.
  /// - Throws: ``GraphError/invalidParameter(name:value:remedy:)`` and the errors of validation.
  public static func pyramid(
    grid: ObservationGrid, window: Int, stride: Int, levels: Int? = nil, regime: Regime = .noisy,
    dimension: Int? = nil, noiseDimension: Int? = nil
  ) throws(GraphError) -> HierarchicalGraph {
    let shapes = try pyramidShapes(grid: grid, window: window, stride: stride, levels: levels)
    var layers = LayeredNodes(dimension: dimension, noiseDimension: noiseDimension)
    for (level, shape) in shapes.enumerated().reversed() {
      layers.append(
        (0..<shape.rows).flatMap { row in
          (0..<shape.columns).map { column in
            let place = grid.sides.count == 1 ? "\(column)" : "\(row)_\(column)"
            return LayeredNodes.name(level: level, place)
          }
        }, isObserved: level == 0)
      guard level + 1 < shapes.count else { continue }
      let above = shapes[level + 1]
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          for parentRow in windows(over: row, count: above.rows, window: window, stride: stride) {
            for parentColumn in windows(over: column, count: above.columns, window: window, stride: stride) {
              layers.connect(
                parent: parentRow * above.columns + parentColumn, child: row * shape.columns + column)
            }
          }
        }
      }
    }
    let sides = grid.sides.map(String.init).joined(separator: "x")
    return try HierarchicalGraph(
      name: "pyramid-\(sides)-window\(window)-stride\(stride)", nodes: layers.declarations,
      indexedEdges: layers.edges, regime: regime, grid: grid)
  }

  /// The shapes of the levels, from the observables up; a line is one row.
  private static func pyramidShapes(
    grid: ObservationGrid, window: Int, stride: Int, levels: Int?
  ) throws(GraphError) -> [(rows: Int, columns: Int)] {
    var shape: (rows: Int, columns: Int) =
      switch grid {
      case .line(let count): (1, count)
      case .rectangle(let rows, let columns): (rows, columns)
      }
    guard shape.rows > 0, shape.columns > 0, shape.rows <= largestFamily / shape.columns, grid.count > 1 else {
      throw .invalidParameter(
        name: "grid", value: grid.sides.map(String.init).joined(separator: " x "),
        remedy: "give from 2 to \(largestFamily) observables")
    }
    guard window >= 2 else { throw .invalidParameter(name: "window", value: "\(window)", remedy: "give at least 2") }
    guard (1...window).contains(stride) else {
      throw .invalidParameter(
        name: "stride", value: "\(stride)", remedy: "give from 1 to the window, \(window), so that no node is left out")
    }
    if let levels, levels < 1 {
      throw .invalidParameter(name: "levels", value: "\(levels)", remedy: "give at least 1")
    }
    var shapes = [shape]
    var total = grid.count
    while shapes.count - 1 < levels ?? .max, shape.rows * shape.columns > 1 {
      shape = (
        windowCount(shape.rows, window: window, stride: stride),
        windowCount(shape.columns, window: window, stride: stride)
      )
      shapes.append(shape)
      total += shape.rows * shape.columns
      guard total <= largestFamily else {
        throw .invalidParameter(
          name: "stride", value: "\(stride)",
          remedy: "that is more than \(largestFamily) nodes: give a larger stride or fewer levels")
      }
    }
    if let levels, shapes.count - 1 < levels {
      throw .invalidParameter(
        name: "levels", value: "\(levels)", remedy: "the pyramid ends in one root at level \(shapes.count - 1)")
    }
    return shapes
  }

  private static func windowCount(_ side: Int, window: Int, stride: Int) -> Int {
    side <= window ? 1 : (side - window + stride - 1) / stride + 1
  }

  /// The windows that contain a place: those i with i·stride ≤ place < i·stride + window.
  private static func windows(over place: Int, count: Int, window: Int, stride: Int) -> ClosedRange<Int> {
    let first = place < window ? 0 : (place - window) / stride + 1
    return first...min(place / stride, count - 1)
  }
}
