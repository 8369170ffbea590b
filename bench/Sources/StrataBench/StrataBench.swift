internal import Foundation
internal import LinearAlgebra
internal import Recovery
internal import Reporting

/// `StrataBench [RESULTS.json]`: measures the catalogue on one thread, prints medians with quartiles, writes all rates.
/// `StrataBench sampling SAMPLES THREADS`: sampling, see ``SamplingComparison``.
/// `StrataBench train …`: training, see ``TrainingBenchmark``; `StrataBench products …` and `peak …`: the limits, see ``ProductLimit``.
/// `StrataBench growth SECONDS`: how cost grows, see ``GrowthBenchmark``.
/// `StrataBench evaluation DIR`: recovery scores, see ``EvaluationComparison``.
/// `StrataBench power REPLICATIONS ROWS… [TEST…]`: tests against leakage, see ``PowerStudy``.
/// `StrataBench recovery …`: steps to recovery, see ``RecoveryBenchmark``.
/// `StrataBench cut FILE REPETITIONS`: minimum cuts, see ``CutBenchmark``.
@main
enum StrataBench {
  static func main() throws {
    BLASRuntime.useOneThread()
    let arguments = CommandLine.arguments
    if arguments.count == 4, arguments[1] == "cut", let repetitions = Int(arguments[3]) {
      return try CutBenchmark.run(path: arguments[2], repetitions: repetitions)
    }
    if arguments.count > 2, ["train", "train-equal"].contains(arguments[1]) {
      return try TrainingBenchmark.run(Array(arguments.dropFirst(2)), sharesFlags: arguments[1] == "train")
    }
    if arguments.count > 2, ["products", "peak"].contains(arguments[1]) {
      return try ProductLimit.run(Array(arguments.dropFirst(2)), peak: arguments[1] == "peak")
    }
    if arguments.count > 2, arguments[1] == "growth" { return try GrowthBenchmark.run(Array(arguments.dropFirst(2))) }
    if arguments.count == 3, arguments[1] == "evaluation" {
      return try EvaluationComparison.run(directory: arguments[2])
    }
    if arguments.count > 2, arguments[1] == "recovery" {
      return try RecoveryBenchmark.run(Array(arguments.dropFirst(2)))
    }
    let numbers = arguments.dropFirst(2).compactMap { Int($0) }
    if arguments.count == 4, arguments[1] == "sampling", numbers.count == 2 {
      return try SamplingComparison.run(samples: numbers[0], threads: numbers[1])
    }
    let tests = arguments.dropFirst(2).compactMap { LeakageStudy.Test(rawValue: $0) }
    if numbers.count > 1, arguments[1] == "power", numbers.count + tests.count == arguments.count - 2 {
      return try PowerStudy.run(replications: numbers[0], rows: Array(numbers[1...]), tests: tests)
    }
    let measurements = try measure(try catalogue(), repetitions: 15, seconds: 0.05)

    var table = MarkdownTable(
      headings: ["benchmark", "median", "quartiles", "unit"], alignments: [.left, .right, .right, .left])
    let format = NumberFormat(decimals: 1)
    for item in measurements {
      let quartiles = "\(format.string(item.lowerQuartile)) – \(format.string(item.upperQuartile))"
      table.append([item.name, format.string(item.median), quartiles, item.unit])
    }
    print(table.text, terminator: "")
    print(
      "\n15 repetitions of at least 0.05 s each, in turn; one thread; \(BLASRuntime.configuration), kernel \(BLASRuntime.coreName)"
    )

    guard CommandLine.arguments.count > 1 else { return }
    let results = Results(
      blas: BLASRuntime.configuration, kernel: BLASRuntime.coreName, threads: 1, measurements: measurements)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(results).write(to: URL(filePath: CommandLine.arguments[1]), options: .atomic)
  }

  /// The file that is written.
  private struct Results: Encodable {
    let blas: String
    let kernel: String
    let threads: Int
    let measurements: [Measurement]
  }
}
