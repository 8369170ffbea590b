internal import LinearAlgebra

/// Inverts any mechanism numerically: Levenberg–Marquardt (Levenberg 1944, Marquardt 1963) on ‖g(u) − value‖², from a
/// start that does not know the answer.
///
/// With Jacobian J and residual r a step is (JᵀJ + λ·diag) δ = Jᵀ r; λ falls tenfold after a step that helped and
/// rises tenfold after one that did not, so that near a regular solution the steps become those of Gauss and Newton.
struct MechanismInverse {
  /// The outcome for one value.
  struct Solution {
    /// The input found.
    var input: [Double]
    /// ‖g(input) − value‖ / max(1, ‖value‖).
    var residual: Double
  }

  let mechanism: any Mechanism
  /// Affine regression of inputs on values, shape (dimension + 1, inputDimension): where searches start.
  private let start: Matrix<Double>

  static let largestIterations = 100
  /// Residuals below this count as a solution.
  static let tolerance = 1e-10

  /// Prepares the start from samples of inputs and their values.
  ///
  /// - Parameters:
  ///   - inputs: Shape (n, inputDimension).
  ///   - values: Shape (n, dimension).
  init(_ mechanism: any Mechanism, inputs: Matrix<Double>, values: Matrix<Double>) {
    self.mechanism = mechanism
    let design = Matrix.concatenatingColumns([values, Matrix(rows: values.rows, columns: 1, repeating: 1)])
    var gram = design.multiplied(by: design, transposeSelf: true)
    // A small ridge: values may be functions of one another, and a start need not be exact.
    let ridge = 1e-8 * max(gram.maximumMagnitude, 1e-300)
    for i in 0..<gram.rows { gram[i, i] += ridge }
    let right = design.multiplied(by: inputs, transposeSelf: true)
    start = (try? gram.solve(right)) ?? Matrix(rows: gram.rows, columns: inputs.columns)
  }

  /// Solves g(input) = value.
  func solve(_ value: [Double]) -> Solution {
    var input = (Matrix(rows: 1, columns: value.count + 1, storage: value + [1]) * start).row(0)
    let scale = max(1, Self.norm(value))
    var residual = Self.difference(value, mechanism.value(at: input))
    var error = Self.norm(residual)
    var damping = 1e-3
    for _ in 0..<Self.largestIterations where error > 1e-15 * scale && damping < 1e12 {
      let jacobian = mechanism.derivative(at: input)
      let gram = jacobian.multiplied(by: jacobian, transposeSelf: true)
      let gradient = jacobian.multiplied(
        by: Matrix(rows: residual.count, columns: 1, storage: residual), transposeSelf: true)
      let before = error
      while damping < 1e12 {
        var damped = gram
        for i in 0..<damped.rows { damped[i, i] += damping * max(gram[i, i], 1e-12) }
        guard let step = try? damped.solve(gradient) else {
          damping *= 10
          continue
        }
        let candidate = zip(input, step.storage).map { $0 + $1 }
        let next = Self.difference(value, mechanism.value(at: candidate))
        let nextError = Self.norm(next)
        if nextError < error {
          (input, residual, error) = (candidate, next, nextError)
          damping = max(damping / 10, 1e-15)
          break
        }
        damping *= 10
      }
      // Rounding is reached: below the tolerance, and a whole step no longer halves the error.
      if error <= Self.tolerance * scale, error > before / 2 { break }
    }
    return Solution(input: input, residual: error / scale)
  }

  private static func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
  private static func norm(_ a: [Double]) -> Double { a.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
