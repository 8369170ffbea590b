import Foundation
import LinearAlgebra
import Testing

@Suite struct MatrixColumnPassesTests {
  /// Widths around those of the vector kernels, and rows around nothing.
  static let shapes = [(1, 1), (5, 3), (7, 8), (20, 31), (9, 32), (13, 33), (3, 70)]

  @Test("Ranges and moments are those of a loop, bit for bit", arguments: shapes)
  func columns(shape: (Int, Int)) {
    let x = randomMatrix(shape.0, shape.1, seed: 3)
    let scale = (0..<shape.1).map { 1 + Double($0) / 8 }
    let shift = (0..<shape.1).map { Double($0) / 16 - 1 }
    let (low, high) = x.columnRanges()
    let (sums, squares) = x.columnMoments(scale: scale, shift: shift)
    let part = x.columnMoments(rows: 1..<shape.0)
    let standardised = x.standardised(means: shift, factors: scale)
    for j in 0..<shape.1 {
      let column = x.column(j)
      #expect(low[j] == column.min() && high[j] == column.max())
      var (sum, square) = (0.0, 0.0)
      for value in column {
        let d = value * scale[j] - shift[j]
        sum += d
        square += d * d
      }
      #expect(sums[j] == sum && squares[j] == square)
      #expect(part.sums[j] == column.dropFirst().reduce(0, +))
      #expect(standardised.column(j) == column.map { ($0 - shift[j]) * scale[j] })
    }
  }

  @Test("NaN passes a range by, and there is none without rows")
  func ranges() {
    let x = Matrix<Double>([[1, .nan], [.nan, 2], [3, 1]])
    #expect(x.columnRanges().low == [1, 1] && x.columnRanges().high == [3, 2])
    let empty = Matrix<Double>(rows: 0, columns: 2)
    #expect(empty.columnRanges().low == [.infinity, .infinity] && empty.columnMoments().sums == [0, 0])
  }

  /// Twice the bound that the kernel's documentation gives, as the reference itself may be off by one unit.
  static let exponentialUnits = 3.0

  @Test("The exponential is that of the C library, on every path", arguments: [0, 1, 7, 8, 9, 1000], [false, true])
  func exponential(count: Int, portably: Bool) {
    let values = (0..<count).map { -708 + 1400 * Double($0) / Double(max(count - 1, 1)) }
    var x = Matrix<Double>(rows: 1, columns: count, storage: values)
    if portably { x.exponentiatePortably(times: 1) } else { x.exponentiate(times: 1) }
    for (value, result) in zip(values, x.storage) {
      let expected = exp(value)
      #expect(abs(result - expected) <= Self.exponentialUnits * expected.ulp, "exp(\(value))")
    }
  }

  @Test("The exponential of what is not ordinary", arguments: [false, true])
  func extremes(portably: Bool) {
    var x = Matrix<Double>([[.nan, .infinity, -.infinity, 710, -800, 0, -0.0, -1]])
    if portably { x.exponentiatePortably(times: 1) } else { x.exponentiate(times: 1) }
    #expect(x[0, 0].isNaN)
    #expect(Array(x.storage[1..<7]) == [.infinity, 0, .infinity, 0, 1, 1])
    x.exponentiate(times: 0)
    #expect(x[0, 5] == 1)
  }

  @Test(
    "Squared distances are those of differences, and never negative", arguments: [(1, 1, 1), (6, 9, 3), (20, 17, 40)])
  func distances(shape: (Int, Int, Int)) {
    let (a, b) = (randomMatrix(shape.0, shape.2, seed: 5), randomMatrix(shape.1, shape.2, seed: 6))
    let d = Matrix.squaredDistances(a, b)
    for i in 0..<shape.0 {
      for j in 0..<shape.1 {
        let expected = (0..<shape.2).reduce(0) { $0 + (a[i, $1] - b[j, $1]) * (a[i, $1] - b[j, $1]) }
        #expect(abs(d[i, j] - expected) < 1e-13 * Double(shape.2))
      }
    }
    #expect(Matrix.squaredDistances(a, a).storage.allSatisfy { $0 >= 0 })
    #expect(Matrix.squaredDistances(a.columns(0..<0), b.columns(0..<0)) == Matrix(rows: shape.0, columns: shape.1))
  }

  @Test("A Gram matrix is the product by definition, of any rows", arguments: shapes)
  func gram(shape: (Int, Int)) {
    let x = randomMatrix(shape.0, shape.1, seed: 8)
    #expect((x.gramMatrix() - naiveProduct(naiveTranspose(x), x)).maximumMagnitude < 1e-14)
    let rest = x.rows(1..<shape.0)
    #expect((x.gramMatrix(rows: 1..<shape.0) - naiveProduct(naiveTranspose(rest), rest)).maximumMagnitude < 1e-14)
    let gram = x.gramMatrix()
    #expect(gram == gram.transposed())
  }

  @Test("Factoring in place leaves the upper triangle alone, reports NaN, and solves as the copy does")
  func inPlace() throws {
    let a = try symmetricMatrix(eigenvalues: (1...9).map(Double.init), seed: 4)
    var factor = a
    try factor.formCholeskyFactor()
    let copy = try a.choleskyFactor()
    for i in 0..<9 {
      for j in 0..<9 { #expect(j <= i ? factor[i, j] == copy[i, j] : factor[i, j] == a[i, j]) }
    }
    let right = randomMatrix(9, 2, seed: 1)
    #expect(factor.choleskySolve(right) == copy.choleskySolve(right))
    for (row, column) in [(0, 0), (4, 2), (8, 8)] {
      var bad = a
      bad[row, column] = .nan
      #expect(throws: LinearAlgebraError.nonFiniteInput(operation: "Cholesky factorization")) {
        try bad.formCholeskyFactor()
      }
    }
  }

  @Test("A refined solve in two precisions is that of double precision, or none", arguments: [1.0, 1e3, 1e9])
  func refined(condition: Double) throws {
    let eigenvalues = (0..<40).map { pow(condition, -Double($0) / 39) }
    let a = try symmetricMatrix(eigenvalues: eigenvalues, seed: 6)
    let expected = randomMatrix(40, 3, seed: 7)
    let right = naiveProduct(a, expected) + 0.5 * expected
    // With the diagonal the condition is at most 3.
    let eased = try #require(a.refinedSolve(right, addingToDiagonal: 0.5))
    #expect((eased - expected).maximumMagnitude < 1e-13)
    let plain = a.refinedSolve(naiveProduct(a, expected), addingToDiagonal: 0)
    if condition < 1e8 {
      #expect((try #require(plain) - expected).maximumMagnitude < 1e-14 * condition)
    } else {
      #expect(plain == nil)
    }
  }

  @Test("A factor in single precision leaves out rows and columns, and there is none of an indefinite matrix")
  func singlePrecision() throws {
    let a = try symmetricMatrix(eigenvalues: (1...9).map(Double.init), seed: 4)
    let kept = [0, 1, 4, 5, 6, 7, 8]
    let inner = a.rows(at: kept).columns(at: kept) + 2.0 * .identity(7)
    let right = randomMatrix(7, 2, seed: 1)
    let factor = try #require(SinglePrecisionFactor(a, excluding: 2..<4, addingToDiagonal: 2))
    #expect(factor.order == 7)
    #expect((factor.solve(right) - (try inner.solve(right))).maximumMagnitude < 1e-6)
    #expect(SinglePrecisionFactor(a, addingToDiagonal: -3) == nil)
    #expect(SinglePrecisionFactor(.nan * a, addingToDiagonal: 0) == nil)
  }
}
