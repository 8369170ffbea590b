import Foundation
import LinearAlgebra
import Testing

@Suite struct MatrixGaussianKernelTests {
  /// Expanding the square loses a few ulp of ‖x‖² ≤ 100; the exponential another two.
  static let tolerance = 1e-13

  private func kernel(_ x: Matrix<Double>, rate: Double) -> Matrix<Double> {
    var result = Matrix<Double>(rows: x.rows, columns: x.rows)
    for i in 0..<x.rows {
      for j in 0..<x.rows {
        let square = zip(x.row(i), x.row(j)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        result[i, j] = exp(-rate * square)
      }
    }
    return result
  }

  @Test("The lower triangle holds the exponentials of the distances", arguments: [1, 63, 64, 65, 200], [0, 1, 5])
  func triangle(rows: Int, columns: Int) {
    let x = randomMatrix(rows, columns, seed: 1)
    let (lower, direct) = (Matrix.lowerGaussianKernel(x, rate: 0.3), kernel(x, rate: 0.3))
    for i in 0..<rows {
      #expect(lower[i, i] == 1)
      for j in 0..<i { #expect(abs(lower[i, j] - direct[i, j]) <= Self.tolerance) }
    }
    #expect(Matrix.lowerGaussianKernel(x.rows(0..<0), rate: 1).rows == 0)
  }

  @Test("Panels solve what the whole matrix solves", arguments: [1, 63, 64, 65, 200], [1, 3, 9])
  func panels(rows: Int, targets: Int) throws {
    let x = randomMatrix(rows, 4, seed: 2)
    let expected = randomMatrix(rows, targets, seed: 3)
    let whole = kernel(x, rate: 0.5)
    let right = naiveProduct(whole, expected) + 2.0 * expected
    let panels = GaussianKernelPanels(x, rate: 0.5)
    let solution = try #require(panels.refinedSolve(right, addingToDiagonal: 2))
    // A correction below 10⁻¹¹ of the solution, in the largest norm instead of the root of the sum of squares.
    #expect((solution - expected).maximumMagnitude < 1e-10)
    #expect(
      (solution - (try #require(whole.refinedSolve(right, addingToDiagonal: 2)))).maximumMagnitude < 1e-10)
  }

  @Test("Equal rows without a penalty have no solution, and no targets have an empty one")
  func edges() throws {
    let x = Matrix<Double>(rows: 70, columns: 2, repeating: 1)
    let panels = GaussianKernelPanels(x, rate: 1)
    #expect(panels.refinedSolve(randomMatrix(70, 1, seed: 4), addingToDiagonal: 0) == nil)
    #expect(panels.order == 70)
    #expect(panels.refinedSolve(Matrix(rows: 70, columns: 0), addingToDiagonal: 1)?.columns == 0)
  }
}
