import LinearAlgebra
import Testing

@Suite struct MatrixLowRankTests {
  /// Full of smooth rows: 1/(1 + xᵢ + xⱼ) on equidistant points, a Cauchy matrix whose eigenvalues fall by orders of magnitude.
  private func cauchy(_ n: Int) -> Matrix<Double> {
    var result = Matrix<Double>(rows: n, columns: n)
    for i in 0..<n { for j in 0..<n { result[i, j] = 1 / (1 + Double(i) / Double(n) + Double(j) / Double(n)) } }
    return result
  }

  private func trace(_ matrix: Matrix<Double>) -> Double { (0..<matrix.rows).reduce(0) { $0 + matrix[$1, $1] } }

  @Test(
    "What is left of a matrix of falling eigenvalues has the trace that was asked for", arguments: [1e-3, 1e-6, 1e-11])
  func tolerance(tolerance: Double) throws {
    let a = cauchy(60)
    let factor = try #require(a.pivotedCholeskyFactor(traceTolerance: tolerance, largestRank: 30))
    let left = a - factor.multiplied(by: factor, transposeOther: true)
    #expect(abs(trace(left)) <= tolerance + 60 * 1e-15)
    // A semidefinite matrix has no element larger than its trace.
    #expect(left.maximumMagnitude <= tolerance + 60 * 1e-15)
    let fewer = a.pivotedCholeskyFactor(traceTolerance: tolerance, largestRank: factor.columns - 1)
    #expect(fewer == nil)
  }

  @Test("The rank of a product is found", arguments: [1, 3, 7])
  func rank(rank: Int) throws {
    var factor = Matrix<Double>(rows: 20, columns: rank)
    for i in 0..<20 { for j in 0..<rank { factor[i, j] = Double((i + 1) * (j + 2) % 11) - Double(i * j % 5) } }
    let product = factor.multiplied(by: factor, transposeOther: true)
    let found = try #require(product.pivotedCholeskyFactor(traceTolerance: 1e-9 * trace(product), largestRank: 20))
    #expect(found.columns == rank)
    #expect((found.multiplied(by: found, transposeOther: true) - product).maximumMagnitude < 1e-9 * trace(product))
  }

  @Test("A trace that falls too slowly is given up early, one that falls fast enough is not")
  func slowDecay() throws {
    let a = cauchy(60)
    func columns(
      _ matrix: Matrix<Double>, largestRank: Int
    ) -> (made: Int, factor: Matrix<Double>?, pivots: [Int]) {
      var made = 0
      let found = Matrix<Double>.pivotedCholeskyFactor(
        diagonal: (0..<matrix.rows).map { matrix[$0, $0] }, traceTolerance: 1e-9, largestRank: largestRank,
        abandonsSlowDecay: true
      ) { index in
        made += 1
        return matrix.row(index)
      }
      return (made, found?.factor, found?.pivots ?? [])
    }
    let fast = columns(a, largestRank: 30)
    #expect(fast.factor == a.pivotedCholeskyFactor(traceTolerance: 1e-9, largestRank: 30) && fast.factor != nil)
    let triangle = try #require(fast.factor).rows(at: fast.pivots)
    #expect(triangle.rows == triangle.columns && Set(fast.pivots).count == triangle.rows)
    for i in 0..<triangle.rows {
      // Rounding of entries of A over the root of what is left of the diagonal.
      #expect(triangle[i, i] > 0 && triangle.row(i)[(i + 1)...].allSatisfy { abs($0) < 1e-9 })
    }
    let slow = columns(.identity(60), largestRank: 60)
    #expect(slow.factor == nil && slow.made == 16)
  }

  @Test("The identity has no low rank, zero has none, and NaN is not factored")
  func edges() {
    #expect(Matrix<Double>.identity(8).pivotedCholeskyFactor(traceTolerance: 1e-9, largestRank: 7) == nil)
    #expect(Matrix<Double>.identity(8).pivotedCholeskyFactor(traceTolerance: 1e-9, largestRank: 8)?.columns == 8)
    let zero = Matrix<Double>(rows: 5, columns: 5).pivotedCholeskyFactor(traceTolerance: 0, largestRank: 5)
    #expect(zero?.columns == 0 && zero?.rows == 5)
    var broken = Matrix<Double>.identity(4)
    broken[2, 2] = .nan
    #expect(broken.pivotedCholeskyFactor(traceTolerance: 1e-9, largestRank: 4) == nil)
    #expect(Matrix<Double>(rows: 0, columns: 0).pivotedCholeskyFactor(traceTolerance: 0, largestRank: 0)?.rows == 0)
  }
}
