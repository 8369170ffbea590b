import Glibc
import LinearAlgebra
import MaskedAutoencoding
import Stochastics
import Testing

/// The passes for every kind of processor that this one can run, each against double precision: a machine runs one kind by
/// itself, and a fault in another would be met by users alone.
@Suite struct ProcessorKindTests {
  /// Rows and columns that leave a rest in every loop; a stride as the network has it, and one that no vector divides.
  static let shapes = [(rows: 19, stride: 48), (rows: 3, stride: 37), (rows: 8, stride: 1)]
  /// A few roundings of single precision; the rational tanh is within 5e-7 of tanh.
  static let tolerance: Double = 2e-6
  /// GELU's derivative is s + x · 2s (1 − s) u′: the rounding of 1 − s, and the 5e-7 of s, are multiplied by x u′, which
  /// is up to 20 before s has become 1.
  static let derivativeTolerance: Double = 2e-5

  static let kinds = ProcessorKind.allCases.filter { TrainingPasses(for: $0) != nil }

  static let activations: [Activation] = [.leakyReLU(slope: 0.2), .gelu, .tanh]

  private static func numbers(_ count: Int, _ name: String, scale: Float = 1) -> [Float] {
    var stream = RandomStream(RandomKey(seed: 11).child(name))
    return (0..<count).map { _ in Float(stream.gaussian()) * scale }
  }

  /// The largest distance, relative to 1 or to the number itself, whichever is larger.
  private static func distance(_ values: [Float], _ expected: [Double]) -> Double {
    zip(values, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max()!
  }

  /// f and f′ in double precision.
  private static func value(_ activation: Activation, _ x: Double) -> (f: Double, derivative: Double) {
    switch activation {
    case .leakyReLU(let slope): return x > 0 ? (x, 1) : (Double(slope) * x, Double(slope))
    case .tanh: return (tanh(x), 1 - tanh(x) * tanh(x))
    case .gelu:
      let a = (2 / Double.pi).squareRoot()
      let t = tanh(a * (x + 0.044715 * x * x * x))
      return (x * (1 + t) / 2, (1 + t) / 2 + x * (1 - t * t) / 2 * a * (1 + 3 * 0.044715 * x * x))
    }
  }

  @Test(
    "Nonlinearities, their derivatives and gradients are those of double precision", arguments: kinds, activations)
  func nonlinearity(_ kind: ProcessorKind, _ activation: Activation) throws {
    let passes = try #require(TrainingPasses(for: kind))
    for (rows, stride) in Self.shapes {
      let count = rows * stride
      // Up to ±12: both ends of the rational function.
      let (x, bias) = (Self.numbers(count, "x", scale: 3), Self.numbers(stride, "bias"))
      var (f, derivative) = (x, [Float](repeating: .nan, count: count))
      passes.activate(
        activation, &f, bias: bias, derivative: &derivative, rows: rows, columns: stride, stride: stride)
      let expected = (0..<count).map {
        Self.value(activation, Double(x[$0] + bias[$0 % stride]))
      }
      #expect(Self.distance(f, expected.map(\.f)) < Self.tolerance)
      if activation == .gelu {
        #expect(Self.distance(derivative, expected.map(\.derivative)) < Self.derivativeTolerance)
        var alone = x
        passes.activate(
          activation, &alone, bias: bias, derivative: nil, rows: rows, columns: stride, stride: stride)
        #expect(Self.distance(alone, expected.map(\.f)) < Self.tolerance)
      } else {
        #expect(derivative.allSatisfy { $0.isNaN })
      }

      let upstream = Self.numbers(count, "upstream")
      var (gradient, sums) = ([Float](repeating: 0, count: count), [Float](repeating: .nan, count: stride))
      passes.differentiate(
        activation, upstream: upstream, source: activation == .gelu ? derivative : f, into: &gradient,
        biasGradient: &sums, rows: rows, columns: stride, stride: stride)
      let products = (0..<count).map { Double(upstream[$0]) * expected[$0].derivative }
      #expect(Self.distance(gradient, products) < Self.derivativeTolerance)
      let totals = (0..<stride).map { column in (0..<rows).reduce(0.0) { $0 + products[$1 * stride + column] } }
      #expect(Self.distance(sums, totals) < Double(rows) * Self.derivativeTolerance)
    }
  }

  @Test("The masked error, its gradient and column sums are those of double precision", arguments: kinds)
  func error(_ kind: ProcessorKind) throws {
    let passes = try #require(TrainingPasses(for: kind))
    for (rows, stride) in Self.shapes {
      let count = rows * stride
      let (y, target) = (Self.numbers(count, "y"), Self.numbers(count, "target"))
      let bias = Self.numbers(stride, "bias")
      let mask = Self.numbers(count, "mask").map { $0 > 0 ? Float(1) : 0 }
      var (gradient, sums) = (y, [Float](repeating: .nan, count: stride))
      let error = passes.maskedError(
        output: &gradient, bias: bias, target: target, mask: mask, gradientScale: 0.125, biasGradient: &sums,
        rows: rows, stride: stride)
      let differences = (0..<count).map { index in
        Double(mask[index]) * (Double(y[index]) + Double(bias[index % stride]) - Double(target[index]))
      }
      let expected = differences.reduce(0) { $0 + $1 * $1 }
      #expect(abs(error - expected) < Self.tolerance * max(1, expected))
      #expect(Self.distance(gradient, differences.map { $0 / 8 }) < Self.tolerance)
      let totals = (0..<stride).map { column in (0..<rows).reduce(0.0) { $0 + differences[$1 * stride + column] / 8 } }
      #expect(Self.distance(sums, totals) < Double(rows) * Self.tolerance)

      var columns = [Float](repeating: .nan, count: stride)
      passes.columnSums(mask, into: &columns, rows: rows, stride: stride)
      // Whole numbers: exact.
      #expect(
        columns == (0..<stride).map { column in (0..<rows).reduce(Float(0)) { $0 + mask[$1 * stride + column] } })
    }
  }

