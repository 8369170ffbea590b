internal import Foundation
internal import Recovery
internal import Reporting
internal import Stochastics

/// `StrataBench power REPLICATIONS ROWS…`: size and power of the tests against leakage, as the Markdown table of docs/metrics.md.
enum PowerStudy {
  static func run(replications: Int, rows: [Int]) throws {
    let leakages = [0, 0.05, 0.1, 0.2, 0.4]
    let columns = leakages.map { "δ = \($0)" }
    var table = MarkdownTable(
      headings: ["test", "n"] + columns, alignments: [.left, .right] + columns.map { _ in .right })
    let format = NumberFormat(decimals: 2)
    for test in LeakageStudy.Test.allCases {
      for n in rows {
        let study = LeakageStudy(rows: n, replications: replications)
        var cells: [String] = []
        for leakage in leakages {
          let rate = try study.rejections(of: test, leakage: leakage, key: RandomKey(seed: 1).child("power").child(n))
          let interval = rate.interval()
          cells.append(
            "\(format.string(rate.estimate)) (\(format.string(interval.lowerBound))–\(format.string(interval.upperBound)))"
          )
        }
        table.append([test.rawValue, "\(n)"] + cells)
        FileHandle.standardError.write(Data("\(test.rawValue), n = \(n): \(cells.joined(separator: ", "))\n".utf8))
      }
    }
    print(table.text, terminator: "")
  }
}
