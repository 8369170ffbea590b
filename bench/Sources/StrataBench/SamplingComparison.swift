internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// `StrataBench sampling SAMPLES THREADS`: one timing of each model and of Gaussian numbers, a JSON line each, as
/// `bench/peers/sampling.py` prints them for the peers. `bench/sampling.sh` calls the two in turn.
enum SamplingComparison {
  static func run(samples: Int, threads: Int) throws {
    // The tree's rows go chunk by chunk into one buffer, as the peer's do; the hierarchy's are all kept, as in the peer.
    report("tree", samples, try SamplingModels.treeOfNetworks(), chunk: 1024 * threads, threads, kept: false)
    report("hierarchy", samples, try SamplingModels.denseHierarchy(), chunk: samples, threads, kept: true)
    guard threads == 1 else { return }
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1 << 22)
    defer { buffer.deallocate() }
    buffer.initialize(repeating: 0)
    let seconds = time(threads) { Distribution.gaussian.fill(buffer, key: RandomKey(seed: 1), offset: 0) }
    line("gaussian", buffer.count, seconds, meanSquare(UnsafeBufferPointer(buffer)))
  }

  private static func report(
    _ work: String, _ samples: Int, _ model: GenerativeModel, chunk: Int, _ threads: Int, kept: Bool
  ) {
    let width = model.graph.observedDimension
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: (kept ? samples : chunk) * width)
    defer { buffer.deallocate() }
    let key = RandomKey(seed: 3)
    let seconds = time(threads) {
      for start in stride(from: 0, to: samples, by: chunk) {
        let rows = start..<min(start + chunk, samples)
        let first = kept ? start * width : 0
        model.fillObserved(
          UInt64(rows.lowerBound)..<UInt64(rows.upperBound), key: key,
          into: .init(rebasing: buffer[first..<first + rows.count * width]), workers: threads)
      }
    }
    line(work, samples, seconds, meanSquare(UnsafeBufferPointer(buffer)))
  }

  /// Processor time of one thread, else the time that passes.
  private static func time(_ threads: Int, _ body: () -> Void) -> Double {
    guard threads == 1 else { return ContinuousClock().measure(body) / .seconds(1) }
    let start = ProcessorTime.seconds
    body()
    return ProcessorTime.seconds - start
  }

  private static func line(_ work: String, _ amount: Int, _ seconds: Double, _ meanSquare: Double) {
    print(
      """
      {"work": "\(work)", "name": "Strata", "amount": \(amount), "seconds": \(seconds), "mean_square": \(meanSquare)}
      """)
  }
}
