internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct MaskTargetsTests {
  /// The interior of a mask over single observables, by its definition.
  private func interior(_ mask: Mask, rows: Int, columns: Int) -> Mask {
    func isVisible(_ row: Int, _ column: Int) -> Bool {
      (0..<rows).contains(row) && (0..<columns).contains(column) && !mask.isMasked[row * columns + column]
    }
    return Mask(
      (0..<rows * columns).map { cell in
        let (row, column) = (cell / columns, cell % columns)
        return !isVisible(row, column) && !isVisible(row - 1, column) && !isVisible(row + 1, column)
          && !isVisible(row, column - 1) && !isVisible(row, column + 1)
      })
  }

  @Test("The interior is what is masked and touches nothing visible, on all masks of lines and a rectangle")
  func definition() throws {
    for (grid, rows, columns) in [
      (ObservationGrid.line(7), 1, 7), (.line(2), 1, 2), (.rectangle(rows: 3, columns: 4), 3, 4),
    ] {
      let distribution = try MaskDistribution(.exactCount(ratio: 0.5), grid: grid, patchSize: 1)
      for bits in 1..<(1 << grid.count) - 1 {
        let mask = Mask((0..<grid.count).map { bits >> $0 & 1 == 1 })
        #expect(distribution.counted(.interior, of: mask) == interior(mask, rows: rows, columns: columns))
        #expect(distribution.counted(.all, of: mask) == mask)
      }
    }
  }

  @Test("Patches count as wholes")
  func patches() throws {
    let distribution = try MaskDistribution(.exactCount(ratio: 0.5), grid: .line(8), patchSize: 2)
    let mask = Mask([true, true, true, true, false, false, true, true])
    #expect(
      distribution.counted(.interior, of: mask)
        == Mask([true, true, false, false, false, false, false, false]))
  }

  @Test("Whether a law leaves anything in the loss agrees with trying all of its masks")
  func canCount() throws {
    for (rows, columns) in [(1, 6), (1, 2), (2, 3)] {
      let grid: ObservationGrid = rows == 1 ? .line(columns) : .rectangle(rows: rows, columns: columns)
      for ratio in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let masked = MaskDistribution.maskedPatches(ratio: ratio, patchCount: grid.count)
        let all = (1..<(1 << grid.count) - 1).map { bits in Mask((0..<grid.count).map { bits >> $0 & 1 == 1 }) }
        func leaves(_ masks: [Mask]) -> Bool {
          masks.contains { interior($0, rows: rows, columns: columns).maskedCount > 0 }
        }
        let exact = try MaskDistribution(.exactCount(ratio: ratio), grid: grid, patchSize: 1)
        #expect(exact.canCount(.interior) == leaves(all.filter { $0.maskedCount == masked }))
        let independent = try MaskDistribution(.bernoulli(ratio: ratio), grid: grid, patchSize: 1)
        #expect(independent.canCount(.interior) == leaves(all))
        let block = try MaskDistribution(.block(ratio: ratio), grid: grid, patchSize: 1)
        #expect(block.canCount(.interior) == leaves(block.blockMasks()))
        for law in [exact, independent, block] { #expect(law.canCount(.all)) }
      }
    }
  }

  @Test("A batch's counted entries are those of each row's mask, in all columns of an observable")
  func batch() throws {
    let (dimensions, grid) = ([2, 1, 3, 1, 1, 2, 1, 1, 2, 1, 1, 1], ObservationGrid.rectangle(rows: 3, columns: 4))
    for law in [MaskDistribution.Law.exactCount(ratio: 0.7), .bernoulli(ratio: 0.6), .block(ratio: 0.6)] {
      let distribution = try MaskDistribution(law, grid: grid, patchSize: 1)
      let sampler = MaskSampler(distribution, dimensions: dimensions)
      let columns = sampler.columnCount
      var (stream, masks) = (RandomStream(RandomKey(seed: 3)), [Float](repeating: .nan, count: 30 * columns))
      masks.withUnsafeMutableBufferPointer { sampler.fill(batch: $0, using: &stream) }
      for targets in MaskTargets.allCases {
        var counted = [Float](repeating: .nan, count: masks.count)
        masks.withUnsafeBufferPointer { masks in
          counted.withUnsafeMutableBufferPointer { sampler.fillCounted(targets, of: masks, into: $0) }
        }
        var reference = RandomStream(RandomKey(seed: 3))
        for row in 0..<30 {
          let expected = distribution.counted(targets, of: distribution.draw(using: &reference))
          let flags = zip(expected.isMasked, dimensions).flatMap { [Float](repeating: $0 ? 1 : 0, count: $1) }
          #expect(Array(counted[row * columns..<(row + 1) * columns]) == flags)
        }
      }
    }
  }
}
