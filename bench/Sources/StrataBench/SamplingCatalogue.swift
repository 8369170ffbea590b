internal import GenerativeModels
internal import HierarchicalGraphs
internal import LinearAlgebra
internal import Stochastics

/// Sampling of whole models, observed rows only; `bench/sampling.sh` times the same models beside NumPy.
func samplingCatalogue() throws -> [Benchmark] {
  // Leaves of the tree are standardised by their mean variance. Half of each variance survives a layer of the hierarchy,
  // more or less, plus the noise's 0.09.
  [
    sampling(try SamplingModels.treeOfNetworks(), name: "sample 64-leaf tree of networks", variance: 0.9...1.1),
    sampling(try SamplingModels.denseHierarchy(), name: "sample 8-32-64-128 hierarchy", variance: 0.1...0.6),
    // 2¹⁵ rows of correlated columns of variance 1.
    sampling(try SamplingModels.munin(), name: "sample munin, 1041 nodes", variance: 0.97...1.03),
  ]
}

/// 2^15 samples into one buffer, where the mean square must lie in a range.
private func sampling(_ model: GenerativeModel, name: String, variance: ClosedRange<Double>) -> Benchmark {
  let (count, width) = (1 << 15, model.graph.observedDimension)
  let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * width)
  buffer.initialize(repeating: 0)
  return Benchmark(
    name: name, unit: "thousand samples/s", amount: Double(count) * 1e-3,
    run: {
      model.fillObserved(0..<UInt64(count), key: RandomKey(seed: 3), into: buffer)
      return meanSquare(UnsafeBufferPointer(buffer))
    },
    isRight: { variance.contains($0) })
}

/// The mean square of every 61st number: enough to notice a wrong fill, and cheap beside it.
func meanSquare(_ buffer: UnsafeBufferPointer<Float>) -> Double {
  var sum = 0.0
  for index in stride(from: 0, to: buffer.count, by: 61) { sum += Double(buffer[index] * buffer[index]) }
  return sum / Double((buffer.count + 60) / 61)
}
