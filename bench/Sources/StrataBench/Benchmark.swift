/// One entry of the catalogue: a piece of work that can be repeated, and its amount.
struct Benchmark {
  /// A fixed name, by which results of different versions are compared.
  let name: String
  /// What the rate counts, e.g. `GFLOP/s`.
  let unit: String
  /// The amount of work of one call of `run`, in the unit's numerator.
  let amount: Double
  /// Does the work once and returns a number that depends on all of it.
  let run: () -> Double
  /// Whether that number is right: a fast wrong kernel must not make it into a table.
  let isRight: (Double) -> Bool
}

/// The rates of one benchmark over all repetitions.
struct Measurement: Encodable {
  let name: String
  let unit: String
  /// One rate for each repetition, in the order of measurement.
  let rates: [Double]

  var median: Double { quantile(0.5) }
  var lowerQuartile: Double { quantile(0.25) }
  var upperQuartile: Double { quantile(0.75) }

  /// The quantile by linear interpolation between order statistics.
  private func quantile(_ p: Double) -> Double {
    let sorted = rates.sorted()
    let position = p * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
  }
}

/// Measures all benchmarks, one repetition of each in turn, so that a slow minute of the machine hits them all alike.
///
/// - Parameters:
///   - repetitions: Measured rounds, after one that only warms up.
///   - seconds: The least duration of one repetition; `run` is called as often as that takes.
func measure(_ benchmarks: [Benchmark], repetitions: Int, seconds: Double) throws(BenchmarkError) -> [Measurement] {
  let clock = ContinuousClock()
  var calls = [Int](repeating: 1, count: benchmarks.count)
  var rates = [[Double]](repeating: [], count: benchmarks.count)
  for (index, benchmark) in benchmarks.enumerated() {
    let result = benchmark.run()
    guard benchmark.isRight(result) else { throw .wrongResult(name: benchmark.name, value: result) }
    let once = clock.measure { _ = benchmark.run() } / .seconds(1)
    calls[index] = max(1, Int((seconds / once).rounded(.up)))
  }
  for _ in 0..<repetitions {
    for (index, benchmark) in benchmarks.enumerated() {
      var last = 0.0
      let duration = clock.measure { for _ in 0..<calls[index] { last = benchmark.run() } } / .seconds(1)
      guard benchmark.isRight(last) else { throw .wrongResult(name: benchmark.name, value: last) }
      rates[index].append(benchmark.amount * Double(calls[index]) / duration)
    }
  }
  return zip(benchmarks, rates).map { Measurement(name: $0.name, unit: $0.unit, rates: $1) }
}

/// Why a measurement is worth nothing.
enum BenchmarkError: Error, CustomStringConvertible {
  case wrongResult(name: String, value: Double)
  case usage(String)

  var description: String {
    switch self {
    case .usage(let text): "usage: StrataBench \(text)"
    case .wrongResult(let name, let value): "benchmark \(name) computed \(value), which is wrong"
    }
  }
}
