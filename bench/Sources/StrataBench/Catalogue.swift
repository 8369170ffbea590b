internal import LinearAlgebra
internal import Stochastics

/// The fixed catalogue. Entries are added, never changed: a name stands for the same work in every version.
func catalogue() throws -> [Benchmark] {
  let kernels = [
    product(Float.self, name: "sgemm 512x256x256", m: 512, k: 256, n: 256),
    product(Double.self, name: "dgemm 512x256x256", m: 512, k: 256, n: 256),
    product(Float.self, name: "sgemm 512x256x8", m: 512, k: 256, n: 8),
    fill(.gaussian, name: "Gaussian fill"),
    fill(.laplace, name: "Laplace fill"),
  ]
  return kernels + (try theoryCatalogue()) + (try samplingCatalogue())
}

/// A product of an (m, k) and a (k, n) matrix of which one entry of the result is known: rows of 1/k times columns of 2.
private func product<Scalar: LinearAlgebraScalar>(
  _: Scalar.Type, name: String, m: Int, k: Int, n: Int
) -> Benchmark {
  let left = Matrix<Scalar>(rows: m, columns: k, repeating: 1 / Scalar(k))
  let right = Matrix<Scalar>(rows: k, columns: n, repeating: 2)
  var target = Matrix<Scalar>(rows: m, columns: n)
  return Benchmark(
    name: name, unit: "GFLOP/s", amount: 2e-9 * Double(m * k * n),
    run: {
      left.multiply(right, into: &target)
      return Double(target[m - 1, n - 1])
    },
    isRight: { abs($0 - 2) < 1e-5 })
}

/// 2^20 numbers of a standardised law into one buffer; their mean square is 1 within five standard errors.
private func fill(_ law: Distribution, name: String) -> Benchmark {
  let count = 1 << 20
  let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
  buffer.initialize(repeating: 0)
  let key = RandomKey(seed: 1)
  // Every 16th number is enough to notice a wrong fill and costs little beside it.
  let step = 16
  // The variance of a square is the law's fourth moment less one: 2 for the Gaussian law, 5 for Laplace's.
  let standardError = (5 / Double(count / step)).squareRoot()
  return Benchmark(
    name: name, unit: "million/s", amount: Double(count) * 1e-6,
    run: {
      law.fill(buffer, key: key, offset: 0)
      var sum = 0.0
      for index in stride(from: 0, to: count, by: step) { sum += Double(buffer[index] * buffer[index]) }
      return sum / Double(count / step)
    },
    isRight: { abs($0 - 1) < 5 * standardError })
}
