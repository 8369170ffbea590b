import HierarchicalGraphs
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

@Suite struct FixedDataSourceTests {
  /// Sample i is (10 i, 10 i + 1, …), so that a row names its sample.
  static func source(
    samples: Int, dimensions: [Int], law: MaskDistribution.Law = .exactCount(ratio: 0.5), shares: Bool = false,
    seed: UInt64 = 1
  ) throws -> FixedDataSource {
    let d = dimensions.reduce(0, +)
    return FixedDataSource(
      samples: Matrix((0..<samples).map { i in (0..<d).map { Float(10 * i + $0) } }),
      masks: MaskSampler(
        try MaskDistribution(law, grid: .line(dimensions.count), patchSize: 1), dimensions: dimensions),
      sharing: shares ? .perBatch : .perSample, key: RandomKey(seed: seed))
  }

  static func batch(_ source: FixedDataSource, step: Int, size: Int) -> (observed: [Float], mask: [Float]) {
    var observed = [Float](repeating: -1, count: size * source.observedDimension)
    var mask = observed
    observed.withUnsafeMutableBufferPointer { observed in
      mask.withUnsafeMutableBufferPointer { source.fill(step: step, batchSize: size, observed: observed, mask: $0) }
    }
    return (observed, mask)
  }

  @Test("Every epoch goes once through all samples, each in another order, across batches")
  func epochs() throws {
    let source = try Self.source(samples: 10, dimensions: [1, 1, 1, 1])
    let samples = (0..<15).flatMap { step in
      let observed = Self.batch(source, step: step, size: 4).observed
      return stride(from: 0, to: observed.count, by: 4).map { start in
        #expect((0..<4).allSatisfy { observed[start + $0] == observed[start] + Float($0) })
        return Int(observed[start]) / 10
      }
    }
    let epochs = (0..<6).map { Array(samples[$0 * 10..<$0 * 10 + 10]) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
    #expect(Set(epochs).count == 6)
  }

  @Test("A batch depends on its step alone, not on what was asked before")
  func pure() throws {
    let forward = try Self.source(samples: 7, dimensions: [1, 1, 1])
    let backward = try Self.source(samples: 7, dimensions: [1, 1, 1])
    let expected = (0..<6).map { Self.batch(forward, step: $0, size: 3) }
    for step in (0..<6).reversed() {
      let batch = Self.batch(backward, step: step, size: 3)
      #expect(batch.observed == expected[step].observed && batch.mask == expected[step].mask)
    }
  }

  @Test("Masks hide whole observables, are drawn for each sample, and have the exact count")
  func masks() throws {
    let source = try Self.source(samples: 20, dimensions: [1, 3, 2, 1])
    var seen: Set<[Float]> = []
    for step in 0..<10 {
      let mask = Self.batch(source, step: step, size: 8).mask
      for row in 0..<8 {
        let m = Array(mask[row * 7..<row * 7 + 7])
        #expect(m[1] == m[2] && m[2] == m[3] && m[4] == m[5])
        #expect(m[0] + m[1] + m[4] + m[6] == 2)
        #expect(m.allSatisfy { $0 == 0 || $0 == 1 })
        seen.insert(m)
      }
    }
    #expect(seen.count == 6)
  }

  @Test("A batch may share its mask, which still changes from step to step; a fixed mask never changes")
  func sharedMasks() throws {
    let source = try Self.source(samples: 20, dimensions: [1, 1, 1, 1], shares: true)
    let masks = (0..<30).map { Self.batch(source, step: $0, size: 5).mask }
    for mask in masks { #expect((1..<5).allSatisfy { Array(mask[$0 * 4..<$0 * 4 + 4]) == Array(mask[..<4]) }) }
    #expect(Set(masks).count == 6)
    let fixed = try Self.source(samples: 5, dimensions: [2, 1], law: .fixed(Mask([true, false])))
    #expect((0..<3).allSatisfy { Self.batch(fixed, step: $0, size: 2).mask == [1, 1, 0, 1, 1, 0] })
  }

  @Test("The calibration samples of a data set are all of it; those of another source are its first batches")
  func calibration() throws {
    let source = try Self.source(samples: 9, dimensions: [1, 1])
    #expect(source.calibrationSamples(4, batchSize: 2) == source.samples)
    let fresh = OneFactorSource(loadings: [0.5, 0.5, 0.5], mask: nil, key: RandomKey(seed: 8))
    let expected = Matrix.concatenatingRows((0..<3).map { fresh.batch(step: $0, rows: 4).observed })
    #expect(fresh.calibrationSamples(9, batchSize: 4) == expected)
  }
}
