internal import HierarchicalGraphs
internal import Stochastics
internal import Testing

@Suite struct MaskSamplerTests {
  @Test(
    "Rows are the masks of the distribution, with each observable's columns together",
    arguments: [
      MaskDistribution.Law.exactCount(ratio: 0.3), .bernoulli(ratio: 0.6), .block(ratio: 0.5),
      .fixed(Mask([true, false, false, true, true, false])),
    ])
  func rows(law: MaskDistribution.Law) throws {
    let dimensions = [1, 3, 2, 1, 4, 2]
    let distribution = try MaskDistribution(law, grid: .rectangle(rows: 2, columns: 3), patchSize: 1)
    let sampler = MaskSampler(distribution, dimensions: dimensions)
    #expect(sampler.columnCount == 13)
    var (stream, reference) = (RandomStream(RandomKey(seed: 1)), RandomStream(RandomKey(seed: 1)))
    var batch = [Float](repeating: .nan, count: 20 * 13)
    batch.withUnsafeMutableBufferPointer { sampler.fill(batch: $0, using: &stream) }
    for row in 0..<20 {
      let mask = distribution.draw(using: &reference)
      let expected = zip(mask.isMasked, dimensions).flatMap { [Float](repeating: $0 ? 1 : 0, count: $1) }
      #expect(Array(batch[row * 13..<(row + 1) * 13]) == expected)
    }
  }

  @Test("A mask for the batch is the same in all rows, and one draw")
  func perBatch() throws {
    let distribution = try MaskDistribution(.exactCount(ratio: 0.5), grid: .line(16), patchSize: 2)
    let sampler = MaskSampler(distribution, dimensions: [Int](repeating: 1, count: 16))
    var (stream, reference) = (RandomStream(RandomKey(seed: 2)), RandomStream(RandomKey(seed: 2)))
    var batch = [Float](repeating: .nan, count: 5 * 16)
    batch.withUnsafeMutableBufferPointer { sampler.fill(batch: $0, sharing: .perBatch, using: &stream) }
    let expected = distribution.draw(using: &reference).isMasked.map { Float($0 ? 1 : 0) }
    for row in 0..<5 { #expect(Array(batch[row * 16..<(row + 1) * 16]) == expected) }
    #expect(stream.next() == reference.next())
  }
}
