import Foundation
import LinearAlgebra
import Testing

@Suite struct SinglePrecisionSystemTests {
  /// exp(−‖xᵢ − xⱼ‖² / k), a full matrix.
  private func kernel(_ rows: Int, _ k: Int, seed: UInt64) -> Matrix<Double> {
    let x = randomMatrix(rows, k, seed: seed)
    var result = Matrix.squaredDistances(x, x)
    result.exponentiate(times: -1 / Double(k))
    return result
  }

  private func inner(_ a: Matrix<Double>, without range: Range<Int>, added: Double) -> Matrix<Double> {
    let kept = Array(0..<range.lowerBound) + Array(range.upperBound..<a.rows)
    return a.rows(at: kept).columns(at: kept) + added * .identity(kept.count)
  }

  @Test(
    "Residuals are below their bounds, and solutions within what the bounds allow, by either way to solve",
    arguments: [(10, 1.0, true), (65, 1e-2, false), (200, 1.0, true), (200, 1e-2, false), (200, 1e-4, false)], [1, 9])
  func bounds(system: (rows: Int, added: Double, isIterated: Bool), columns: Int) throws {
    let (rows, added, isIterated) = system
    let a = kernel(rows, 5, seed: 1)
    let range = rows / 4..<rows / 2
    let sum = inner(a, without: range, added: added)
    let right = randomMatrix(sum.rows, columns, seed: 2)
    let system = SinglePrecisionSystem(a, excluding: range, rightColumns: 1)
    let order = system.order
    #expect(order == sum.rows)
    let byFactor = SinglePrecisionSystem(a, excluding: range, rightColumns: 1)
      .factored(addingToDiagonal: added)
    let iterated = system.conjugateGradients(addingToDiagonal: added)?.solve(right, tolerance: 1e-4)
    // Where the added diagonal is far below the eigenvalues that the preconditioner leaves, there is no iteration.
    #expect((iterated != nil) == isIterated)
    let approximate = system.approximateSolution(right, addingToDiagonal: added, tolerance: 1e-4) { byFactor }
    let solution = try #require(approximate)
    if let iterated { #expect(solution.values == iterated) }
    let residual = right - naiveProduct(sum, solution.values)
    let offset = solution.values - (try sum.solve(right))
    for j in 0..<columns {
      func length(_ matrix: Matrix<Double>) -> Double {
        (0..<sum.rows).reduce(0) { $0 + matrix[$1, j] * matrix[$1, j] }.squareRoot()
      }
      #expect(length(residual) <= solution.residuals[j])
      #expect(length(offset) <= solution.residuals[j] / added)
      // No more than what was asked for, and the rounding of what X ≤ B / added and row sums ≤ n allow, twice.
      #expect(
        solution.residuals[j] <= (1e-4 + 0x1p-20 * (Double(sum.rows) / added + 1)) * length(right))
    }
  }

  @Test("There is no approximate solution without a factor where iterating does not pay, nor of NaN")
  func none() {
    let a = kernel(200, 5, seed: 1)
    let right = randomMatrix(200, 2, seed: 2)
    let plain = SinglePrecisionSystem(a, rightColumns: 1)
    let damaged = SinglePrecisionSystem(.nan * a, rightColumns: 1)
    let empty = SinglePrecisionSystem.empty
    let many = SinglePrecisionSystem(a, rightColumns: 3)
    let ofMany = many.approximateSolution(right, addingToDiagonal: 1, tolerance: 1e-4) { nil }
    let beyond = plain.approximateSolution(right, addingToDiagonal: 1e-9, tolerance: 1e-4) { nil }
    let ofNaN = damaged.approximateSolution(right, addingToDiagonal: 1, tolerance: 1e-4) { nil }
    let order = empty.order
    #expect(beyond == nil && ofMany == nil && ofNaN == nil && order == 0)
  }

  @Test("Columns of zeros are solved by zeros beside others, and steps that do not suffice give none")
  func zeros() throws {
    let a = kernel(120, 5, seed: 3)
    var right = randomMatrix(120, 3, seed: 4)
    for i in 0..<120 { right[i, 1] = 0 }
    let system = SinglePrecisionSystem(a, rightColumns: 1)
    let candidate = system.conjugateGradients(addingToDiagonal: 1)
    let iteration = try #require(candidate)
    let solution = try #require(iteration.solve(right, tolerance: 1e-4))
    #expect((0..<120).allSatisfy { solution[$0, 1] == 0 })
    let expected = try (a + .identity(120)).solve(right)
    #expect((solution - expected).maximumMagnitude < 1e-3)
    // Single precision has no such residual.
    #expect(iteration.solve(right, tolerance: 0) == nil)
  }

  @Test(
    "Products through a factor are those of a double precision solve, within single precision", arguments: [1.0, 1e-2])
  func product(added: Double) throws {
    let (a, range) = (kernel(120, 5, seed: 1), 30..<60)
    let sum = inner(a, without: range, added: added)
    let (left, right) = (randomMatrix(90, 7, seed: 2), randomMatrix(90, 11, seed: 3))
    let factor = try #require(SinglePrecisionFactor(a, excluding: range, addingToDiagonal: added))
    let weights = try sum.solve(left)
    let (values, square) = factor.product(left.float, right.float)
    let expected = naiveProduct(weights.transposed(), right)
    // √n units of single precision of 1 + (1 + added)·‖A⁻¹‖ ≤ 1 + (1 + added) / added, times the lengths of both sides.
    let bound =
      0x1p-20 * (1 + (1 + added) / added) * weights.storage.reduce(0) { $0 + $1 * $1 }.squareRoot()
      * (0..<11).map { j in (0..<90).reduce(0) { $0 + right[$1, j] * right[$1, j] }.squareRoot() }.max()!
    #expect((values.double - expected).maximumMagnitude < bound)
    let exact = weights.storage.reduce(0) { $0 + $1 * $1 }
    #expect(abs(square - exact) < 1e-3 * exact)
    // The 1-norm of the inverse, which an estimate may miss from below.
    let inverse = try sum.solve(.identity(90))
    let norm = (0..<90).map { j in (0..<90).reduce(0) { $0 + abs(inverse[$1, j]) } }.max()!
    #expect(factor.inverseNorm <= 1.01 * norm && factor.inverseNorm >= norm / 3)
  }
}
