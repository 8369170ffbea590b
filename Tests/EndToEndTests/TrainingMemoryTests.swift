import Foundation
import TestSupport
import Testing

/// A cell needs what its network and its evaluation need, however long it trains.
@Suite struct TrainingMemoryTests {
  @Test("Forty times the steps need no more memory")
  func flat() throws {
    try withTemporaryDirectory { folder in
      func train(_ steps: Int) throws -> Int {
        let plan = """
          graphs: [{family: tree, depth: 6, branching: 2}]
          mechanisms: [{family: rho, rho: 0.85}]
          mask_ratios: [0.5]
          model: {hidden_width: 64}
          training: {steps: \(steps), batch: 256}
          evaluation: {modes: [full], metrics: [r2_linear], pooled_rows: 200}
          """
        try plan.write(to: folder.appending(path: "plan-\(steps).yaml"), atomically: true, encoding: .utf8)
        return try StrataBinary.peakMemory(
          ["sweep", "run", "plan-\(steps).yaml", "--out", "out-\(steps)", "--workers", "1"], in: folder)
      }
      let (few, many) = (try train(50), try train(2000))
      // A batch is 64 kB: two megabytes are what 32 of 2000 would leave behind, or allocators make of the same work.
      #expect(few > 4 << 20)
      #expect(many < few + (2 << 20), "\(few >> 10) and \(many >> 10) KiB")
    }
  }
}
