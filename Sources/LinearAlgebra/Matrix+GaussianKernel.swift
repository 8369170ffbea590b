internal import CKernels

extension Matrix where Scalar == Double {
  /// The lower triangle of exp(−rate · ‖xᵢ − xⱼ‖²) for all pairs of rows of x: what a Cholesky factorization reads.
  ///
  /// Distances are taken by expanding the square, as in ``squaredDistances(_:_:)``: centre the rows first. The diagonal is
  /// exactly 1.
  ///
  /// - Parameters:
  ///   - x: Shape (n, k).
  ///   - rate: Finite and > 0.
  /// - Returns: Shape (n, n); the strict upper triangle holds unspecified numbers.
  /// - Complexity: O(n²·k/2) through BLAS, and n²/2 exponentials.
  public static func lowerGaussianKernel(_ x: Matrix, rate: Double) -> Matrix {
    let (n, squares) = (x.rows, x.rowSquares())
    return Matrix(rows: n, columns: n) { target in
      for rows in GaussianKernelPanels.rows(of: n) {
        fillPanel(x, squares, rows: rows, rate: rate, into: target.baseAddress! + rows.lowerBound * n, stride: n)
      }
    }
  }

  /// Rows of the kernel up to the end of their diagonal block, while they are in the cache.
  fileprivate static func fillPanel(
    _ x: Matrix, _ squares: [Double], rows: Range<Int>, rate: Double, into target: UnsafeMutablePointer<Double>,
    stride: Int
  ) {
    let (k, end) = (x.columns, rows.upperBound)
    if k > 0 {
      x.withUnsafeElements { x in
        Double.gemm(
          transposeA: false, transposeB: true, m: rows.count, n: end, k: k, alpha: -2,
          a: x.baseAddress! + rows.lowerBound * k, lda: k, b: x.baseAddress!, ldb: k, beta: 0, c: target, ldc: stride)
      }
    }
    for i in rows {
      let row = target + (i - rows.lowerBound) * stride
      if k == 0 { row.update(repeating: 0, count: end) }
      strata_squared_distances(row, [squares[i]], squares, 1, end)
      strata_exponential(row, end, -rate)
      row[i] = 1
    }
  }
}

/// The Gaussian kernel of all pairs of n rows, exp(−rate · ‖xᵢ − xⱼ‖²), made anew for every use, some rows at a time in the cache. For the
/// one or two refinements of a solution that takes as long as storing it (measured at n = 4000), and no memory.
public struct GaussianKernelPanels: Sendable {
  private let x: Matrix<Double>
  private let squares: [Double]
  private let rate: Double

  /// n.
  public var order: Int { x.rows }

  private static let height = 64

  /// The kernel of the rows of x.
  ///
  /// - Parameters:
  ///   - x: Shape (n, k), centred as for ``Matrix/squaredDistances(_:_:)``.
  ///   - rate: Finite and > 0.
  public init(_ x: Matrix<Double>, rate: Double) {
    precondition(rate > 0 && rate.isFinite, "kernel rate \(rate)")
    (self.x, self.rate, squares) = (x, rate, x.rowSquares())
  }

  fileprivate static func rows(of n: Int) -> [Range<Int>] {
    stride(from: 0, to: n, by: height).map { $0..<min($0 + height, n) }
  }

  /// Calls `body` with each range of rows and the kernel's columns 0 ..< its end, row-major.
  private func forEachPanel(_ body: (_ rows: Range<Int>, _ panel: UnsafePointer<Double>) -> Void) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.height * order) { panel in
      for rows in Self.rows(of: order) {
        Matrix.fillPanel(x, squares, rows: rows, rate: rate, into: panel.baseAddress!, stride: rows.upperBound)
        body(rows, panel.baseAddress!)
      }
    }
  }

  /// Solves (K + added · I)·X = B as ``Matrix/refinedSolve(_:addingToDiagonal:)`` does.
  ///
  /// - Parameters:
  ///   - right: B, shape (n, m).
  ///   - added: What is added to every element of the diagonal, at least 0.
  /// - Returns: As there.
  /// - Complexity: As there, and O(n²·k/2) through BLAS and n²/2 exponentials for the factor and for each refinement; 4n² bytes.
  public func refinedSolve(_ right: Matrix<Double>, addingToDiagonal added: Double) -> Matrix<Double>? {
    precondition(order == right.rows, "solve of order \(order) against (\(right.rows), \(right.columns))")
    let system = SinglePrecisionSystem(order: order, rightColumns: right.columns) { target in
      forEachPanel { rows, panel in
        for i in rows {
          let (line, row) = (target + i * order, panel + (i - rows.lowerBound) * rows.upperBound)
          for j in 0...i { line[j] = Float(row[j]) }
        }
      }
    }
    if let iteration = system.conjugateGradients(addingToDiagonal: added),
      let solution = refinedSolution(
        right, addingToDiagonal: added, solve: { iteration.solve($0, tolerance: 1e-6) },
        subtractProduct: { subtractProduct($0, from: &$1) })
    {
      return solution
    }
    guard let factor = system.factored(addingToDiagonal: added) else { return nil }
    return refinedSolution(right, addingToDiagonal: added, solve: factor.solve) { subtractProduct($0, from: &$1) }
  }

  /// R ← R − K·X, X and R of shape (n, m).
  private func subtractProduct(_ solution: Matrix<Double>, from residual: inout Matrix<Double>) {
    let m = solution.columns
    solution.withUnsafeElements { solution in
      residual.withUnsafeMutableElements { residual in
        forEachPanel { rows, panel in
          let (first, width) = (rows.lowerBound, rows.upperBound)
          Double.gemm(
            transposeA: false, transposeB: false, m: rows.count, n: m, k: width, alpha: -1, a: panel, lda: width,
            b: solution.baseAddress!, ldb: m, beta: 1, c: residual.baseAddress! + first * m, ldc: m)
          guard first > 0 else { return }
          Double.gemm(
            transposeA: true, transposeB: false, m: first, n: m, k: rows.count, alpha: -1, a: panel, lda: width,
            b: solution.baseAddress! + first * m, ldb: m, beta: 1, c: residual.baseAddress!, ldc: m)
        }
      }
    }
  }
}
