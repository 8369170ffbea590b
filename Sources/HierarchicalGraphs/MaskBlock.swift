/// A rectangle of neighbouring patches at any place of the grid of patches: the masks of ``MaskDistribution/Law/block(ratio:)``.
///
/// On a line of N patches it has `maskedPatches(ratio:patchCount:)` of them, as an exact count has. On R × C patches it has
/// about the grid's own shape: √r · R rows, and as many columns as bring its share nearest to r.
@usableFromInline
struct MaskBlock: Sendable, Equatable {
  /// The rows of patches of the grid, 1 for a line.
  @usableFromInline let rows: Int
  /// The patches of a row.
  @usableFromInline let columns: Int
  /// The rows of the block.
  @usableFromInline let height: Int
  /// The columns of the block.
  @usableFromInline let width: Int

  /// - Parameters:
  ///   - ratio: The share r to be masked, strictly between 0 and 1.
  ///   - sides: The sides of the grid in patches, one or two numbers with a product of at least 2.
  init(ratio: Double, sides: [Int]) {
    let (rows, columns) = sides.count == 1 ? (1, sides[0]) : (sides[0], sides[1])
    let height = min(max(1, Int((ratio.squareRoot() * Double(rows)).rounded())), rows)
    let width = min(max(1, Int((ratio * Double(rows * columns) / Double(height)).rounded())), columns)
    // Something must remain visible.
    let isWhole = height == rows && width == columns
    (self.rows, self.columns) = (rows, columns)
    self.height = isWhole && columns == 1 ? height - 1 : height
    self.width = isWhole && columns > 1 ? width - 1 : width
  }

  /// The number of places that the block may have.
  @usableFromInline var placeCount: Int { (rows - height + 1) * (columns - width + 1) }

  /// Writes the block at a place into flags (1 masked, 0 visible), one for each patch.
  @usableFromInline
  func write(place: Int, into chosen: UnsafeMutableBufferPointer<UInt8>) {
    let (top, left) = place.quotientAndRemainder(dividingBy: columns - width + 1)
    chosen.initialize(repeating: 0)
    for row in top..<top + height {
      for column in left..<left + width { chosen[row * columns + column] = 1 }
    }
  }
}
