/// Solves (A + added · I)·X = B in single precision by preconditioned conjugate gradients (Hestenes & Stiefel 1952), all columns at
/// once.
package struct ConjugateGradients: Sendable {
  /// Beyond this many steps a factorization would have been quicker.
  package static let mostSteps = 40

  let entries: SinglePrecisionBlock
  let order: Int
  let added: Float
  let inverse: NystroemPreconditioner.Inverse

  /// - Parameters:
  ///   - right: B, shape (n, m), of numbers that single precision can hold.
  ///   - tolerance: The length of a column's residual, as the iteration carries it along, relative to the column.
  /// - Returns: Nil where ``mostSteps`` steps do not do.
  /// - Complexity: O(n²·m) for each step.
  package func solve(_ right: Matrix<Double>, tolerance: Double) -> Matrix<Double>? {
    let m = right.columns
    var residual = right.storage.map(Float.init)
    var solution = [Float](repeating: 0, count: residual.count)
    var (product, preconditioned) = (solution, solution)
    let squares = columnDots(residual, residual, m)
    let goals = squares.map { $0 * tolerance * tolerance }
    var isActive = squares.map { $0 > 0 }
    inverse.apply(residual, columns: m, into: &preconditioned)
    var direction = preconditioned
    var energies = columnDots(residual, preconditioned, m)
    for _ in 0..<Self.mostSteps {
      guard isActive.contains(true) else {
        return Matrix(rows: right.rows, columns: m, storage: solution.map(Double.init))
      }
      SinglePrecisionSystem.multiply(entries, direction, order: order, columns: m, into: &product)
      for index in product.indices { product[index] += added * direction[index] }
      let curvatures = columnDots(direction, product, m)
      // NaN fails the comparison.
      for j in 0..<m where isActive[j] && !(curvatures[j] > 0) { return nil }
      let lengths = (0..<m).map { isActive[$0] ? Float(energies[$0] / curvatures[$0]) : 0 }
      addScaled(direction, by: lengths, to: &solution)
      addScaled(product, by: lengths.map { -$0 }, to: &residual)
      for (j, square) in columnDots(residual, residual, m).enumerated() where square <= goals[j] { isActive[j] = false }
      inverse.apply(residual, columns: m, into: &preconditioned)
      let next = columnDots(residual, preconditioned, m)
      let turns = (0..<m).map { isActive[$0] ? Float(next[$0] / energies[$0]) : 0 }
      for start in stride(from: 0, to: direction.count, by: m) {
        for j in 0..<m { direction[start + j] = preconditioned[start + j] + turns[j] * direction[start + j] }
      }
      energies = next
    }
    return nil
  }

  /// The scalar product of each column of two row-major matrices of m columns.
  private func columnDots(_ left: [Float], _ right: [Float], _ m: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: m)
    for start in stride(from: 0, to: left.count, by: max(m, 1)) {
      for j in 0..<m { sums[j] += Double(left[start + j]) * Double(right[start + j]) }
    }
    return sums
  }

  /// target ← target + source, each column times its factor.
  private func addScaled(_ source: [Float], by factors: [Float], to target: inout [Float]) {
    let m = factors.count
    for start in stride(from: 0, to: target.count, by: max(m, 1)) {
      for j in 0..<m { target[start + j] += factors[j] * source[start + j] }
    }
  }
}
