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
    let operations = operations(c, flags: c.observed)
    let products = peak ? [] : sizes(c, flags: c.observed).map(Product.init)
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

  /// The multiplications and additions of one step's products.
  ///
  /// - Parameters:
  ///   - c: The shape.
  ///   - flags: How many flags of the mask enter each side: D, or fewer where columns are masked together.
  static func operations(_ c: TrainingBenchmark.Configuration, flags: Int) -> Double {
    sizes(c, flags: flags).reduce(0) { $0 + 2 * Double($1.m) * Double($1.n) * Double($1.k) }
  }

  private typealias Size = (m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool)

  /// All products of forward and backward passes; none for the gradients of inputs, which nobody reads.
  private static func sizes(_ c: TrainingBenchmark.Configuration, flags: Int) -> [Size] {
    let hidden = [Int](repeating: c.hidden, count: c.layers)
    var result: [Size] = []
    for (isDecoder, widths) in [
      (false, [c.observed + flags] + hidden + [c.width]), (true, [c.width + flags] + hidden + [c.observed]),
    ] {
      for layer in 1..<widths.count {
        let (inputs, outputs) = (widths[layer - 1], widths[layer])
        // input · weight; inputᵀ · gradient; gradient · weightᵀ, of the decoder's first layer for the representation only.
        result.append((c.batch, outputs, inputs, false, false))
        result.append((inputs, outputs, c.batch, true, false))
        let below = layer > 1 ? inputs : isDecoder ? c.width : 0
        if below > 0 { result.append((c.batch, below, outputs, false, true)) }
      }
    }
    return result
  }

  /// One product with operands of its own.
  private struct Product {
    let m, n, k: Int
    let transposeA, transposeB: Bool
    let a, b, c: UnsafeMutablePointer<Float>

    init(_ size: Size) {
      (m, n, k, transposeA, transposeB) = size
      func block(_ count: Int) -> UnsafeMutablePointer<Float> {
        let pointer = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
          .bindMemory(to: Float.self, capacity: count)
        for i in 0..<count { pointer[i] = Float(i % 17) * 0.01 }
        return pointer
      }
      (a, b, c) = (block(size.m * size.k), block(size.k * size.n), block(size.m * size.n))
    }

    func run() {
      Float.gemm(
        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1, a: a, lda: transposeA ? m : k, b: b,
        ldb: transposeB ? k : n, beta: 0, c: c, ldc: n)
    }
  }
}
