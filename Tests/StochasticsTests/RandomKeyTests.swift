import Foundation
import Stochastics
import TestSupport
import Testing

@Suite struct RandomKeyTests {
  @Test("A million keys of mixed purposes are all different")
  func noCollisions() {
    // Chance of any collision among 64-bit keys: 3e-8.
    var keys: Set<RandomKey> = []
    var count = 0
    func add(_ key: RandomKey) {
      keys.insert(key)
      count += 1
    }
    let purposes = ["", "noise", "masks", "initialisation", "mechanism", "probe", "z1", "z2", "1", "0"]
    for seed in 0..<100 as Range<UInt64> {
      let root = RandomKey(seed: seed)
      add(root)
      for purpose in purposes {
        let key = root.child(purpose)
        add(key)
        for index in 0..<900 { add(key.child(index)) }
        for name in purposes { for nested in 0..<10 { add(key.child(name).child(nested)) } }
      }
    }
    for seed in 100..<20_000 as Range<UInt64> { add(RandomKey(seed: seed)) }
    #expect(count > 1_000_000)
    #expect(keys.count == count)
  }

  @Test("Keys are the same in every version: seeds written into results must keep their meaning")
  func frozen() {
    #expect(RandomKey(seed: 1).child("noise").child(3) == RandomKey(seed: 1).child("noise").child(UInt64(3)))
    #expect(RandomKey(seed: 0).bits == Self.seedZero)
    #expect(RandomKey(seed: 1).child("noise").child("z3").bits == Self.noiseOfZ3)
  }
  static let seedZero: UInt64 = 7511852774582559462
  /// Computed by an independent Philox in Python.
  static let noiseOfZ3: UInt64 = 365886434466253768

  @Test("A child by number is not the child by the name of the number, and order matters in a path")
  func paths() {
    let key = RandomKey(seed: 3)
    #expect(key.child(1) != key.child("1"))
    #expect(key.child("a").child("b") != key.child("b").child("a"))
    #expect(key.child("ab") != key.child("a").child("b"))
    #expect(key.child(0) != key)
  }

  /// Pairs of streams that must be independent, by how they are related.
  static let related: [(name: String, first: RandomKey, second: RandomKey)] = {
    let root = RandomKey(seed: 42)
    let noise = root.child("noise")
    return [
      ("seeds n and n + 1", RandomKey(seed: 7), RandomKey(seed: 8)),
      ("seeds 0 and 1", RandomKey(seed: 0), RandomKey(seed: 1)),
      ("named siblings", noise.child("z1"), noise.child("z2")),
      ("numbered siblings", noise.child(0), noise.child(1)),
      ("numbered siblings far out", noise.child(1 << 40), noise.child(1 << 40 + 1)),
      ("parent and numbered child", noise, noise.child(0)),
      ("parent and named child", root, noise),
      ("grandparent and grandchild", root, noise.child(5)),
      ("cousins", root.child("a").child(0), root.child("b").child(0)),
    ]
  }()

  @Test("Related streams are uncorrelated at lags −2 … 2", arguments: related)
  func correlation(pair: (name: String, first: RandomKey, second: RandomKey)) {
    let n = 100_000
    let a = Distribution.gaussian.samples(n, key: pair.first).map(Double.init)
    let b = Distribution.gaussian.samples(n, key: pair.second).map(Double.init)
    for lag in -2...2 {
      var sum = 0.0
      for i in 2..<n - 2 { sum += a[i] * b[i + lag] }
      // Standard normal under independence; 45 such figures in all.
      #expect(abs(sum / Double(n).squareRoot()) < 4.5, "lag \(lag) of \(pair.name)")
    }
  }

  @Test("Related streams fill the unit square evenly", arguments: related)
  func jointUniformity(pair: (name: String, first: RandomKey, second: RandomKey)) {
    let n = 200_000
    let law = Distribution.uniform
    let (a, b) = (law.samples(n, key: pair.first), law.samples(n, key: pair.second))
    var counts = [Int](repeating: 0, count: 256)
    for i in 0..<n {
      let (x, y) = (law.cumulative(Double(a[i])), law.cumulative(Double(b[i])))
      counts[min(15, Int(x * 16)) * 16 + min(15, Int(y * 16))] += 1
    }
    let p = uniformityPValue(counts)
    #expect(p > 1e-4 && p < 1 - 1e-4, "p = \(p)")
  }

  @Test("Bulk numbers, sequential words and child keys of one key are unrelated")
  func sequentialAgainstBulk() {
    let key = RandomKey(seed: 12)
    var stream = RandomStream(key)
    let n = 100_000
    let bulk = Distribution.uniform.samples(n, key: key)
    var (withStream, withKeys) = (0.0, 0.0)
    for i in 0..<n {
      let child = Double(key.child(i).bits >> 11) * 0x1p-53
      withStream += Double(bulk[i]) * (stream.uniform() - 0.5) * 12.0.squareRoot()
      withKeys += Double(bulk[i]) * (child - 0.5) * 12.0.squareRoot()
    }
    #expect(abs(withStream / Double(n).squareRoot()) < 4)
    #expect(abs(withKeys / Double(n).squareRoot()) < 4)
  }
}
