import Stochastics
import TestSupport
import Testing

@Suite struct RandomStreamTests {
  @Test("The same key gives the same words, a copy goes on where the original stood")
  func repeatable() {
    var (a, b) = (RandomStream(RandomKey(seed: 5)), RandomStream(RandomKey(seed: 5)))
    #expect((0..<100).map { _ in a.next() } == (0..<100).map { _ in b.next() })
    var copy = a
    #expect((0..<5).map { _ in copy.nextWord() } == (0..<5).map { _ in a.nextWord() })
  }

  @Test("A stream in bulk has the words of the stream", arguments: [0, 1, 7 << 32] as [UInt64])
  func bulk(seed: UInt64) {
    var (one, bulk) = (RandomStream(RandomKey(seed: seed)), BulkRandomStream(RandomKey(seed: seed)))
    #expect((0..<1000).map { _ in bulk.next() } == (0..<1000).map { _ in one.next() })
  }

  @Test("Integers below a bound are uniform, for powers of two and others", arguments: [1, 2, 3, 10, 64, 1000])
  func integers(bound: Int) {
    var stream = RandomStream(RandomKey(seed: 6))
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<200_000 { counts[stream.uniform(below: bound)] += 1 }
    if bound > 1 {
      let p = uniformityPValue(counts)
      #expect(p > 1e-3 && p < 1 - 1e-3, "p = \(p)")
    }
  }

  @Test("A bound near 2⁶² has no bias: each third is hit equally often")
  func largeBound() {
    var stream = RandomStream(RandomKey(seed: 7))
    let bound = 3 << 61
    var counts = [0, 0, 0]
    for _ in 0..<60_000 { counts[stream.uniform(below: bound) / (1 << 61)] += 1 }
    #expect(uniformityPValue(counts) > 1e-3)
  }

  @Test("A long order takes the words that one number after another would, and the stream goes on behind them")
  func longOrders() {
    for words in 0...6 {
      for count in [2, 64, 65, 66, 67, 1600] {
        var stream = RandomStream(RandomKey(seed: 11))
        for _ in 0..<words { _ = stream.nextWord() }
        var reference = stream
        var expected = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { expected.swapAt(i, reference.uniform(below: i + 1)) }
        #expect(stream.permutation(count) == expected, "\(count) after \(words) words")
        #expect((0..<9).map { _ in stream.nextWord() } == (0..<9).map { _ in reference.nextWord() })
      }
    }
  }

  @Test("All 24 orders of four are equally frequent, and every order is a permutation")
  func permutations() {
    var stream = RandomStream(RandomKey(seed: 8))
    var counts = [Int](repeating: 0, count: 256)
    for _ in 0..<96_000 {
      let order = stream.permutation(4)
      counts[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]] += 1
    }
    let seen = counts.filter { $0 > 0 }
    #expect(seen.count == 24)
    #expect(uniformityPValue(seen) > 1e-3)
    #expect(stream.permutation(1000).sorted() == Array(0..<1000))
    #expect(stream.permutation(0) == [] && stream.permutation(1) == [0])
  }

  @Test("Uniform and Gaussian numbers follow their laws")
  func laws() {
    var stream = RandomStream(RandomKey(seed: 9))
    let uniforms = (0..<100_000).map { _ in stream.uniform() }
    #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(kolmogorovSmirnov(uniforms) { $0 }.pValue > 1e-3)
    let gaussians = (0..<100_000).map { _ in stream.gaussian() }
    #expect(kolmogorovSmirnov(gaussians, cumulative: Distribution.gaussian.cumulative).pValue > 1e-3)
  }
}
