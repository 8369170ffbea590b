internal import Foundation
internal import Recovery
internal import Stochastics

/// `StrataBench power REPLICATIONS ROWS… [TEST…]`: size and power of the tests against leakage. One JSON line a test, sample size and
/// leakage, each as soon as it is known, since a study takes long; without a TEST all of them.
enum PowerStudy {
  /// A line: how many of the replications the test rejects, with the Clopper–Pearson interval of the share.
  private struct Line: Encodable {
    let test: String
    let rows: Int
    let leakage: Double
    let rejected: Int
    let replications: Int
    let interval: [Double]
    let permutations: Int
    let level: Double
  }

  static func run(replications: Int, rows: [Int], tests: [LeakageStudy.Test]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for n in rows {
      for test in tests.isEmpty ? LeakageStudy.Test.allCases : tests {
        let study = LeakageStudy(rows: n, replications: replications)
        for leakage in [0, 0.05, 0.1, 0.2, 0.4] {
          let rate = try study.rejections(of: test, leakage: leakage, key: RandomKey(seed: 1).child("power").child(n))
          let interval = rate.interval()
          let line = Line(
            test: test.rawValue, rows: n, leakage: leakage, rejected: rate.successes, replications: rate.trials,
            interval: [interval.lowerBound, interval.upperBound], permutations: study.permutations, level: study.level)
          try FileHandle.standardOutput.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
        }
      }
    }
  }
}
