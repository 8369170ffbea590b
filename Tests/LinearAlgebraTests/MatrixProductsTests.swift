import LinearAlgebra
import Testing

@Suite struct MatrixProductsTests {
  /// Rounding of a product of inner dimension ≤ 129 with entries in (−1, 1): well below 129 · 2⁻⁵³ · 129.
  static let tolerance = 1e-13
  static let shapes = [1, 2, 3, 7, 16, 33, 129].flatMap { m in
    [1, 5, 32].flatMap { n in [1, 4, 31].map { (m, n, $0) } }
  }

  @Test("Products agree with the triple loop for all transpositions", arguments: shapes)
  func products(shape: (m: Int, n: Int, k: Int)) {
    let (a, b) = (randomMatrix(shape.m, shape.k, seed: 1), randomMatrix(shape.k, shape.n, seed: 2))
    let reference = naiveProduct(a, b)
    let (at, bt) = (naiveTranspose(a), naiveTranspose(b))
    let candidates = [
      a * b, at.multiplied(by: b, transposeSelf: true), a.multiplied(by: bt, transposeOther: true),
      at.multiplied(by: bt, transposeSelf: true, transposeOther: true),
    ]
    for candidate in candidates {
      #expect((candidate.rows, candidate.columns) == (shape.m, shape.n))
      #expect((candidate - reference).maximumMagnitude < Self.tolerance)
    }
    // Single precision: 2⁻²⁴ times the inner dimension.
    #expect(((a.float * b.float).double - reference).maximumMagnitude < 1e-5)
  }

  @Test("alpha and beta scale the product and the old contents")
  func scaling() {
    let (a, b, c) = (randomMatrix(5, 3, seed: 1), randomMatrix(3, 4, seed: 2), randomMatrix(5, 4, seed: 3))
    var target = c
    a.multiply(b, alpha: -2, beta: 0.5, into: &target)
    #expect((target - (-2.0 * naiveProduct(a, b) + 0.5 * c)).maximumMagnitude < Self.tolerance)
  }

  @Test("beta = 0 overwrites NaN, as BLAS specifies, also when the inner dimension is 0")
  func overwriting() {
    for inner in [2, 0] {
      var target = Matrix<Double>(rows: 2, columns: 2, repeating: .nan)
      Matrix<Double>(rows: 2, columns: inner).multiply(Matrix(rows: inner, columns: 2), into: &target)
      #expect(target.storage == [0, 0, 0, 0])
    }
  }

  @Test("Products with an empty side have the right shape and are zero")
  func emptyProducts() {
    #expect(Matrix<Double>(rows: 2, columns: 0) * Matrix(rows: 0, columns: 3) == Matrix(rows: 2, columns: 3))
    #expect(Matrix<Double>(rows: 0, columns: 2) * Matrix(rows: 2, columns: 3) == Matrix(rows: 0, columns: 3))
    #expect(Matrix<Double>(rows: 3, columns: 2) * Matrix(rows: 2, columns: 0) == Matrix(rows: 3, columns: 0))
    var target = Matrix<Double>(rows: 2, columns: 2, repeating: 3)
    Matrix<Double>(rows: 2, columns: 0).multiply(Matrix(rows: 0, columns: 2), beta: 2, into: &target)
    #expect(target.storage == [6, 6, 6, 6])
  }

  @Test("Sum, difference, multiple and largest magnitude are element-wise")
  func elementwise() {
    let (a, b) = (Matrix<Double>([[1, -2], [3, 4]]), Matrix<Double>([[5, 6], [-7, 8]]))
    #expect((a + b).storage == [6, 4, -4, 12])
    #expect((a - b).storage == [-4, -8, 10, -4])
    #expect((2.0 * a).storage == [2, -4, 6, 8])
    #expect(b.maximumMagnitude == 8)
    #expect((-1.0 * b).maximumMagnitude == 8)
    #expect(Matrix<Double>(rows: 0, columns: 4).maximumMagnitude == 0)
  }
}
