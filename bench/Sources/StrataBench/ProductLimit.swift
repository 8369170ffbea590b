internal import CPeak
internal import LinearAlgebra

/// `StrataBench products S|M|L SECONDS`: steps per second of a training that consisted of nothing but the matrix products of
/// one step, in `cblas_sgemm`, each with its own operands: the limit that a training's rate is compared with.
///
/// `StrataBench peak S|M|L SECONDS`: the same of as many multiplications and additions that touch no memory: what no product can exceed.
enum ProductLimit {
  static func run(_ arguments: [String], peak: Bool) throws {
    guard arguments.count == 2, let seconds = Double(arguments[1]),
      let c = TrainingBenchmark.Configuration.all.first(where: { $0.name == arguments[0] })
    else { throw BenchmarkError.usage("products|peak S|M|L SECONDS") }
    let products = products(c)
    let operations = products.reduce(0) { $0 + 2 * Double($1.m) * Double($1.n) * Double($1.k) }
    let round = strata_multiply_adds(1)
    guard !peak || round > 0 else { return }
    let rates = TrainingBenchmark.rates(seconds: seconds) { steps in
      guard peak else {
        for _ in 0..<steps { for product in products { product.run() } }
        return
      }
      _ = strata_multiply_adds(Int(operations * Double(steps) / round))
    }
    let name = peak ? "registers alone" : "sgemm alone"
    print(
      "{\"name\": \"\(name)\", \"configuration\": \"\(c.name)\", \"threads\": 1, \"operations\": \(operations), "
        + "\"windows\": \(rates)}")
  }

  /// All products of forward and backward passes; none for the gradients of inputs, which nobody reads.
  private static func products(_ c: TrainingBenchmark.Configuration) -> [Product] {
    let hidden = [Int](repeating: c.hidden, count: c.layers)
    var result: [Product] = []
    for (isDecoder, widths) in [
      (false, [2 * c.observed] + hidden + [c.width]), (true, [c.width + c.observed] + hidden + [c.observed]),
    ] {
      for layer in 1..<widths.count {
        let (inputs, outputs) = (widths[layer - 1], widths[layer])
        // input · weight; inputᵀ · gradient; gradient · weightᵀ, of the decoder's first layer for the representation only.
        result.append(Product(m: c.batch, n: outputs, k: inputs))
        result.append(Product(m: inputs, n: outputs, k: c.batch, transposeA: true))
        let below = layer > 1 ? inputs : isDecoder ? c.width : 0
        if below > 0 { result.append(Product(m: c.batch, n: below, k: outputs, transposeB: true)) }
      }
    }
    return result
  }

  /// One product with operands of its own.
  private struct Product {
    let m, n, k: Int
    var transposeA = false
    var transposeB = false
    let a, b, c: UnsafeMutablePointer<Float>

    init(m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false) {
      (self.m, self.n, self.k, self.transposeA, self.transposeB) = (m, n, k, transposeA, transposeB)
      func block(_ count: Int) -> UnsafeMutablePointer<Float> {
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
          .bindMemory(to: Float.self, capacity: count)
        for i in 0..<count { pointer[i] = Float(i % 17) * 0.01 }
        return pointer
      }
      (a, b, c) = (block(m * k), block(k * n), block(m * n))
    }

    func run() {
      Float.gemm(
        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1, a: a, lda: transposeA ? m : k, b: b,
        ldb: transposeB ? k : n, beta: 0, c: c, ldc: n)
    }
  }
}