  @Test("Standardisation hides what is masked, a NaN too", arguments: kinds)
  func standardisation(_ kind: ProcessorKind) throws {
    let passes = try #require(TrainingPasses(for: kind))
    let count = 37
    var x = Self.numbers(count, "x")
    let mask = Self.numbers(count, "mask").map { $0 > 0 ? Float(1) : 0 }
    let hidden = try #require(mask.firstIndex(of: 1))
    x[hidden] = .nan
    let (mean, inverse) = (Self.numbers(count, "mean"), Self.numbers(count, "deviation").map { abs($0) + 0.5 })
    var (standardized, visible) = ([Float](repeating: 0, count: count), [Float](repeating: .nan, count: count))
    passes.standardize(
      x, mask: mask, mean: mean, inverseDeviation: inverse, into: &standardized, visible: &visible, count: count)
    for index in 0..<count {
      let expected = (Double(x[index]) - Double(mean[index])) * Double(inverse[index])
      if index == hidden {
        #expect(standardized[index].isNaN)
      } else {
        #expect(abs(Double(standardized[index]) - expected) < Self.tolerance * max(1, abs(expected)))
      }
      #expect(visible[index] == (mask[index] == 1 ? 0 : standardized[index]))
    }
  }

  @Test("A step of Adam is that of double precision, of one gradient or of two", arguments: kinds, [false, true])
  func adam(_ kind: ProcessorKind, addsOthers: Bool) throws {
    let passes = try #require(TrainingPasses(for: kind))
    let count = 53
    var configuration = TrainingConfiguration()
    (configuration.beta1, configuration.beta2, configuration.optimizer) = (0.8, 0.95, .adamW(weightDecay: 0.3))
    let step = AdamStep(step: 6, configuration: configuration)
    let (start, gradients) = (Self.numbers(count, "parameters"), Self.numbers(count, "gradients"))
    let (first, second) = (Self.numbers(count, "first"), Self.numbers(count, "second").map { $0 * $0 })
    let others = Self.numbers(count, "others")
    var (parameters, m, v) = (start, first, second)
    others.withUnsafeBufferPointer { others in
      passes.apply(
        step, parameters: &parameters, gradients: gradients, adding: addsOthers ? others.baseAddress : nil, first: &m,
        second: &v, count: count, gradientFactor: 0.5)
    }
    for index in 0..<count {
      let g = (Double(gradients[index]) + (addsOthers ? Double(others[index]) : 0)) / 2
      let mean = Double(first[index]) * step.beta1 + g * (1 - step.beta1)
      let square = Double(second[index]) * step.beta2 + g * g * (1 - step.beta2)
      let change = mean * step.rate / (square.squareRoot() * step.rootCorrection + step.epsilon)
      #expect(abs(Double(m[index]) - mean) < Self.tolerance)
      #expect(abs(Double(v[index]) - square) < Self.tolerance * max(1, square))
      #expect(abs(Double(parameters[index]) - (Double(start[index]) * step.decay - change)) < Self.tolerance)
    }
  }

  /// Kinds that have products of their own.
  static let multiplyingKinds = kinds.filter { TrainingPasses(for: $0)!.hasProducts }
  /// Rows, columns and depths about the sizes of tiles, of panels of rows, and of vectors.
  static let productSizes = [1, 2, 5, 7, 8, 13, 16, 24, 31, 48, 64, 67, 130]

