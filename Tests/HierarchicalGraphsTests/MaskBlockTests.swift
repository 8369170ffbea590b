internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct MaskBlockTests {
  /// The masks of a block law by their definition: all rectangles of a height and a width.
  private func rectangles(rows: Int, columns: Int, height: Int, width: Int) -> Set<Mask> {
    var masks = Set<Mask>()
    for top in 0...rows - height {
      for left in 0...columns - width {
        masks.insert(
          Mask(
            (0..<rows * columns).map { cell in
              (top..<top + height).contains(cell / columns) && (left..<left + width).contains(cell % columns)
            }))
      }
    }
    return masks
  }

  @Test("On a line a block has as many patches as an exact count, in a row, all places equally likely")
  func line() throws {
    for (count, ratio, width) in [(16, 0.5, 8), (16, 0.05, 1), (16, 0.99, 15), (5, 0.5, 3), (2, 0.5, 1)] {
      #expect(MaskDistribution.maskedPatches(ratio: ratio, patchCount: count) == width)
      let distribution = try MaskDistribution(.block(ratio: ratio), grid: .line(count), patchSize: 1)
      let expected = rectangles(rows: 1, columns: count, height: 1, width: width)
      #expect(Set(distribution.blockMasks()) == expected && distribution.blockMasks().count == expected.count)
      let draws = 9000
      var (stream, drawn) = (RandomStream(RandomKey(seed: 1)), [Mask: Int]())
      for _ in 0..<draws { drawn[distribution.draw(using: &stream), default: 0] += 1 }
      #expect(Set(drawn.keys) == expected)
      // Six standard deviations of a binomial count.
      let mean = Double(draws) / Double(expected.count)
      let limit = 6 * (mean * (1 - 1 / Double(expected.count))).squareRoot()
      for number in drawn.values { #expect(abs(Double(number) - mean) <= limit) }
    }
  }

  @Test(
    "On a rectangle a block has √r of the rows and the columns that bring its share nearest to r",
    arguments: [(4, 6, 0.25, 2, 3), (4, 6, 0.5, 3, 4), (4, 6, 0.99, 4, 5), (8, 8, 0.5, 6, 5), (3, 1, 0.99, 2, 1)])
  func rectangle(rows: Int, columns: Int, ratio: Double, height: Int, width: Int) throws {
    let grid = ObservationGrid.rectangle(rows: rows, columns: columns)
    let distribution = try MaskDistribution(.block(ratio: ratio), grid: grid, patchSize: 1)
    #expect(
      Set(distribution.blockMasks()) == rectangles(rows: rows, columns: columns, height: height, width: width))
  }

  @Test("Blocks are made of whole patches")
  func patches() throws {
    let distribution = try MaskDistribution(.block(ratio: 0.5), grid: .line(16), patchSize: 4)
    let expected = [0, 4, 8].map { first in Mask((0..<16).map { (first..<first + 8).contains($0) }) }
    #expect(distribution.blockMasks() == expected)
  }
}
