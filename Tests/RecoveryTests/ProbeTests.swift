import LinearAlgebra
import Recovery
import Testing

@Suite struct ProbeTests {
  static let probes: [any Probe] = [RidgeProbe(), KernelRidgeProbe()]

  @Test("Scores have the same bits from one thread as from many at once")
  func workers() async throws {
    BLASRuntime.useOneThread()
    let split = try linearGaussianSplit(rows: 300, trainRows: 150, k: 12, q: 9, r2: 0.5, seed: 5)
    let groups = [0..<4, 4..<9]
    for probe in Self.probes {
      let alone = try probe.heldOutR2(split, groups: groups)
      let together = try await withThrowingTaskGroup(of: [Double].self) { tasks in
        for _ in 0..<6 { tasks.addTask { try probe.heldOutR2(split, groups: groups) } }
        return try await tasks.reduce(into: [[Double]]()) { $0.append($1) }
      }
      #expect(together == [[Double]](repeating: alone, count: 6))
    }
  }

  @Test("A group's scores do not depend on which other groups are scored beside it", arguments: 0..<2)
  func groupsAreIndependent(index: Int) throws {
    let probe = Self.probes[index]
    let split = try linearGaussianSplit(rows: 200, trainRows: 100, k: 5, q: 6, r2: 0.4, seed: 6)
    let together = try probe.heldOutR2(split, groups: [0..<2, 2..<6])
    let alone = try HeldOutSplit(
      trainFeatures: split.trainFeatures, trainTargets: split.trainTargets.columns(2..<6),
      testFeatures: split.testFeatures, testTargets: split.testTargets.columns(2..<6))
    #expect(largestDifference(Array(together[2...]), try probe.heldOutR2(alone)) < 1e-10)
  }

  @Test("Names are those of tables and files")
  func names() {
    #expect(Self.probes.map(\.name) == ["ridge", "kernel-ridge"])
  }

  @Test("Groups that overlap or leave a column out are the caller's mistake")
  func badGroups() async {
    await #expect(processExitsWith: .failure) {
      let split = try linearGaussianSplit(rows: 20, trainRows: 10, k: 1, q: 3, r2: 0.5, seed: 1)
      _ = try RidgeProbe().predictions(split, groups: [0..<2, 1..<3])
    }
    await #expect(processExitsWith: .failure) {
      let split = try linearGaussianSplit(rows: 20, trainRows: 10, k: 1, q: 3, r2: 0.5, seed: 1)
      _ = try KernelRidgeProbe().predictions(split, groups: [0..<2])
    }
  }
}