  @Test("Products are those of double precision, and write nothing else", arguments: multiplyingKinds, [false, true])
  func products(_ kind: ProcessorKind, transposesA: Bool) throws {
    let passes = try #require(TrainingPasses(for: kind))
    for (rows, columns, depth) in Self.productShapes {
      let (aStride, bStride, cStride) = ((transposesA ? rows : depth) + 3, columns + 2, columns + 5)
      let a = Self.numbers((transposesA ? depth : rows) * aStride, "a")
      let b = Self.numbers(depth * bStride, "b")
      var c = [Float](repeating: .nan, count: rows * cStride)
      c.withUnsafeMutableBufferPointer { c in
        passes.multiply(
          MatrixProduct(
            rows: rows, columns: columns, depth: depth, a: a, aStride: aStride, transposesA: transposesA, b: b,
            bStride: bStride, c: c.baseAddress!, cStride: cStride))
      }
      for row in 0..<rows {
        for column in 0..<cStride {
          let value = c[row * cStride + column]
          guard column < columns else {
            #expect(value.isNaN)
            continue
          }
          var (sum, magnitude) = (0.0, 0.0)
          for k in 0..<depth {
            let term = Double(a[transposesA ? k * aStride + row : row * aStride + k]) * Double(b[k * bStride + column])
            sum += term
            magnitude += abs(term)
          }
          // A rounding for each term.
          #expect(abs(Double(value) - sum) <= Double(depth) * 6e-8 * magnitude)
        }
      }
    }
  }

  /// Every size as rows, columns and depth, each with two others; one whose second factor is multiplied in several blocks of
  /// columns, and one whose first factor, transposed, is so long that it is fetched ahead.
  static let productShapes =
    productSizes.indices.flatMap { index in
      let at = { productSizes[(index + $0) % productSizes.count] }
      return [(at(0), at(4), at(9)), (at(0), at(7), at(2))]
    } + [(30, 200, 600), (70, 20, 2000)]

  @Test("What follows a product in one call is what follows it in two", arguments: multiplyingKinds, activations)
  func fusedPasses(_ kind: ProcessorKind, _ activation: Activation) throws {
    let passes = try #require(TrainingPasses(for: kind))
    for (rows, columns, depth) in Self.productShapes {
      let stride = columns + 3
      let (a, b) = (Self.numbers(rows * depth, "a"), Self.numbers(depth * columns, "b"))
      let (bias, start) = (Self.numbers(stride, "bias"), Self.numbers(rows * stride, "c"))
      let source = Self.numbers(rows * stride, "source")
      // What becomes of the padding is nobody's business.
      func inside(_ values: [Float]) -> [Float] { values.indices.map { $0 % stride < columns ? values[$0] : 0 } }
      func computed(_ compute: (MatrixProduct<Float>) -> Void) -> [Float] {
        var c = start
        c.withUnsafeMutableBufferPointer { c in
          compute(
            MatrixProduct(
              rows: rows, columns: columns, depth: depth, a: a, aStride: depth, b: b, bStride: columns,
              c: c.baseAddress!, cStride: stride))
        }
        return inside(c)
      }
      var derivatives = [[Float]](repeating: [Float](repeating: 0, count: rows * stride), count: 2)
      let separate = computed { product in
        passes.multiply(product)
        passes.activate(
          activation, product.c, bias: bias, derivative: &derivatives[0], rows: rows, columns: columns, stride: stride)
      }
      #expect(
        separate == computed { passes.multiply($0, activation: activation, bias: bias, derivative: &derivatives[1]) })
      #expect(inside(derivatives[0]) == inside(derivatives[1]))
      var sums = [[Float]](repeating: [Float](repeating: .nan, count: stride), count: 2)
      let gradient = computed { product in
        passes.multiply(product)
        passes.differentiate(
          activation, upstream: product.c, source: source, into: product.c, biasGradient: &sums[0], rows: rows,
          columns: columns, stride: stride)
      }
      #expect(
        gradient
          == computed {
            passes.multiply($0, differentiating: activation, source: source, biasGradient: &sums[1])
          })
      #expect(sums[0][..<columns] == sums[1][..<columns])
    }
  }

  @Test("A transpose has every number in its place", arguments: kinds)
  func transpose(_ kind: ProcessorKind) throws {
    let passes = try #require(TrainingPasses(for: kind))
    for (rows, columns) in [(1, 1), (8, 8), (16, 24), (13, 21), (40, 3), (32, 48), (24, 16), (49, 50)] {
      let source = Self.numbers(rows * columns, "source")
      var target = [Float](repeating: .nan, count: rows * columns)
      passes.transpose(source, rows: rows, columns: columns, into: &target)
      #expect(target == (0..<rows * columns).map { source[$0 % rows * columns + $0 / rows] })
    }
  }
}
